"""The objects of a list in a large JSON document, one by one.

Only the object that is being read is in memory. One that is not valid is told with its line, and reading goes on behind
the bracket that ends it, or at the next line that begins like it. Knows no product.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from retrieval.errors import ImportFailed
from retrieval.importers.rows import BAD_TEXT, RawRow, RejectedRow, decodes

MAX_OBJECT_CHARS = 4_000_000
CUT_OFF = "the file is cut off here"
_NOT_JSON = "not valid JSON"
_TOO_LONG = f"longer than {MAX_OBJECT_CHARS:,} characters, or never closed"
_CHUNK = 65_536
_GAP = re.compile(r"[\s,]*")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\]]')
_OTHER_END = re.compile(r"[\n{\[\]]")
_OPENING = {"}": "{", "]": "["}


def read_objects(stream: BinaryIO, key: str) -> Iterator[RawRow | RejectedRow]:
    """Read the objects of a list that is the document itself, or stands in it under `key` before anything nested.

    Args:
        stream: UTF-8, from its start.
        key: e.g. "products".

    Raises:
        ImportFailed: there is no such list.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=None)
    try:
        yield from _Reader(text).objects(key)
    finally:
        # The stream is the caller's to close.
        if not stream.closed:
            text.detach()


class _Reader:
    """A window on the text: `_at` is where reading stands in it, `_line` the line it begins on."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._window = ""
        self._at = 0
        self._line = 1
        self._indent: str | None = None
        """White space before each object, where each begins on a line of its own."""
        self._decoder = json.JSONDecoder()

    def objects(self, key: str) -> Iterator[RawRow | RejectedRow]:
        """Yield the objects, then a rejection where the list is never closed."""
        self._enter_list(key)
        while char := self._next():
            line = self._line + self._window.count("\n", 0, self._at)
            if char == "{":
                yield self._object(line)
            elif char != "]":
                self._skip_other()
                yield RejectedRow(line, "not a JSON object")
            elif self._ends_list():
                return
            else:
                yield RejectedRow(line, "a bracket that closes nothing")
        yield RejectedRow(self._line + self._window.count("\n"), CUT_OFF)

    def _ends_list(self) -> bool:
        """Pass a closing bracket; whether the list ends with it: no further object follows, at most other keys."""
        self._at += 1
        while (char := self._next()) in {"}", "]"}:
            self._at += 1
        goes_on = self._indent is not None and f"\n{self._indent}{{" in self._window[self._at :]
        return not char or (char == '"' and not goes_on)

    def _enter_list(self, key: str) -> None:
        self._grow()
        found = re.match(rf'\s*(?:\[|\{{[^\[{{]*?"{re.escape(key)}"\s*:\s*\[)', self._window)
        if found is None:
            raise ImportFailed(f"The JSON file holds no list of {key}.")
        self._at = found.end()
        self._next()
        before = self._window[self._window.rfind("\n", 0, self._at) + 1 : self._at]
        self._indent = None if before.strip() or "\n" not in self._window else before

    def _next(self) -> str:
        """The next character that says something, without passing it; empty at the end of the file."""
        while True:
            gap = _GAP.match(self._window, self._at)
            assert gap is not None
            self._at = gap.end()
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._grow():
                return ""

    def _grow(self) -> bool:
        """Drop what was read and read on; False at the end of the file."""
        self._line += self._window.count("\n", 0, self._at)
        self._window = self._window[self._at :]
        self._at = 0
        # Twice as much each time, so that trying again on a long object costs little in all.
        more = self._text.read(max(_CHUNK, len(self._window)))
        self._window += more.replace("\0", "")
        return bool(more)

    def _object(self, line: int) -> RawRow | RejectedRow:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except (ValueError, RecursionError):
                if (closing := _closing(self._window, self._at)) is not None:
                    return self._skip_broken(line, closing, _NOT_JSON)
                if len(self._window) - self._at > MAX_OBJECT_CHARS:
                    return self._skip_broken(line, len(self._window), _TOO_LONG)
                if not self._grow():
                    return self._skip_broken(line, len(self._window), CUT_OFF)
                continue
            source = self._window[self._at : end]
            self._at = end
            n_lines = source.count("\n") + 1
            if not decodes(source):
                return RejectedRow(line, BAD_TEXT, n_lines=n_lines)
            return RawRow(line, value, n_lines=n_lines)

    def _skip_other(self) -> None:
        """Pass what is no object, as far as the next thing that could be one."""
        found = _OTHER_END.search(self._window, self._at + 1)
        self._at = found.start() if found else len(self._window)

    def _skip_broken(self, line: int, end: int, reason: str) -> RejectedRow:
        """Pass a broken object: to the next line that begins as the first one did, where files are written so, else
        to `end`."""
        resumed = -1 if self._indent is None else self._window.find(f"\n{self._indent}{{", self._at, end)
        if resumed >= 0 and reason == CUT_OFF:
            reason = _NOT_JSON
        stop = end if resumed < 0 else resumed
        n_lines = self._window.count("\n", self._at, stop) + 1
        self._at = end if resumed < 0 else resumed + 1
        return RejectedRow(line, reason, n_lines=n_lines)


def _closing(text: str, start: int) -> int | None:
    """Return where the value at `start` ends by its brackets; None where they are not all closed.

    A closing bracket closes everything that was opened after its partner, so that one that was forgotten inside does
    not swallow the rest of the file.
    """
    opened: list[str] = []
    for token in _TOKEN.finditer(text, start):
        char = token.group()
        if char in {"{", "["}:
            opened.append(char)
        elif char in _OPENING and _OPENING[char] in opened:
            while opened.pop() != _OPENING[char]:
                continue
            if not opened:
                return token.end()
        elif char == "]":
            # The list's own end: whatever is open here never closes.
            return token.start()
    return None
