"""Which version of a catalogue was served from when on, and why: a line of JSON for each change, never rewritten."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["import", "update", "delete", "rollback"]
_FILE = "history.jsonl"


@dataclass(frozen=True, slots=True)
class Served:
    """One change of the version that is served.

    Args:
        when: ISO time in UTC, e.g. "2026-11-25T19:04:00+00:00".
        kind: what was done.
        version: that is served from then on.
        before: that was served until then; None for the first.
    """

    when: str
    kind: Kind
    version: int
    before: int | None


def record(folder: Path, served: Served) -> None:
    """Add a line to the history of the catalogue in `folder`."""
    with (folder / _FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(served)) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_history(folder: Path) -> tuple[Served, ...]:
    """Return the history of the catalogue in `folder`, oldest first; a line that was cut off is passed over."""
    try:
        lines = (folder / _FILE).read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    told = []
    for line in lines:
        try:
            told.append(Served(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return tuple(told)
