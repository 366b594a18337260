"""Finds the demo shop's relations: from what products state, by the rules in relations.yaml, and from their successors.

Only stated attributes count, so that whoever reads the catalogue can check each relation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product as pairs
from itertools import zip_longest

import yaml
from pydantic import BaseModel, ConfigDict

from assistant.demo.attributes import holds, number
from assistant.demo.catalogue import Made
from assistant.demo.spec import FOLDER
from retrieval.product import Product
from retrieval.relations import Evidence, Relation, RelationKind


class RelationRule(BaseModel):
    """One line of relations.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: RelationKind
    source: str
    target: str
    same: dict[str, str] = {}
    up_to: dict[str, str] = {}
    source_is: tuple[str, ...] = ()
    target_is: tuple[str, ...] = ()
    brand: bool = False


def load_rules() -> tuple[RelationRule, ...]:
    """Read the rules."""
    rows = yaml.safe_load((FOLDER / "relations.yaml").read_text(encoding="utf-8"))
    return tuple(RelationRule.model_validate(row) for row in rows)


def make_relations(catalogue: Sequence[Made]) -> tuple[Relation, ...]:
    """Find all relations of the catalogue, in the order of the rules, successors last.

    Args:
        catalogue: from `make_catalogue`.
    """
    shelves: dict[str, list[Product]] = {}
    for made in catalogue:
        shelves.setdefault(made.spec.category, []).append(made.product)
    found = [relation for rule in load_rules() for relation in _by_rule(rule, shelves)]
    models = {made.product.id: made for made in catalogue}
    return (*found, *(_succession(made, models[made.replaces]) for made in catalogue if made.replaces))


def _by_rule(rule: RelationRule, shelves: Mapping[str, Sequence[Product]]) -> Iterator[Relation]:
    for source, target in pairs(shelves[rule.source], shelves[rule.target]):
        # Within one kind the relation holds both ways and is stated once.
        if rule.source == rule.target and source.id >= target.id:
            continue
        evidence = _evidence(rule, source, target)
        if evidence:
            yield Relation(kind=rule.kind, source_id=source.id, target_id=target.id, evidence=evidence)


def _evidence(rule: RelationRule, source: Product, target: Product) -> tuple[Evidence, ...]:
    """What makes the rule true of two products; nothing where any part of it is not stated or does not hold."""
    compared = {**rule.same, **rule.up_to}
    stated = all(one in source.attributes and other in target.attributes for one, other in compared.items())
    if not stated or (rule.brand and source.brand != target.brand):
        return ()
    if not all(holds(condition, source.attributes) for condition in rule.source_is):
        return ()
    if not all(holds(condition, target.attributes) for condition in rule.target_is):
        return ()
    same = all(source.attributes[one].text == target.attributes[other].text for one, other in rule.same.items())
    small = all(number(source.attributes, one) <= number(target.attributes, other) for one, other in rule.up_to.items())
    if not same or not small:
        return ()
    named = zip_longest(map(_name, rule.source_is), map(_name, rule.target_is), fillvalue="category")
    found = [_pair(source, one, target, other) for one, other in (*compared.items(), *named)]
    return (*found, _pair(source, "brand", target, "brand")) if rule.brand else tuple(found)


def _name(condition: str) -> str:
    return condition.strip("!").split("=")[0]


def _pair(source: Product, one: str, target: Product, other: str) -> Evidence:
    return Evidence(
        source_attribute=one,
        source_value=_stated(source, one),
        target_attribute=other,
        target_value=_stated(target, other),
    )


def _stated(product: Product, name: str) -> str:
    fields = {"category": product.category, "brand": product.brand}
    return (fields[name] or "") if name in fields else product.attributes[name].text


def _stating(name: str, source: str | None, target: str | None) -> Evidence:
    return Evidence(source_attribute=name, source_value=source or "", target_attribute=name, target_value=target or "")


def _succession(new: Made, old: Made) -> Relation:
    evidence = (
        _stating("brand", new.product.brand, old.product.brand),
        _stating("model", new.model, old.model),
        _stating("released", new.product.released, old.product.released),
    )
    return Relation(kind=RelationKind.REPLACES, source_id=new.product.id, target_id=old.product.id, evidence=evidence)
