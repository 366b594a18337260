"""What every importer yields: rows of named values with the physical line they begin on, or a rejection.

Knows nothing of products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file states it; `line` is the physical line it begins on, from 1."""

    line: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be loaded; `line` is the physical line it begins on, `reason` a few plain words."""

    line: int
    reason: str


Importer = Callable[[BinaryIO], Iterator[RawRow | RejectedRow]]
"""Reads an uncompressed file from its start. A bad row is yielded as RejectedRow; what makes the whole file unreadable
is raised as ImportFailed."""

BAD_TEXT = "not valid UTF-8"


def decodes(text: str) -> bool:
    """Whether text that was read with `surrogateescape` was valid UTF-8."""
    return text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text)
