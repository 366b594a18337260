"""One finding of `aisle doctor`, and how a check that breaks is itself a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.config import Settings

State = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found.

    Args:
        name: of what was looked at, e.g. "database".
        state: "warning" where something works less well, "problem" where it does not work, "skipped" where it was not
            looked at.
        found: one sentence of what is so.
        advice: one sentence of what to do; empty where nothing is to be done.
        degrades: what a shopper has less of because of it, e.g. "search by meaning"; empty without.
    """

    name: str
    state: State
    found: str
    advice: str = ""
    degrades: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at.

    Args:
        settings: frozen.
        deep: look also at what takes long: the encoder, and large files.
    """

    settings: Settings
    deep: bool


Checkup = Callable[[Patient], Iterator[Check]]
"""Looks at one thing and changes nothing; named after what it looks at."""


def guarded(checkup: Checkup, patient: Patient) -> Iterator[Check]:
    """Run a check; whatever breaks it is a finding too."""
    try:
        yield from checkup(patient)
    except Exception as error:  # noqa: BLE001 (a broken installation may raise anything, and is what is looked for)
        kind = type(error).__name__
        yield Check(
            checkup.__name__.replace("_", " "),
            "problem",
            f"This could not be looked at: {kind}: {' '.join(str(error).split())[:200]}",
            "Install Aisle again; if it stays, report it with this line.",
        )
