"""What the shopper's own words ask to have added: each product with its quantity and its options.

A model's argument can only narrow it. What cannot be resolved is told, never left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.asking import asks_to_add, counts_these
from assistant.cart_request import Part, read_parts, without_quantity
from assistant.choices import chosen_options, options_said
from assistant.errors import Refused
from assistant.references import Table, resolve
from assistant.tools.context import ShopperContext
from assistant.tools.pointing import Pointed, point, quoted, table_of, words_of
from retrieval.filters import AttributeIn, CategoryIn, fold
from retrieval.product import Product
from retrieval.words import tokens

_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product to add.

    Args:
        product: which.
        quantity: as said; may be none that can be had, which is refused where it is put into the cart.
        options: chosen already, folded.
        unmet: what the words ask for and the product does not come in, e.g. {"colour": "purple"}.
    """

    product: Product
    quantity: float = 1
    options: Mapping[str, str] = field(default_factory=dict)
    unmet: Mapping[str, str] = field(default_factory=dict)


def wanted(context: ShopperContext, which: str, quantity: int) -> tuple[list[Wanted], list[Refused]]:
    """Read the message.

    Args:
        context: of the turn.
        which: the model's words for what is meant.
        quantity: the model's number: it counts where one product is asked for and the words say no number.

    Returns:
        What is asked for, and what could not be told.
    """
    table = table_of(context)
    titles = [product.title for product in table.everything()]
    of_it = (table.focus or _only(table)) is not None
    parts, exact = _in_scope(read_parts(context.words, titles, of_it=of_it), context.words, which)
    rows: list[Wanted] = []
    unclear: list[Refused] = []
    told = {part.start for part in parts if part.quantity is not None}
    for said in parts:
        if said.is_pronoun and rows and said.quantity is not None:
            _count(rows, said)
            continue
        found, part = _pointed(context, said, first=not rows)
        if found.products and not (part.is_pronoun or _asked_for(context, part, found.products)):
            continue  # Words that point and ask for nothing: a model that obeys somebody else gets no further.
        if found.products:
            known = {row.product.id for row in rows}
            new = [product for product in found.products if product.id not in known]
            rows += [_wanted(context, product, part, quantity if not told else 1) for product in new]
        elif rows and chosen_options(rows[-1].product, part.text):
            rows[-1] = replace(rows[-1], options={**rows[-1].options, **chosen_options(rows[-1].product, part.text)})
        if exact and (found.refusal or not found.products) and _asks(part, rows, found):
            unclear.append(_unclear(part, found))
    if len(rows) > 1 and not told:
        rows = [replace(row, quantity=1) for row in rows]
    return (rows if exact else _narrowed(rows, which)), unclear


def _in_scope(parts: list[Part], words: str, which: str) -> tuple[list[Part], bool]:
    """The parts of the message that the argument repeats, and whether it does: it may be put in other words."""
    said = list(_TOKEN.finditer(words.casefold()))
    wanted_words = _TOKEN.findall(which.casefold())
    size = len(wanted_words)
    for start in range(len(said) - size + 1) if size else ():
        if [match.group() for match in said[start : start + size]] == wanted_words:
            a, b = said[start].start(), said[start + size - 1].end()
            return [part for part in parts if part.start < b and a < part.end], True
    return parts, False


def _pointed(context: ShopperContext, part: Part, *, first: bool) -> tuple[Pointed, Part]:
    """What a part points at; its number is a part of the name where that is how the product is called."""
    if part.is_pronoun:
        return (Pointed(_talked_about(context, part)) if first and part.points_back else Pointed()), part
    if part.is_idle:
        return Pointed(), part
    found = point(context, part.reference)
    if part.quantity is None or (found.products and not _is_called(found.products[0], part)):
        return found, part
    whole = without_quantity(part)
    again = point(context, whole.reference)
    if again.products and (not found.products or _is_called(again.products[0], part)):
        return again, whole
    return found, part


def _asked_for(context: ShopperContext, part: Part, products: Sequence[Product]) -> bool:
    """Whether a part that points at products asks for them; "the first inquiry is" in somebody's text does not."""
    if not asks_to_add(part.text, words_of(products)):
        return False
    table = table_of(context)
    looked_for = {token.key for token in tokens(context.ledger.need.text)}
    wishes = (wish for reading in context.shop.reader.read(part.reference) for wish in reading.constraints)
    named = any(isinstance(wish, CategoryIn | AttributeIn) for wish in wishes)
    return named or counts_these(part.reference, words_of((*table.everything(), *products)) | looked_for)


def _is_called(product: Product, part: Part) -> bool:
    """Whether the number belongs to what the product is called or states: the "4 person" tent, the "Fjell 4"."""
    if re.search(r"\bof\b|\d\s*[x×]|[-−–]", part.text, re.I) or part.quantity is None:
        return False
    follows = _TOKEN.findall(part.reference.casefold())[:1]
    texts = [product.title, *(attribute.text for attribute in product.attributes.values())]
    stated = fold(" ".join(texts))
    return bool(follows) and re.search(rf"\b{part.quantity:g}[\s-]{re.escape(follows[0])}", stated) is not None


def _talked_about(context: ShopperContext, part: Part) -> tuple[Product, ...]:
    table = table_of(context)
    if part.reference and (found := resolve(part.reference, table)):
        return found
    product = table.focus or table.page or _only(table)
    return (product,) if product else ()


def _only(table: Table) -> Product | None:
    """The one product on the table besides the one talked about: nothing else can be counted."""
    return table.everything()[0] if len(table.everything()) == 1 else None


def _count(rows: list[Wanted], part: Part) -> None:
    """Give the number to what it is said of: the last, or with "each" all that stands before."""
    for index in range(len(rows)) if part.each else (len(rows) - 1,):
        rows[index] = replace(rows[index], quantity=part.quantity or 0)


def _wanted(context: ShopperContext, product: Product, part: Part, quantity: int) -> Wanted:
    options, unmet = options_said(product, part.reference, context.shop.reader)
    return Wanted(product, quantity if part.quantity is None else part.quantity, options, unmet)


def _asks(part: Part, rows: list[Wanted], found: Pointed) -> bool:
    """Whether a part that points nowhere asked for something: no reason, thanks, or word of the part before."""
    if found.refusal:
        return True
    if part.is_idle or part.is_pronoun:
        return False
    return not (rows and chosen_options(rows[-1].product, part.text))


def _unclear(part: Part, found: Pointed) -> Refused:
    reason = str(found.refusal) if found.refusal else "Which one do you mean? Name it, or say its number in the list."
    return Refused("not_added", f"I did not add “{quoted(part.reference or part.text)}”. {reason}")


def _narrowed(rows: list[Wanted], which: str) -> list[Wanted]:
    """Of several products that the words mean, those that the model's argument names; it can only narrow."""
    if not which or len(rows) < 2:
        return rows
    named = {product.id for product in resolve(which, Table(tuple(row.product for row in rows)))}
    return [row for row in rows if row.product.id in named] or rows
