"""CSV with a header line: comma, semicolon, tab or bar between fields, any line ending, quoted fields over many lines.

A quote that is never closed would swallow the rest of the file; then only the line it stands on is rejected and reading
goes on with the next one.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from retrieval.errors import ImportFailed
from retrieval.importers.head import DELIMITERS
from retrieval.importers.rows import BAD_TEXT, Format, RawRow, RejectedRow, decodes

_MAX_RECORD_LINES = 2_000
_TOO_LONG = f"a field is longer than {csv.field_size_limit():,} characters"
_BAD_QUOTE = "a quote is not closed or stands inside a field"


class _Lines:
    """Physical lines of a file that remember the lines of the running record, so that they can be read again."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._ahead: deque[str] = deque()
        self._record: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._record) >= _MAX_RECORD_LINES:
            raise csv.Error("record too long")
        line = self._ahead.popleft() if self._ahead else self._text.readline()
        if not line:
            raise StopIteration
        self.number += 1
        self._record.append(line)
        return line.replace("\0", "")

    def begin_record(self) -> int:
        """Start a record and return the number of its first line."""
        self._record.clear()
        return self.number + 1

    def first_of_record(self) -> str:
        """The first line of this record, without its line end."""
        return self._record[0].replace("\0", "").rstrip("\r\n")

    def give_back_all_but_first(self) -> None:
        """Make the lines after the first of this record come again."""
        self._ahead.extendleft(reversed(self._record[1:]))
        self.number -= max(0, len(self._record) - 1)


def read_csv(stream: BinaryIO) -> Iterator[RawRow | RejectedRow]:
    """Read CSV; see rows.Importer.

    Raises:
        ImportFailed: the file is empty or its header names no column or one column twice.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _records(_Lines(text))
    finally:
        # The stream is the caller's to close.
        if not stream.closed:
            text.detach()


def _records(lines: _Lines) -> Iterator[RawRow | RejectedRow]:
    delimiter, header = _read_header(lines)
    while True:
        start = lines.begin_record()
        try:
            # A new reader per record: after an error the old one would go on inside the quote.
            fields = next(csv.reader(lines, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except csv.Error as error:
            lines.give_back_all_but_first()
            fields = lines.first_of_record().split(delimiter)
            # Tab separated feeds are often written without quoting: there a quote is an inch, or just a quote.
            if delimiter != "\t" or len(fields) != len(header):
                yield RejectedRow(start, _TOO_LONG if "field limit" in str(error) else _BAD_QUOTE)
                continue
        if any(field.strip() for field in fields):
            yield _row(start, header, fields, lines.number - start + 1)


def _read_header(lines: _Lines) -> tuple[str, list[str]]:
    lines.begin_record()
    try:
        first = next(lines)
    except StopIteration:
        raise ImportFailed("The file is empty.") from None
    if not decodes(first):
        raise ImportFailed("The header line of the CSV file is not UTF-8: save the file as CSV in UTF-8.")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter, strict=True), [])]
    except csv.Error as error:
        raise ImportFailed("The header line of the CSV file cannot be read.") from error
    named = [name for name in header if name]
    if not named:
        raise ImportFailed("The header line of the CSV file names no column.")
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise ImportFailed(f"The header line of the CSV file names the column {twice!r} twice.")
    return delimiter, header


def _row(line: int, header: list[str], fields: list[str], n_lines: int) -> RawRow | RejectedRow:
    if len(fields) != len(header):
        return RejectedRow(line, f"{len(fields)} fields where the header has {len(header)}", n_lines=n_lines)
    if not all(map(decodes, fields)):
        return RejectedRow(line, BAD_TEXT, n_lines=n_lines)
    values = {name: field for name, field in zip(header, fields, strict=True) if name and not field.isspace() and field}
    return RawRow(line, values, n_lines=n_lines)


CSV = Format("CSV with a header line", read_csv, lambda _head: True, takes_map=True)
