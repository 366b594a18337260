"""Tool: change what is known of the shopper, by their own words of this turn; forgetting everything is for a click."""

from __future__ import annotations

from typing import Literal

from assistant.errors import BadArguments
from assistant.tools.context import ShopperContext
from assistant.tools.pointing import quoted
from assistant.tools.profile_facts import Named, entries_said, profile_fact, values_said, wishes_said
from assistant.tools.summary import summarise
from assistant.turn import ProfileChange, ToolResult
from assistant.wishes import without_wish
from recommender.profiles.edits import Edit, EditKind
from retrieval.filters import Constraint

Action = Literal["forget", "avoid", "welcome", "pause", "resume", "forget_everything"]
MAX_NAMED = 4
_KINDS = {"forget": EditKind.FORGET, "avoid": EditKind.AVOID, "welcome": EditKind.WELCOME}
_DONE = {
    "forget": ProfileChange.FORGOT,
    "avoid": ProfileChange.AVOIDS,
    "welcome": ProfileChange.WELCOMES,
    "pause": ProfileChange.PAUSED,
    "resume": ProfileChange.RESUMED,
    "forget_everything": ProfileChange.ERASE_ASKED,
}


def change_profile(context: ShopperContext, action: Action) -> ToolResult:
    """Change the shopper's profile: forget a liking, never suggest something again, suggest it again, pause, resume.

    What is meant is read from the shopper's own words of this turn. "forget_everything" only prepares a button.
    """
    profiling = context.shop.profiling
    done = _DONE[action]
    labels: tuple[str, ...] = ()
    if action in ("pause", "resume"):
        profiling.edit(context.principal, Edit(EditKind.PAUSE if action == "pause" else EditKind.RESUME))
    elif action in _KINDS and profiling.may_keep(context.principal):
        named = _named(context, action)
        for field, value in named:
            profiling.edit(context.principal, Edit(_KINDS[action], field, value))
            if action == "forget":  # What was said is forgotten as well as what was learned.
                profiling.edit(context.principal, Edit(EditKind.WELCOME, field, value))
        labels = _labels(named)
    if action in ("forget", "welcome"):
        wishes = _forget_wishes(context, taken_back=action == "welcome")
        labels = labels or wishes
    if action in _KINDS and not labels:
        labels, done = (quoted(context.words),), ProfileChange.UNKNOWN if action != "avoid" else done
    currency = context.shop.retrieval.catalogue.currency
    fact = profile_fact(profiling, context.principal, currency, done, labels, context.ledger.need)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))


def _forget_wishes(context: ShopperContext, *, taken_back: bool) -> tuple[str, ...]:
    """Take the wishes that the words name away from what is looked for, and return their labels.

    Args:
        context: of the turn.
        taken_back: whether what is not wanted is meant ("not leather"), and not what is wanted.
    """
    named = [wish for wish in wishes_said(context.ledger.need, context.words) if _excludes(wish) == taken_back]
    with context.ledger.lock:
        for wish in named:
            context.ledger.need = without_wish(context.ledger.need, wish.key)
    return tuple(wish.label() for wish in named)


def _excludes(wish: Constraint) -> bool:
    return bool(getattr(wish, "exclude", False))


def _labels(named: tuple[Named, ...]) -> tuple[str, ...]:
    """The values for a sentence: "leather" says "full-grain leather" too."""
    values = tuple(dict.fromkeys(value for _, value in named))
    return tuple(v for v in values if not any(o != v and f" {o} " in f" {v} " for o in values))


def _named(context: ShopperContext, action: Action) -> tuple[Named, ...]:
    """What the shopper's own words name: of the profile first, then of the catalogue.

    Raises:
        BadArguments: something is never to be suggested again, and the catalogue knows nothing of the kind.
    """
    profiling, words = context.shop.profiling, context.words
    entries = profiling.view(context.principal).entries
    stated = [entry for entry in entries if entry.kind == "avoids"]
    found = entries_said(stated if action == "welcome" else entries, words) if action != "avoid" else ()
    if not found and action != "welcome":
        found = values_said(context.shop.reader, words, profiling.profiles.known_values())
    if not found and action == "avoid":
        raise BadArguments("Nothing in the catalogue goes by these words: ask the shopper what is never wanted.")
    if action == "forget":
        known = {(entry.field, entry.value) for entry in entries}
        found = tuple(named for named in found if named in known)
    return found[:MAX_NAMED]
