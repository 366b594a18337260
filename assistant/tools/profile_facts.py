"""A profile as evidence, and which entry of it, or value of the catalogue, a shopper's words name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.tools.profiling import Profiling
from assistant.turn import Need, Principal, ProfileChange, ProfileFact, ProfileLine
from recommender.profiles.view import ProfileEntry
from retrieval.filters import AttributeIn, BrandIn, CategoryIn, Constraint, fold
from retrieval.materials import is_made_of
from retrieval.product import Money, attribute_label
from retrieval.query import QueryReader
from retrieval.words import word_key

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
Named = tuple[str, str]
"""A field and a value of it, as the recommender knows them, e.g. ("colour", "red")."""


def profile_fact(
    profiling: Profiling,
    principal: Principal,
    currency: str,
    changed: ProfileChange | None = None,
    labels: tuple[str, ...] = (),
    need: Need | None = None,
) -> ProfileFact:
    """What is known of a shopper now.

    Args:
        profiling: of the shop.
        principal: whose.
        currency: of the catalogue, for bands of prices.
        changed: what was just done.
        labels: to what.
        need: what is looked for in this visit; None where that is of no matter.
    """
    view = profiling.view(principal)
    return ProfileFact(
        kept=profiling.may_keep(principal),
        offered=profiling.mode != "off",
        lines=tuple(_line(entry, currency) for entry in view.entries) if profiling.may_keep(principal) else (),
        paused=view.paused,
        for_somebody=view.short_term.for_somebody,
        changed=changed,
        changed_labels=labels,
        visit=tuple(wish.label() for wish in need.constraints) if need else (),
    )


def _line(entry: ProfileEntry, currency: str) -> ProfileLine:
    is_band = entry.kind == "price"
    return ProfileLine(
        id=entry.entry_id,
        kind=entry.kind,
        label=entry.value,
        about="" if entry.field in {"category", "price"} else attribute_label(entry.field),
        strength=entry.strength,
        low=Money(entry.low_minor, currency) if is_band else None,
        high=Money(entry.high_minor, currency) if is_band else None,
    )


def entry_named(entry_id: str) -> Named | None:
    """The field and value of an entry's id; None where it is none."""
    kind, _, rest = entry_id.partition(":")
    field, _, value = rest.partition("=")
    return (field, value) if kind in {"likes", "less_of", "avoids", "price"} and field and value else None


def entries_said(entries: Sequence[ProfileEntry], words: str) -> tuple[Named, ...]:
    """The entries of a profile that words name: all words of a value are said, or what it ends in ("leather" of
    "full-grain leather")."""
    said = _keys(words)
    return tuple(dict.fromkeys((entry.field, entry.value) for entry in entries if _is_said(entry.value, said)))


def _is_said(value: str, said: set[str]) -> bool:
    found = [word_key(word) for word in _WORD.findall(fold(value))]
    return bool(found) and (set(found) <= said or found[-1] in said or is_made_of(value, said))


def wishes_said(need: Need, words: str) -> tuple[Constraint, ...]:
    """The wishes of a need that words name, by one of their values ("red", "leather")."""
    said = _keys(words)
    return tuple(
        wish
        for wish in need.constraints
        if isinstance(wish, AttributeIn | BrandIn | CategoryIn) and any(_is_said(value, said) for value in wish.values)
    )


def values_said(reader: QueryReader, words: str, known: Iterable[Named]) -> tuple[Named, ...]:
    """The values of the catalogue that words name.

    Args:
        reader: of the catalogue.
        words: the shopper's.
        known: fields and values that products of the catalogue have.
    """
    by_fold = {(fold(field), fold(value)): (field, value) for field, value in known}
    read = [pair for reading in reader.read(words) for pair in _pairs(reading.constraints)]
    found = [by_fold[pair] for pair in read if pair in by_fold]
    said = _keys(words)
    # A word that the reader takes for something else ("red wine") still names the value that it is.
    found += [] if found else [own for own in by_fold.values() if _keys(own[1]) and _keys(own[1]) <= said]
    return tuple(dict.fromkeys(found))


def _pairs(constraints: Iterable[object]) -> Iterator[Named]:
    for wish in constraints:
        if isinstance(wish, AttributeIn):
            yield from ((fold(wish.name), fold(value)) for value in wish.values)
        elif isinstance(wish, BrandIn | CategoryIn):
            fields = ("brand",) if isinstance(wish, BrandIn) else ("category", "department")
            yield from ((field, fold(value)) for value in wish.values for field in fields)


def stated_pairs(constraints: Iterable[object]) -> tuple[Named, ...]:
    """What a need states, as fields and values of the recommender; what is excluded is not stated."""
    wanted = [wish for wish in constraints if not getattr(wish, "exclude", False)]
    return tuple(dict.fromkeys(_pairs(wanted)))


def _keys(text: str) -> set[str]:
    return {word_key(word) for word in _WORD.findall(fold(text))}
