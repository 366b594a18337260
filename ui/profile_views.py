"""A profile as the words of a page: what is known in groups of chips, and what can be done about it. Pure: no HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.text import clean
from assistant.turn import ProfileChange, ProfileFact, ProfileLine

MAX_CHIPS: Final = 16
_GROUPS: Final = (
    ("likes", "What you seem to like"),
    ("price", "Prices you usually look at"),
    ("less_of", "What you seem to want less of"),
    ("avoids", "Never suggested, as you asked"),
)
_SAID: Final = {
    ProfileChange.UNKNOWN: "There was nothing of the kind to forget.",
    ProfileChange.PAUSED: "Nothing is learned from now on. What is known stays.",
    ProfileChange.RESUMED: "Learning goes on.",
    ProfileChange.FOR_SOMEBODY: "This visit is for somebody else, so it does not count as your own taste.",
    ProfileChange.FOR_ONESELF: "This visit is for you again.",
    ProfileChange.ERASE_ASKED: "Nothing happens until you choose.",
}


@dataclass(frozen=True, slots=True)
class ChipView:
    """One thing that is known; `removal` says what its cross does."""

    id: str
    text: str
    about: str
    removal: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """Things of one kind under a heading."""

    heading: str
    chips: tuple[ChipView, ...]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as its panel shows it; `said` is what was just done, `state` what holds now."""

    kept: bool
    offered: bool
    paused: bool
    groups: tuple[GroupView, ...]
    state: str
    said: str
    erase_asked: bool
    only_change: bool


def profile_view(fact: ProfileFact, locale: str) -> ProfileView:
    """Write a profile out.

    Args:
        fact: what is known.
        locale: of prices.
    """
    groups = tuple(
        GroupView(heading, tuple(_chip(line, locale) for line in fact.lines if line.kind == kind)[:MAX_CHIPS])
        for kind, heading in _GROUPS
    )
    return ProfileView(
        kept=fact.kept,
        offered=fact.offered,
        paused=fact.paused,
        groups=tuple(group for group in groups if group.chips),
        state=_state(fact),
        said=_said(fact),
        erase_asked=fact.changed is ProfileChange.ERASE_ASKED,
        only_change=fact.changed is not None and fact.changed is not ProfileChange.ERASE_ASKED,
    )


def _chip(line: ProfileLine, locale: str) -> ChipView:
    text = clean(line.label)
    if line.low and line.high:
        text = f"{text}: {line.low.short(locale)} – {line.high.short(locale)}"
    removal = "suggest it again" if line.kind == "avoids" else "forget it"
    return ChipView(line.id, text, clean(line.about), removal)


def _state(fact: ProfileFact) -> str:
    if not fact.offered:
        return "This shop keeps no profiles. What you do here is forgotten with this visit."
    if not fact.kept:
        return "Off: what you do here is forgotten with this visit."
    if fact.for_somebody:
        return "This visit is for somebody else: nothing of it counts as your own taste."
    if fact.paused:
        return "Paused: nothing is learned at the moment."
    return "" if fact.lines else "Nothing is known yet. What you look at and buy from now on can teach it."


def _said(fact: ProfileFact) -> str:
    if fact.changed is None:
        return ""
    what = ", ".join(clean(label) for label in fact.changed_labels)
    named = {
        ProfileChange.FORGOT: f"Forgotten: {what}.",
        ProfileChange.AVOIDS: f"Not suggested from now on: {what}.",
        ProfileChange.WELCOMES: f"May be suggested again: {what}.",
        ProfileChange.PUT_AWAY: f"Put away for this visit: {what}.",
    }
    return named.get(fact.changed) or _SAID[fact.changed]
