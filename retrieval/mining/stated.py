"""Relations that a product states by name: "for Acme X200", "compatible with …", "replaces …".

A name counts where it is certain whose it is: only products of one brand are called by it, few of them, that brand is
the stating product's own or named beside it, and they are another kind of thing. Several things bear the name of what
they are made for ("X200 filter"), so what says what it is for, and kinds that mostly say so, are not what others are
for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrieval.mining.kinds import Kinds
from retrieval.mining.names import (
    CUE,
    CUE_NAMES,
    NAME_ATTRIBUTES,
    Cue,
    Name,
    before_cue,
    clause_around,
    names_in,
    statements,
)
from retrieval.product import Product
from retrieval.product_json import MAX_SHORT
from retrieval.relations import Evidence, Relation, RelationKind
from retrieval.words import words

MAX_BEARERS = 12
"""A name that more products share is that of a line."""
MIN_PAIR = 3
"""So many statements of one kind about another make the pair believable: a few may be slips of reading."""
MAX_DESCRIPTION = 600
MAX_MEANT = 0.15
"""Kinds of which a larger share says what it is for are accessories themselves."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """One name that a product says it is for.

    Args:
        row: the product that says so.
        cue: in which way.
        name: the name.
        where: "title", "description" or the attribute.
        phrase: the words that say it.
        text: all of the text that they stand in.
    """

    row: int
    cue: Cue
    name: Name
    where: str
    phrase: str
    text: str


_TEXTS = ("title", "description")
_Bearers = tuple[tuple[int, Name], ...]


def stated_relations(products: Sequence[Product], kinds: Sequence[Kinds]) -> Iterator[Relation]:
    """Find relations that products state by name.

    Args:
        products: the catalogue.
        kinds: of each product; see kinds_of.
    """
    said = [statement for row, product in enumerate(products) for statement in _said(row, product)]
    wanted = {statement.name.key for statement in said}
    bearers = _bearers(products, wanted)
    meant_for = {
        statement.row for statement in said if statement.name.key in bearers and statement.where != "description"
    }
    accessories = _accessories(kinds, meant_for)
    # "Card for …" is an accessory too, whether or not the shop has what it is for.
    meant_for |= {row for row, product in enumerate(products) if CUE.search(product.title, 1)}
    found: dict[tuple[int, int], tuple[_Statement, str]] = {}
    for statement in said:
        for row, written in _meant(statement, bearers, products):
            known = (statement.row, row) in found
            host = row not in meant_for and kinds[row].isdisjoint(accessories)
            replaced = statement.cue is Cue.REPLACES
            if not known and (host or replaced) and _believable(statement, row, products, kinds):
                found[statement.row, row] = (statement, written)
    pairs = Counter(pair for source, target in found for pair in _pairs(kinds[source], kinds[target]))
    for (source, target), (statement, written) in found.items():
        if any(pairs[pair] >= MIN_PAIR for pair in _pairs(kinds[source], kinds[target])):
            yield _relation(statement, products[source], products[target], kinds[source] & kinds[target], written)


def _accessories(kinds: Sequence[Kinds], meant_for: set[int]) -> frozenset[str]:
    """Kinds that mostly say what they are for."""
    all_of = Counter(kind for found in kinds for kind in found)
    meant = Counter(kind for row in meant_for for kind in kinds[row])
    return frozenset(kind for kind, count in meant.items() if count > MAX_MEANT * all_of[kind])


def _said(row: int, product: Product) -> Iterator[_Statement]:
    for where, text in zip(_TEXTS, (product.title, product.description[:MAX_DESCRIPTION]), strict=True):
        for cue, phrase in statements(text):
            for name in names_in(phrase):
                yield _Statement(row, cue, name, where, phrase, text)
    for attribute in product.attributes.values():
        if not CUE_NAMES.isdisjoint(attribute.name.split("_")) and isinstance(attribute.value, str | tuple):
            text = attribute.text.replace("\\n", "\n")
            for name in names_in(text):
                yield _Statement(row, Cue.FITS, name, attribute.name, clause_around(text, name), text)


def _bearers(products: Sequence[Product], wanted: set[str]) -> Mapping[str, _Bearers]:
    """Name -> the products that it is the name of, and how they bear it; names that are not certain are left out."""
    found: defaultdict[str, dict[int, Name]] = defaultdict(dict)
    for row, product in enumerate(products):
        own = [product.title]
        own += [product.attributes[name].text for name in NAME_ATTRIBUTES if name in product.attributes]
        for text in own:
            for name in names_in(before_cue(text)):
                if name.key in wanted:
                    found[name.key].setdefault(row, name)
    return {
        key: tuple(rows.items())
        for key, rows in found.items()
        if len(rows) <= MAX_BEARERS and len({products[row].brand for row in rows}) == 1
    }


def _meant(
    statement: _Statement, bearers: Mapping[str, _Bearers], products: Sequence[Product]
) -> Sequence[tuple[int, str]]:
    """The products that a name means, with the name as they write it.

    "450 Duo" means those that are called Duo, where any of the 450s is, and never the "450 Turbo". In a sentence the
    word behind the name is part of it; in a list it may say what the thing is ("450 Printer").
    """
    then, rows = statement.name.then, bearers.get(statement.name.key, ())
    called = [(row, own.written) for row, own in rows if then and then in words(products[row].title)]
    if called or (then and statement.where in _TEXTS):
        return called
    return [(row, own.written) for row, own in rows if not (then and own.then)]


def _believable(statement: _Statement, target: int, products: Sequence[Product], kinds: Sequence[Kinds]) -> bool:
    source = statement.row
    if source == target or not kinds[source] or not kinds[target]:
        return False
    if statement.cue is not Cue.REPLACES and not kinds[source].isdisjoint(kinds[target]):
        return False
    brand = products[target].brand
    if brand is None:
        return False
    return brand == products[source].brand or set(words(brand)) <= set(words(statement.text))


def _pairs(source: Kinds, target: Kinds) -> Iterator[tuple[str, str]]:
    return ((one, other) for one in source for other in target)


def _relation(statement: _Statement, source: Product, target: Product, shared: Kinds, written: str) -> Relation:
    if statement.cue is Cue.REPLACES and shared:
        kind = RelationKind.REPLACES
    else:
        kind = RelationKind.FITS_WITH if statement.cue is Cue.FITS else RelationKind.ACCESSORY_OF
    evidence = Evidence(
        source_attribute=statement.where,
        source_value=statement.phrase[:MAX_SHORT],
        target_attribute="name",
        target_value=written[:MAX_SHORT],
    )
    return Relation(kind=kind, source_id=source.id, target_id=target.id, evidence=(evidence,))
