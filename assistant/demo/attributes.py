"""Draws the attributes of one product from its type.

Knows neither words nor prices.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from assistant.demo.spec import AttributeSpec, Choice
from retrieval.product import Attribute, AttributeValue, attribute_text

_KEPT = 0.75
_CONDITION = re.compile(r"(?P<no>!?)(?P<name>\w+)(?:=(?P<value>.+))?")


def holds(condition: str, attributes: Mapping[str, Attribute]) -> bool:
    """Whether a condition holds: "name" (yes), "!name" (no), "name=value" (is, or is among)."""
    match = _CONDITION.fullmatch(condition.strip())
    if match is None:
        raise ValueError(f"not a condition: {condition!r}")
    attribute = attributes.get(match["name"])
    if attribute is None:
        return False
    if match["value"] is None:
        return attribute.value is (not match["no"])
    stated = (
        attribute.value if isinstance(attribute.value, tuple) else (attribute_text(attribute.value), attribute.text)
    )
    return match["value"] in stated


def draw_attributes(
    specs: Mapping[str, AttributeSpec], tier: float, rng: random.Random
) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    """Draw all attributes.

    Args:
        specs: in the order in which they depend on each other.
        tier: how good the product is within its type, 0 to 1.
        rng: source of chance.

    Returns:
        What is true of the product (prices follow from it), and the part of it that the shop states.
    """
    return _state(specs, lambda spec, _, true: _draw(spec, true, tier, rng), rng)


def draw_successor(
    specs: Mapping[str, AttributeSpec], before: Mapping[str, Attribute], tier: float, rng: random.Random
) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    """Draw the attributes of what replaces a product: most choices stay, what it had it keeps, numbers move.

    Args:
        specs, tier, rng: as in `draw_attributes`.
        before: what is true of the product that is replaced.
    """

    def drawn(spec: AttributeSpec, name: str, true: Mapping[str, Attribute]) -> AttributeValue:
        old = before.get(name)
        kept = old is not None and (
            old.value is True if spec.chance is not None else spec.base is None and rng.random() < _KEPT
        )
        return old.value if old is not None and kept else _draw(spec, true, tier, rng)

    return _state(specs, drawn, rng)


def _state(
    specs: Mapping[str, AttributeSpec],
    value_of: Callable[[AttributeSpec, str, Mapping[str, Attribute]], AttributeValue],
    rng: random.Random,
) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    true: dict[str, Attribute] = {}
    stated: dict[str, Attribute] = {}
    for name, spec in specs.items():
        if not all(holds(condition, true) for condition in spec.when):
            continue
        attribute = Attribute(name, value_of(spec, name, true), spec.unit)
        true[name] = attribute
        if rng.random() >= spec.missing:
            stated[name] = attribute
    return true, stated


def number(attributes: Mapping[str, Attribute], name: str) -> float:
    """The attribute as a number: yes is 1; no, text and absent are 0."""
    attribute = attributes.get(name)
    return float(attribute.value) if attribute and isinstance(attribute.value, bool | int | float) else 0.0


def pick(choices: Mapping[Choice, float], rng: random.Random) -> Choice:
    """Take one choice by its weight."""
    return rng.choices(list(choices), weights=list(choices.values()))[0]


def _draw(spec: AttributeSpec, true: Mapping[str, Attribute], tier: float, rng: random.Random) -> AttributeValue:
    if spec.pick is not None:
        chosen = pick(spec.pick, rng)
        return float(chosen) if isinstance(chosen, int | float) and not isinstance(chosen, bool) else chosen
    if spec.chance is not None:
        return rng.random() < spec.chance + spec.tier * (tier - 0.5)
    if spec.several:
        n = min(rng.randint(*spec.n), len(spec.several))
        chosen_texts = set(rng.sample(spec.several, n))
        return tuple(text for text in spec.several if text in chosen_texts)
    mean = (spec.base or 0.0) + sum(weight * number(true, name) for name, weight in spec.per.items())
    raw = mean * (1 + spec.tier * (tier - 0.5)) * rng.uniform(1 - spec.spread, 1 + spec.spread)
    steps = max(1, round(raw / spec.step))
    return round(steps * spec.step, 6)
