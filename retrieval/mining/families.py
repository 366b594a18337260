"""Products that are one model: the same but for a stated colour, size or capacity, or an older and a newer one.

Variants: same brand and kind, titles equal but for values that both state, of the same attributes. Successors: same
brand and kind, titles equal up to a number of the generation behind the model's name, and brought out later.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, takewhile

from retrieval.mining.kinds import Kinds
from retrieval.mining.names import NAME_ATTRIBUTES
from retrieval.product import Attribute, Product
from retrieval.relations import Evidence, Relation, RelationKind
from retrieval.words import word_key, words

MAX_FAMILY = 12
"""A larger family is a pattern of titles ("Poster, blue") rather than a model; it is left out."""
MIN_LEFT = 2
"""Words of a title that must be left beside brand and values."""
MIN_ALIKE = 0.6
"""Of what both state, so much must be the same."""
_NUMERAL = re.compile(r"[2-9]|1\d|ii|iii|iv|vi{0,3}|ix|x")
_ROMAN = {"ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_SAME_START = 0.6
_VALUE_CHARS = 40
_NAME_WORDS = 2


@dataclass(frozen=True, slots=True)
class _Model:
    """A title taken apart.

    Args:
        skeleton: its word keys, with "*" in place of each stated value.
        values: attribute -> value, of the values that stand in the title, in its order.
    """

    skeleton: tuple[str, ...]
    values: dict[str, str]


def variant_relations(products: Sequence[Product], kinds: Sequence[Kinds]) -> Iterator[Relation]:
    """Find products that differ in stated values only; each pair once, the smaller id first."""
    titles = _Titles()
    families: defaultdict[tuple[object, ...], list[tuple[Product, _Model]]] = defaultdict(list)
    for product, kind in zip(products, kinds, strict=True):
        if product.brand is None:
            continue
        model = titles.take_apart(product)
        own = {word_key(word) for word in words(product.brand)}
        left = [key for key in model.skeleton if key != "*" and key not in own]
        if model.values and len(left) >= MIN_LEFT:
            families[product.brand, kind, model.skeleton, tuple(model.values)].append((product, model))
    for family in families.values():
        for (one, its), (other, others) in combinations(sorted(family, key=lambda each: each[0].id), 2):
            differing = [name for name in its.values if its.values[name] != others.values[name]]
            told = [name for name in differing if name not in NAME_ATTRIBUTES]
            named_alike = all(_same_start(its.values[n], others.values[n]) for n in differing if n not in told)
            if len(family) <= MAX_FAMILY and told and named_alike and _alike(one, other, differing):
                evidence = tuple(_stated(name, its.values[name], others.values[name]) for name in told)
                yield Relation(
                    kind=RelationKind.VARIANT_OF, source_id=one.id, target_id=other.id, evidence=evidence[:20]
                )


def successor_relations(products: Sequence[Product], kinds: Sequence[Kinds]) -> Iterator[Relation]:
    """Find newer models: each with the one directly before it."""
    lines: defaultdict[tuple[object, ...], dict[int, list[Product]]] = defaultdict(lambda: defaultdict(list))
    for product, kind in zip(products, kinds, strict=True):
        if product.brand is not None and product.released is not None:
            line, generation = _generation(product)
            if line:
                lines[product.brand, kind, line][generation].append(product)
    for generations in lines.values():
        numbers = sorted(generations)
        for before, after in pairwise(numbers):
            olds, news = generations[before], generations[after]
            # Several of one generation: which of them is followed is not certain.
            if len(olds) == len(news) == 1 and (olds[0].released or "") < (news[0].released or ""):
                yield _succession(news[0], olds[0])


def _succession(new: Product, old: Product) -> Relation:
    evidence = (
        _stated("brand", new.brand or "", old.brand or ""),
        _stated("title", new.title[:300], old.title[:300]),
        _stated("released", new.released or "", old.released or ""),
    )
    return Relation(kind=RelationKind.REPLACES, source_id=new.id, target_id=old.id, evidence=evidence)


class _Titles:
    """Takes titles apart; what an attribute's value looks like in a title is worked out once."""

    def __init__(self) -> None:
        # Equal attributes are one object (retrieval.product_json.Pool), so its identity is a cheap key.
        self._values: dict[int, tuple[str, ...]] = {}

    def take_apart(self, product: Product) -> _Model:
        """Replace the values that stand in a title, the longest first, so that "dark red" is not taken for "red"."""
        keys = [word_key(word) for word in words(product.title)]
        held = frozenset(keys)
        standing = []
        for attribute in product.attributes.values():
            number = attribute.value
            # Most values are numbers that stand in no title: to look for their digits first is far cheaper.
            if isinstance(number, float) and f"{number:g}" not in product.title:
                continue
            value = self._value(attribute)
            if value and value[0] in held:
                standing.append((value, attribute))
        values: dict[str, str] = {}
        for value, attribute in sorted(standing, key=lambda row: (-len(row[1].text), row[1].name)):
            place = _find(keys, value)
            if place is not None:
                values[attribute.name] = attribute.text
                keys[place : place + len(value)] = ["*"]
        return _Model(tuple(keys), values)

    def _value(self, attribute: Attribute) -> tuple[str, ...]:
        """Word keys of a value that may tell variants apart; empty for any other."""
        found = self._values.get(id(attribute))
        if found is None:
            found = ()
            if not isinstance(attribute.value, bool | tuple) and len(attribute.text) <= _VALUE_CHARS:
                found = tuple(word_key(word) for word in words(attribute.text))
            # Where a part number is a description, its words are those of other attributes.
            if attribute.name in NAME_ATTRIBUTES and len(found) > _NAME_WORDS:
                found = ()
            self._values[id(attribute)] = found
        return found


def _find(keys: Sequence[str], wanted: tuple[str, ...]) -> int | None:
    for place in range(len(keys) - len(wanted) + 1):
        if tuple(keys[place : place + len(wanted)]) == wanted:
            return place
    return None


def _same_start(one: str, other: str) -> bool:
    """Whether part numbers are those of one model ("FB6002" and "FB6001")."""
    pairs = zip(one.casefold(), other.casefold(), strict=False)
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return start >= _SAME_START * max(len(one), len(other))


def _alike(one: Product, other: Product, differing: Sequence[str]) -> bool:
    """Whether most of what both state is the same, the differing values aside."""
    both = (one.attributes.keys() & other.attributes.keys()) - set(differing)
    same = sum(one.attributes[name].value == other.attributes[name].value for name in both)
    return same >= MIN_ALIKE * len(both)


def _generation(product: Product) -> tuple[tuple[str, ...], int]:
    """The model's name up to its generation, and the generation (1 where the title says none)."""
    own = [word_key(word) for word in words(product.brand or "")]
    keys = [word_key(word) for word in words(product.title)]
    if keys[: len(own)] != own or len(keys) < len(own) + 2:
        return (), 1
    name, following = keys[len(own)], keys[len(own) + 1]
    if not name.isalpha() or len(name) < 3:
        return (), 1
    generation = int(following) if following.isdigit() else _ROMAN.get(following, 1)
    if _NUMERAL.fullmatch(following) and not _is_stated(product, following):
        return (name,), generation
    return (name,), 1


def _is_stated(product: Product, number: str) -> bool:
    """Whether the number is one that the product states of itself ("2 l", "4 people"), and so no generation."""
    return any(number in map(word_key, words(attribute.text)) for attribute in product.attributes.values())


def _stated(name: str, source: str, target: str) -> Evidence:
    return Evidence(source_attribute=name, source_value=source, target_attribute=name, target_value=target)
