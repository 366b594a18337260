"""The beginning of a file, as formats look at it to know their own."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cached_property

HEAD_BYTES = 65_536
DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Head:
    """Name and first bytes of a file.

    Args:
        name: the file's name without folders; a last ".gz" does not count.
        content: its first HEAD_BYTES bytes, unpacked.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.content = content
        parts = name.lower().removesuffix(".gz").rsplit(".", 1)
        self.suffix = f".{parts[1]}" if len(parts) > 1 else ""
        """The file's ending, e.g. ".csv"; empty where it has none."""

    @cached_property
    def text(self) -> str:
        """The beginning as text, without a byte order mark, NUL and leading white space."""
        content, encoding = self.content, "utf-8"
        for mark, name in _MARKS:
            if content.startswith(mark):
                content, encoding = content[len(mark) :], name
                break
        return content.decode(encoding, "replace").replace("\0", "").lstrip()

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names in the first line, read as CSV, in small letters; none where the file begins like XML or JSON."""
        if self.text[:1] in {"<", "{", "["} or not self.text:
            return frozenset()
        first = self.text.splitlines()[0]
        try:
            names = next(csv.reader([first], delimiter=max(DELIMITERS, key=first.count)), [])
        except csv.Error:
            return frozenset()
        return frozenset(name.strip().lower() for name in names)

    @cached_property
    def first_object(self) -> Mapping[str, object] | None:
        """The first JSON object, or the first one of a list; None where there is none or it is longer than the head."""
        start = self.text.find("{")
        if self.text[:1] not in {"{", "["} or start < 0:
            return None
        try:
            found, _ = json.JSONDecoder().raw_decode(self.text, start)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None
