"""What a product states, field by field: each with the words that speak of it and the numbers that it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.grounding.english import english
from assistant.grounding.ordinary import ORDINARY, stem, words_of
from assistant.grounding.quantities import Figure, Quantity, quantities
from assistant.grounding.stream import split_sentences
from retrieval.filters import fold
from retrieval.product import AttributeValue, Product

_ABLE = re.compile(r"(?:([b-df-hj-np-tv-z])\1)?[ai]bl$")


def speaking_of(word: str) -> frozenset[str]:
    """Stems of the words by which people speak of what has this word in its name: what can be folded is foldable.

    Args:
        word: a stem.
    """
    doing = _ABLE.sub(r"\1", word)
    return english().fields.get(word, frozenset()) | ({stem(doing)} if doing != word else frozenset())


@dataclass(frozen=True)
class Field:
    """One thing that a product states.

    Args:
        name: of the attribute; "price", "rating", "reviews", "stock", "option:colour", "title", "description".
        own: stems of the words of its name.
        text: its value, folded.
        value: of an attribute; None for the rest.
        numbers: what it holds.
        loose: whether its words are running text, which speaks of many things.
        also: stems of what it counts.
    """

    name: str
    own: frozenset[str]
    text: str
    value: AttributeValue | None = None
    numbers: tuple[Quantity, ...] = ()
    loose: bool = False
    also: frozenset[str] = frozenset()

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of all words that speak of it."""
        if self.loose:
            return self.own
        return self.own.union(self.also, *(speaking_of(word) for word in self.own | self.also))

    @cached_property
    def texts(self) -> frozenset[str]:
        """The folded texts that it states, each by itself."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return frozenset(fold(value) for value in values if isinstance(value, str))

    def fit(self, said: frozenset[str], counted: str) -> tuple[int, int]:
        """How well it is the one that is spoken of: words in common, then fewest words of its name left unsaid.

        Args:
            said: stems of the words around a number.
            counted: stem of the word right behind it; "" without one.
        """
        common = len(self.stems & said) + (counted in self.stems)
        unsaid = sum(1 for word in self.own if word not in said and not speaking_of(word) & said)
        return common, -unsaid


def fields_of(product: Product) -> tuple[Field, ...]:
    """Read all fields of a product."""
    return (*_attributes(product), *_offer(product), *_options(product), *_texts(product))


def _attributes(product: Product) -> Iterator[Field]:
    for name, attribute in product.attributes.items():
        own = frozenset(stem(word) for word in re.findall(r"[^\W_]+", fold(name.replace("_", " "))))
        text = attribute.text
        numbers = () if isinstance(attribute.value, bool) else _numbers(text, attribute.value)
        also = frozenset({"person"}) if attribute.unit in ("person", "people") else frozenset[str]()
        yield Field(name, own, fold(text), attribute.value, numbers, also=also)


def _numbers(text: str, value: AttributeValue) -> tuple[Quantity, ...]:
    """The numbers of an attribute; of one that is a number, the one reading: "7.625 m" is no 7,625 m."""
    found = tuple(quantities(text))
    if isinstance(value, int | float) and len(found) == 1 and len(found[0].values) > 1:
        return (replace(found[0], values=(abs(value) * found[0].unit,)),)
    return found


def _offer(product: Product) -> Iterator[Field]:
    prices = sorted({float(variant.price.amount) for variant in product.variants})
    yield Field("price", frozenset({"price"}), "", None, tuple(_plain(price, "money") for price in prices))
    if product.rating is not None:
        rated = {product.rating, round(product.rating, 1)}
        numbers = [_plain(value, family) for value in rated for family in ("", "rating")]
        yield Field("rating", frozenset({stem("rating")}), "", None, tuple(numbers))
    yield Field("reviews", frozenset({stem("reviews")}), "", None, (_plain(float(product.rating_count)),))
    stock = [_plain(float(variant.stock)) for variant in product.variants if variant.stock is not None]
    yield Field("stock", frozenset({"stock"}), "", None, tuple(stock))


def _options(product: Product) -> Iterator[Field]:
    names = list(dict.fromkeys(name for variant in product.variants for name in variant.options))
    for name in names:
        values = list(dict.fromkeys(v.options[name] for v in product.variants if name in v.options))
        numbers = [quantity for value in values for quantity in quantities(value)]
        own = frozenset(stem(word) for word in words_of(name))
        yield Field(
            f"option:{name}", own, fold(" . ".join(values)), tuple(values), (*numbers, _plain(float(len(values))))
        )


def _texts(product: Product) -> Iterator[Field]:
    kinds = {stem(word) for word in words_of(product.category or "")}
    texts = [("title", product.title), *(("description", text) for text in split_sentences(product.description))]
    for name, text in texts:
        own = frozenset(stem(word) for word in words_of(text) if word not in ORDINARY) - kinds
        yield Field(name, own, fold(text), None, tuple(quantities(text)), loose=True)


def _plain(value: float, family: str = "") -> Quantity:
    return Quantity((value,), family, near=False, word="", start=0)


_MAIN = {"mass": "weight", "volume": "capacity", "time": "battery_life", "money": "price"}


def field_held(figure: Figure, fields: Iterable[Field], said: frozenset[str]) -> Field | None:
    """Find the field whose number is said.

    The fields that the words around it speak of decide; a number with a unit that no word goes with may be that of
    the only field with such a number, or of the one that everybody means (a mass is the weight).

    Args:
        figure: the number.
        fields: of one product.
        said: stems of the words around it.
    """
    family, counted = figure.any.family, stem(figure.word)
    rivals = [field for field in fields if any(number.family == family for number in field.numbers)]
    fits = [(field.fit(said, counted if not family else ""), field) for field in rivals]
    spoken = [row for row in fits if row[0][0] > 0]
    for loose in (False, True):
        of_kind = [(fit, field) for fit, field in spoken if field.loose is loose]
        if of_kind:
            best = max(fit for fit, _ in of_kind)
            meant = [field for fit, field in of_kind if loose or fit == best]
            # "Holds two people": those who sleep in it, and not those who reviewed it.
            stated = [field for field in meant if field.value is not None] or meant
            return next((field for field in stated if figure.holds(field.numbers)), None)
    if not family or any(not field.loose and field.own <= said and field.numbers for field in fields):
        return None
    stated = [field for field in rivals if not field.loose and field.name != "stock"]
    if len(stated) > 1:
        stated = [field for field in stated if field.name == _MAIN.get(family)]
    held = stated or [field for field in rivals if field.loose]
    return next((field for field in held if figure.holds(field.numbers)), None)
