"""JSON lines: one object per line. Any line ending is read; empty lines are skipped."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from retrieval.importers.head import Head
from retrieval.importers.rows import BAD_TEXT, Format, RawRow, RejectedRow, decodes

MAX_LINE_CHARS = 4_000_000


def read_jsonl(stream: BinaryIO) -> Iterator[RawRow | RejectedRow]:
    """Read JSON lines; see rows.Importer."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=None)
    try:
        yield from _records(text)
    finally:
        # The stream is the caller's to close.
        if not stream.closed:
            text.detach()


def _records(text: TextIO) -> Iterator[RawRow | RejectedRow]:
    number = 0
    while line := text.readline(MAX_LINE_CHARS + 1):
        number += 1
        if len(line) > MAX_LINE_CHARS and not line.endswith("\n"):
            while (rest := text.readline(MAX_LINE_CHARS)) and not rest.endswith("\n"):
                continue
            yield RejectedRow(number, f"line longer than {MAX_LINE_CHARS:,} characters")
        elif line.strip():
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> RawRow | RejectedRow:
    if not decodes(line):
        return RejectedRow(number, BAD_TEXT)
    try:
        values = json.loads(line.replace("\0", ""))
    except (ValueError, RecursionError):
        return RejectedRow(number, "not valid JSON")
    if not isinstance(values, dict):
        return RejectedRow(number, "not a JSON object")
    return RawRow(number, values)


def _is_jsonl(head: Head) -> bool:
    if head.suffix in {".jsonl", ".ndjson"}:
        return True
    return head.suffix not in {".csv", ".tsv"} and head.text[:1] in {"{", "["}


JSONL = Format("JSON lines", read_jsonl, _is_jsonl, takes_map=True)
