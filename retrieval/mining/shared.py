"""Relations by what two kinds of things both state: a filter of 67 mm and a lens that takes filters of 67 mm.

That two attributes belong together is learned from the shop's own words: a sentence of a product that says what fits
("Lenses with Span mount fit.") names another kind and the value of one of the product's attributes; or a kind is called
by the other ("pan lid") and its titles state the value ("20 cm pan lid"). Only where several products speak so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrieval.mining.names import CUE_NAMES
from retrieval.product import Attribute, Product
from retrieval.relations import Evidence, Relation, RelationKind
from retrieval.words import word_key, word_set, words

MIN_SAID = 3
"""So many products must say that a kind fits."""
MIN_SHARE = 0.1
"""And so much of the products of their kinds that state the attribute."""
MIN_TITLED = 0.3
"""So much of a kind's titles must state the value that it is called for."""
MAX_SPREAD = 0.125
"""What more of the kinds state (colour, material, weight) is no measure by which one thing fits another."""
MAX_EACH = 40
"""The most relations of a product by one rule; the best reviewed first."""
_FIT = word_set("for fit fits fitted take takes accept accepts suit suits work works compatible hold holds")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
_MAX_DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class _Kind:
    """A category: what it is called, and its products.

    Args:
        name: as the shop writes it.
        keys: its word keys; the last is the thing itself.
        products: best reviewed first.
    """

    name: str
    keys: tuple[str, ...]
    products: tuple[Product, ...]

    @property
    def head(self) -> str:
        return self.keys[-1]


@dataclass(frozen=True, slots=True, order=True)
class _Rule:
    """What a `source` kind states in one attribute must be what a `target` kind states in another."""

    kind: RelationKind
    source: str
    source_attribute: str
    target: str
    target_attribute: str


def shared_relations(products: Sequence[Product]) -> Iterator[Relation]:
    """Find relations by shared values, in a catalogue that states categories.

    Args:
        products: the catalogue.
    """
    kinds = _kinds(products)
    stated = {name: _attributes_of(kind) for name, kind in kinds.items()}
    spread = Counter(attribute for counts in stated.values() for attribute in counts)
    for counts in stated.values():
        for attribute in [name for name in counts if spread[name] > max(MIN_SAID, MAX_SPREAD * len(kinds))]:
            del counts[attribute]
    rules = sorted({*_said_rules(kinds, stated), *_called_rules(kinds, stated)})
    for rule in rules:
        yield from _by_rule(rule, kinds[rule.source], kinds[rule.target])
    for source, target, flag in _flagged(kinds):
        yield from _by_flag(source, target, flag)


def _kinds(products: Sequence[Product]) -> dict[str, _Kind]:
    shelves: defaultdict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.category and words(product.category):
            shelves[product.category].append(product)
    return {
        name: _Kind(
            name,
            tuple(word_key(word) for word in words(name)),
            tuple(sorted(shelf, key=lambda p: (-p.rating_count, p.id))),
        )
        for name, shelf in shelves.items()
    }


def _attributes_of(kind: _Kind) -> Counter[str]:
    """Attribute -> products of the kind that state it; flags are none."""
    return Counter(
        attribute.name
        for product in kind.products
        for attribute in product.attributes.values()
        if not isinstance(attribute.value, bool | tuple)
    )


# ---------------------------------------------------------------- rules from sentences


def _said_rules(kinds: Mapping[str, _Kind], stated: Mapping[str, Counter[str]]) -> Iterator[_Rule]:
    by_head: defaultdict[str, list[str]] = defaultdict(list)
    for name, kind in kinds.items():
        by_head[kind.head].append(name)
    said: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for name, kind in kinds.items():
        for product in kind.products:
            for found in set(_said_of(product, kind, by_head)):
                said[found][name] += 1
    for (attribute, other), speakers in said.items():
        counterpart = _counterpart(attribute, stated[other])
        stating = sum(stated[name][attribute] for name in speakers)
        if stating and counterpart is not None and speakers.total() >= max(MIN_SAID, MIN_SHARE * stating):
            for name in speakers:
                yield _rule_between(kinds[name], attribute, kinds[other], counterpart)


