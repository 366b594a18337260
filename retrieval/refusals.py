"""What a shopper refuses: "not wool", "no Acme or Bolt", "anything but red", "leather-free".

Refusing reaches from the negation to the names right after it; words behind those stand for themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from retrieval.choices import Choices
from retrieval.filters import AttributeIn, BrandIn, CategoryIn, Constraint
from retrieval.linking import Link
from retrieval.materials import stated_made_of
from retrieval.reading import Mark, Reading
from retrieval.words import OPINIONS, STOP, phrase_key

_PART = re.compile(r"\b(?:without|with|w/o|minus)\b", re.IGNORECASE)

_BEFORE_NAMES = ("any", "a", "an", "the", "in", "made", "of")


@dataclass(slots=True)
class Refusals:
    """What is refused.

    Args:
        wishes: exclusions.
        positions: token positions that are spent on it.
        unknown: refusals that the catalogue cannot follow, as said ("no zippers").
    """

    wishes: list[Constraint] = field(default_factory=list)
    positions: set[int] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


def read_refusals(reading: Reading, choices: Choices) -> Refusals:
    """Find all refusals, and the names after "doesn't have to be", which are neither wished nor refused."""
    refusals = Refusals()
    links = {link.start: link for link in reading.links}
    position = 0
    while position < len(reading.tokens):
        mark = reading.marks[position]
        if mark in (Mark.NEGATION, Mark.WITHDRAWN):
            start = position
            while position < len(reading.tokens) and reading.marks[position] is mark:
                position += 1
            position = _read_list(reading, choices, links, start, position, refusals)
        else:
            position += 1
    _read_free_of(reading, choices, refusals)
    return refusals


def _read_list(
    reading: Reading, choices: Choices, links: dict[int, Link], start: int, position: int, refusals: Refusals
) -> int:
    """Read the refused names from `position` on: "wool", "Acme or Bolt", "red, blue or green"."""
    tokens = reading.tokens
    withdrawn = reading.marks[start] is Mark.WITHDRAWN
    while position < len(tokens) and position not in links and tokens[position].folded in _BEFORE_NAMES:
        position += 1
    if position == len(tokens) or reading.marks[position] is not None:
        return position
    if position not in links and tokens[position].key in STOP:
        return position
    following: int | None = position
    while following is not None:
        position = following
        if position in links:
            end = links[position].end
            refused = None if withdrawn else _refused(reading, start, links[position], choices)
            if refused:
                refusals.wishes.append(refused)
            elif not withdrawn:
                refusals.unknown.append(reading.text[tokens[start].start : tokens[end - 1].end])
        else:  # a first name that the catalogue does not know; those behind it are refused all the same
            end = position + 1
            if not withdrawn and tokens[position].key not in OPINIONS:
                refusals.unknown.append(reading.text[tokens[start].start : tokens[position].end])
        refusals.positions.update(range(position, end))
        following = _next_in_list(reading, links, end)
    return end


def _next_in_list(reading: Reading, links: dict[int, Link], position: int) -> int | None:
    """Where the list goes on: after "or", or after a comma that leads to an "or"; None where it ends."""
    tokens = reading.tokens
    if position >= len(tokens) or reading.marks[position] is not None:
        return None
    if tokens[position].folded in ("or", "nor") and position + 1 in links:
        return position + 1
    if position in links and "," in reading.text[tokens[position - 1].end : tokens[position].start]:
        after = links[position].end
        if after < len(tokens) and tokens[after].folded in ("or", "nor"):
            return position
    return None


def _read_free_of(reading: Reading, choices: Choices, refusals: Refusals) -> None:
    """Read "leather-free": the name of a value, then "free"."""
    for link in reading.links:
        follows = link.end < len(reading.tokens) and reading.tokens[link.end].folded == "free"
        if not follows or reading.marks[link.end] is not None or not link.values or link.start in refusals.positions:
            continue
        chosen = choices.find_value(link, 0.0)
        if chosen:
            refusals.wishes.append(AttributeIn(*chosen, exclude=True))
            refusals.positions.update(range(link.start, link.end + 1))


def _refused(reading: Reading, start: int, link: Link, choices: Choices) -> Constraint | None:
    """The exclusion that a refused name stands for; None for a part of the wanted thing ("mug without a lid")."""
    wanted = bool(choices.kinds) and not set(choices.kinds) & set(link.categories)
    part = wanted and (_PART.search(_said(reading, start)) or link.key not in map(phrase_key, link.categories))
    return exclusion(replace(link, categories=()) if part and not link.brand else link, choices)


def _said(reading: Reading, start: int) -> str:
    """The words of a negation."""
    end = next((i for i in range(start, len(reading.marks)) if reading.marks[i] is not Mark.NEGATION), start)
    return reading.text[reading.tokens[start].start : reading.tokens[end].start]


def exclusion(link: Link, choices: Choices) -> Constraint | None:
    """The exclusion of what a link names: brand, then kind of product, then value, then yes/no attribute."""
    if link.brand:
        return BrandIn((choices.vocabulary.brands[link.brand].name,), exclude=True)
    if link.categories:
        return CategoryIn(link.categories, exclude=True)
    chosen = choices.find_value(link, 0.0) or Choices(choices.vocabulary).find_value(link, 0.0)
    if chosen:
        name, values = chosen
        made = stated_made_of(link.key, name, choices.vocabulary)
        return AttributeIn(name, tuple(dict.fromkeys((*values, *made))), exclude=True)
    return AttributeIn(link.flags[0], ("yes",), exclude=True) if link.flags else None
