"""Rows that could not be loaded, kept beside the version as they stand in the file, so that they can be mended.

`quarantine.jsonl` holds one object per rejection: "line", "reason", and "text", the row's own lines.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, TextIO

from retrieval.errors import ImportFailed
from retrieval.importers.csv_file import read_csv
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.rows import RejectedRow
from retrieval.importers.xml_items import read_items
from retrieval.intake import Intake, open_plain

QUARANTINE = "quarantine.jsonl"
MAX_TEXT = 100_000
_TABLES = frozenset({"csv", "google", "shopify", "woocommerce"})


def write_quarantine(intake: Intake, path: Path) -> None:
    """Write the bad rows of a file into the folder `path`; nothing where there are none.

    Rows that take a product out of the shop are not among them: there is nothing to mend.
    """
    rejected = [row for row in intake.rejected if not row.withdraws]
    if not rejected:
        return
    texts: dict[int, str] = {}
    # The file was read to its end a moment ago; should it be gone now, the lines and reasons are still kept.
    with suppress(OSError, EOFError, zlib.error, ImportFailed):
        texts = _texts(intake.path, rejected)
    with (path / QUARANTINE).open("w", encoding="ascii", newline="\n") as file:
        for row in rejected:
            told = {"line": row.line, "reason": row.reason, "text": texts.get(row.line, "")}
            file.write(json.dumps(told) + "\n")


def read_quarantine(path: Path) -> Iterator[dict[str, str]]:
    """Yield what `write_quarantine` wrote into the folder `path`: "line", "reason", "text"."""
    with suppress(FileNotFoundError), (path / QUARANTINE).open(encoding="ascii") as file:
        yield from map(json.loads, file)


def header_of(path: Path, format: str) -> str | None:
    """Return the first line of a table; None for other files."""
    with open_plain(path) as stream:
        if format not in _TABLES or Head("", stream.read(HEAD_BYTES)).text[:1] in {"<", "{", "["}:
            return None
        stream.seek(0)
        with _text_of(stream) as text:
            return text.readline().rstrip("\r\n")


def _texts(path: Path, rejected: Sequence[RejectedRow]) -> dict[int, str]:
    with open_plain(path) as stream:
        lengths = _lengths(stream, rejected)
        stream.seek(0)
        with _text_of(stream) as text:
            return dict(_cut_out(text, sorted(lengths.items())))


def _lengths(stream: BinaryIO, rejected: Sequence[RejectedRow]) -> dict[int, int]:
    """Physical line of a rejected row -> lines that it takes.

    An importer that puts several rows together has lost count, so the rows of a table and the items of a feed are
    counted again.
    """
    lengths = {
        line: max(row.n_lines for row in rows)
        for line, rows in groupby(sorted(rejected, key=lambda row: row.line), key=lambda row: row.line)
    }
    head = Head("", stream.read(HEAD_BYTES))
    stream.seek(0)
    if head.text[:1] in {"{", "["}:
        return lengths
    for row in read_items(stream) if head.text[:1] == "<" else read_csv(stream):
        if row.line in lengths:
            lengths[row.line] = row.n_lines
    return lengths


@contextmanager
def _text_of(stream: BinaryIO) -> Iterator[TextIO]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        # The stream is the caller's to close.
        text.detach()


def _cut_out(text: TextIO, wanted: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    number = 0
    for start, n_lines in wanted:
        while number < start - 1 and text.readline():
            number += 1
        lines: list[str] = []
        while number < start - 1 + n_lines and (line := text.readline()):
            number += 1
            lines.append(line)
        yield start, "".join(lines)[:MAX_TEXT].rstrip("\r\n")
