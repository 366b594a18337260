"""What `aisle rules` and `aisle sponsored` have in common: entries of a ledger read from JSON, listed, written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from assistant.support.ledger import Entry
from assistant.terminal import say
from recommender.standing import Standing

T = TypeVar("T", bound=Standing)


def read_json(text: str) -> object:
    """Read what was typed.

    Raises:
        ValueError: it is no JSON, or is nested too deep; says where.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def say_entries(entries: Sequence[Entry[T]], words: Callable[[T], str], ended: str, none: str) -> None:
    """List entries, each with who added it and who took it back.

    Args:
        entries: oldest first.
        words: writes one.
        ended: what became of those that do not stand: "removed", "stopped".
        none: said where there are no entries.
    """
    for entry in entries:
        gone = f"; {ended} {entry.ended_at:%Y-%m-%d %H:%M} by {entry.ended_by}" if entry.ended_at else ""
        added = f"(added {entry.added_at:%Y-%m-%d %H:%M} by {entry.added_by}{gone})"
        say(f"{entry.body.id:>4}  {words(entry.body)}  {added}")
    if not entries:
        say(none)


def entry_json(entry: Entry[T], ended: str) -> dict[str, Any]:
    """Return who did what to an entry and when; None for what nobody did."""
    return {
        "added_by": entry.added_by,
        "added_at": entry.added_at.isoformat(),
        f"{ended}_by": entry.ended_by,
        f"{ended}_at": entry.ended_at.isoformat() if entry.ended_at else None,
    }