def _said_of(product: Product, kind: _Kind, by_head: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """(attribute, other kind) where a sentence that says what fits names the kind beside the attribute's value."""
    for sentence in _SENTENCE.split(product.description[:_MAX_DESCRIPTION]):
        keys = [word_key(word) for word in words(sentence)]
        if _FIT.isdisjoint(keys):
            continue
        named = {key for key in keys if key in by_head and key != kind.head}
        for attribute in product.attributes.values() if named else ():
            if not isinstance(attribute.value, bool | tuple) and _says(keys, attribute):
                yield from ((attribute.name, other) for key in named for other in by_head[key])


def _says(keys: Sequence[str], attribute: Attribute) -> bool:
    """Whether a sentence holds the value; of a number, the number itself."""
    wanted = [word_key(word) for word in words(attribute.text)]
    if not isinstance(attribute.value, str):
        wanted = wanted[:1]
    return any(list(keys[place : place + len(wanted)]) == wanted for place in range(len(keys)))


def _counterpart(attribute: str, of_other: Counter[str]) -> str | None:
    """The attribute of another kind that is the same: by name, or by the name without what says that it fits."""
    bare = "_".join(part for part in attribute.split("_") if part not in CUE_NAMES)
    return next((name for name in (attribute, bare) if of_other[name]), None)


# ---------------------------------------------------------------- rules from what kinds are called


def _called_rules(kinds: Mapping[str, _Kind], stated: Mapping[str, Counter[str]]) -> Iterator[_Rule]:
    for name, kind in kinds.items():
        titled = [attribute for attribute in stated[name] if _is_titled(kind, attribute)]
        for other, host in kinds.items() if titled else ():
            called = any(host.head == key or (len(key) > 3 and host.head.endswith(key)) for key in kind.keys[:-1])
            for attribute in titled if called and host.head != kind.head else ():
                if stated[other][attribute]:
                    yield _Rule(RelationKind.ACCESSORY_OF, name, attribute, other, attribute)


def _is_titled(kind: _Kind, attribute: str) -> bool:
    stating = [product for product in kind.products if attribute in product.attributes]
    titled = sum(_says([word_key(w) for w in words(p.title)], p.attributes[attribute]) for p in stating)
    return titled >= max(MIN_SAID, MIN_TITLED * len(kind.products))


def _rule_between(speaker: _Kind, attribute: str, other: _Kind, counterpart: str) -> _Rule:
    """Who belongs to whom: a kind that is called by the other is its accessory; else the one that is taken fits."""
    if other.head in speaker.keys[:-1]:
        return _Rule(RelationKind.ACCESSORY_OF, speaker.name, attribute, other.name, counterpart)
    if any(key == speaker.head or (len(key) > 3 and speaker.head.endswith(key)) for key in other.keys[:-1]):
        return _Rule(RelationKind.ACCESSORY_OF, other.name, counterpart, speaker.name, attribute)
    return _Rule(RelationKind.FITS_WITH, other.name, counterpart, speaker.name, attribute)


def _by_rule(rule: _Rule, source: _Kind, target: _Kind) -> Iterator[Relation]:
    by_value: defaultdict[object, list[Product]] = defaultdict(list)
    for product in target.products:
        attribute = product.attributes.get(rule.target_attribute)
        if attribute is not None:
            by_value[attribute.value, attribute.unit].append(product)
    for product in source.products:
        attribute = product.attributes.get(rule.source_attribute)
        fitting = by_value.get((attribute.value, attribute.unit), []) if attribute is not None else []
        for other in fitting[:MAX_EACH]:
            if attribute is not None and product.id != other.id:
                yield _relation(rule.kind, product, attribute, other, other.attributes[rule.target_attribute])


# ---------------------------------------------------------------- flags that name a kind


def _flagged(kinds: Mapping[str, _Kind]) -> Iterator[tuple[_Kind, _Kind, str]]:
    """(kind, kind that takes it, flag): "hydration_compatible" backpacks take a hydration bladder."""
    flags: defaultdict[str, set[str]] = defaultdict(set)
    for name, kind in kinds.items():
        for product in kind.products:
            for attribute in product.attributes.values():
                if attribute.value is True and not CUE_NAMES.isdisjoint(attribute.name.split("_")):
                    flags[attribute.name].add(name)
    for flag, targets in sorted(flags.items()):
        named = {word_key(part) for part in flag.split("_") if part not in CUE_NAMES}
        for source in kinds.values():
            if named and named <= set(source.keys):
                yield from ((source, kinds[target], flag) for target in sorted(targets) if target != source.name)


def _by_flag(source: _Kind, target: _Kind, flag: str) -> Iterator[Relation]:
    category = Attribute("category", source.name)
    taking = [p for p in target.products if flag in p.attributes and p.attributes[flag].value is True][:MAX_EACH]
    for product in source.products:
        for other in taking:
            yield _relation(RelationKind.ACCESSORY_OF, product, category, other, other.attributes[flag])


def _relation(kind: RelationKind, source: Product, one: Attribute, target: Product, other: Attribute) -> Relation:
    evidence = Evidence(
        source_attribute=one.name, source_value=one.text, target_attribute=other.name, target_value=other.text
    )
    return Relation(kind=kind, source_id=source.id, target_id=target.id, evidence=(evidence,))
