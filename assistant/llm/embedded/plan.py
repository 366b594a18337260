"""What the embedded model plans to do for one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call to make."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for one message.

    Args:
        steps: tool calls, in the order of the words; at most 4.
        talk: names of templates to say without any tool, e.g. ("greeting",).
        question: the clause that asks about a product; "" without one.
        corrected: misspelt word -> word that was read.
        set_aside: what was said and cannot be used, e.g. a price in another currency.
    """

    steps: tuple[Step, ...] = ()
    talk: tuple[str, ...] = ()
    question: str = ""
    corrected: Mapping[str, str] = field(default_factory=dict)
    set_aside: tuple[str, ...] = ()


def unique(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, each once."""
    rows: list[Step] = []
    for step in steps:
        if step not in rows:
            rows.append(step)
    return tuple(rows)
