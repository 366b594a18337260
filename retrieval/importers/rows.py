"""What every importer yields: rows of named values with the physical line they begin on, or a rejection.

Also what says of itself which files it reads. Knows nothing of products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from retrieval.importers.head import Head


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file states it.

    Args:
        line: physical line it begins on, from 1.
        values: by column, or a product in the form of `shop_rows`.
        n_rows: rows of the file that it was put together from, where several make one product.
        n_lines: physical lines from `line` on that the first of these rows takes.
    """

    line: int
    values: Mapping[str, object]
    n_rows: int = 1
    n_lines: int = 1


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be loaded.

    Args:
        line: physical line it begins on, from 1.
        reason: a few plain words.
        n_rows, n_lines: as of RawRow.
        withdraws: id of the product that the row takes out of the shop: a draft, or one that is marked as deleted.
    """

    line: int
    reason: str
    n_rows: int = 1
    n_lines: int = 1
    withdraws: str = ""


Importer = Callable[[BinaryIO], Iterator[RawRow | RejectedRow]]
"""Reads an uncompressed file from its start. A bad row is yielded as RejectedRow; what makes the whole file unreadable
is raised as ImportFailed."""

BAD_TEXT = "not valid UTF-8"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Args:
        about: what it is, for people, e.g. "Shopify products (CSV or JSON)".
        read: its importer.
        recognises: whether a file that begins so is one; asked in the order of IMPORTERS, so the plain ones come last.
        takes_map: whether a column map says what its columns mean; the other formats say it themselves.
    """

    about: str
    read: Importer
    recognises: Callable[[Head], bool]
    takes_map: bool = False


def decodes(text: str) -> bool:
    """Whether text that was read with `surrogateescape` was valid UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
