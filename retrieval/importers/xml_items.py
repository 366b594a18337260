"""The items of an XML feed, one by one, each parsed for itself: a broken one costs only itself.

Only the item that is being read is in memory. Document types and entities are refused, so no file can make the parser
open another one or grow an entity. Knows RSS 2.0 and Atom, no product.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO
from xml.parsers import expat

from retrieval.errors import ImportFailed
from retrieval.importers.rows import BAD_TEXT, RawRow, RejectedRow, decodes

MAX_ITEM_CHARS = 4_000_000
GOOGLE = "http://base.google.com/ns/1.0"
CUT_OFF = "the file is cut off here"
_CHUNK = 65_536
_KEPT = 200
_MAX_DEPTH = 20
_ENCODINGS = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_PREFIX = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']""" + re.escape(GOOGLE) + r"""["']""")
_BETWEEN = re.compile(r"<!--|<(item|entry)(?=[\s>/])")

Values = dict[str, list[object]]
"""What an item holds: texts by element name, or such a dict where an element holds others."""


def read_items(stream: BinaryIO) -> Iterator[RawRow | RejectedRow]:
    """Read the items of a feed. Values are lists by name, because elements may repeat.

    Args:
        stream: from its start.

    Raises:
        ImportFailed: it has a document type, an encoding that is not read, or no item.
    """
    head = stream.read(1_024)
    stream.seek(0)
    encoding = _encoding(head)
    # Only bytes of UTF-8 can be kept aside and told later; in UTF-16 a bad one becomes a question mark.
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline=None)
    try:
        yield from _Reader(text).items()
    finally:
        # The stream is the caller's to close.
        if not stream.closed:
            text.detach()


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.search(head.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known not in _ENCODINGS:
        raise ImportFailed(f"The XML file says that it is written in {name!r}: save it as UTF-8.")
    return "utf-8-sig" if known in {"utf-8", "ascii"} else known


class _Reader:
    """A window on the text: `_at` is where reading stands in it, `_line` the line of that place."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._window = ""
        self._at = 0
        self._line = 1
        self._prefixes = frozenset({"g"})

    def items(self) -> Iterator[RawRow | RejectedRow]:
        """Yield the items."""
        name = self._next_item()
        if name is None:
            raise ImportFailed("The XML file holds no <item> and no <entry>, as a product feed does.")
        while name is not None:
            yield self._item(name)
            name = self._next_item()

    def _next_item(self) -> str | None:
        """Go to the next item outside of comments and return its element's name; None at the end of the file."""
        while True:
            found = _BETWEEN.search(self._window, self._at)
            # What is between items says which prefix is Google's, and may not be a document type.
            self._look_at(self._window[self._at : found.start() if found else len(self._window)])
            if found is None:
                # The last characters may be the beginning of what is looked for.
                self._move(max(self._at, len(self._window) - _KEPT))
                if not self._grow():
                    return None
                continue
            self._move(found.start())
            if found[1]:
                return found[1]
            self._skip_comment()

    def _look_at(self, between: str) -> None:
        if "<!doctype" in between.lower() or "<!entity" in between.lower():
            raise ImportFailed("The XML file has a document type (<!DOCTYPE …>), which is not read: take it out.")
        self._prefixes |= set(_PREFIX.findall(between))

    def _skip_comment(self) -> None:
        while (end := self._window.find("-->", self._at)) < 0:
            self._move(max(self._at, len(self._window) - 3))
            if not self._grow():
                self._move(len(self._window))
                return
        self._move(end + 3)

    def _item(self, name: str) -> RawRow | RejectedRow:
        line, closing = self._line, f"</{name}>"
        looked = self._at + 1
        while (end := self._window.find(closing, looked)) < 0 and len(self._window) - self._at <= MAX_ITEM_CHARS:
            looked = max(self._at + 1, len(self._window) - len(closing))
            before = self._at
            if not self._grow():
                break
            looked -= before - self._at
        # An item inside an item: the first one was never closed.
        again = re.compile(rf"<{name}(?=[\s>])")
        following = again.search(self._window, self._at + 1, end if end >= 0 else len(self._window))
        if following is not None:
            self._move(following.start())
            reason = f"<{name}> is not closed before the next one begins"
            return RejectedRow(line, reason, n_lines=max(1, self._line - line))
        if end < 0:
            too_long = len(self._window) - self._at > MAX_ITEM_CHARS
            self._move(len(self._window))
            return RejectedRow(line, f"longer than {MAX_ITEM_CHARS:,} characters" if too_long else CUT_OFF)
        source = self._window[self._at : end + len(closing)]
        self._move(end + len(closing))
        n_lines = self._line - line + 1
        if not decodes(source):
            return RejectedRow(line, BAD_TEXT, n_lines=n_lines)
        try:
            return RawRow(line, _parse(source, self._prefixes), n_lines=n_lines)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code) or "not well-formed"
            return RejectedRow(line, f"not valid XML on line {line + error.lineno - 1}: {what}", n_lines=n_lines)
        except _Refused as error:
            return RejectedRow(line, str(error), n_lines=n_lines)

    def _move(self, at: int) -> None:
        self._line += self._window.count("\n", self._at, at)
        self._at = at

    def _grow(self) -> bool:
        """Drop what was read and read on; False at the end of the file."""
        self._window = self._window[self._at :]
        self._at = 0
        more = self._text.read(max(_CHUNK, len(self._window)))
        self._window += more.replace("\0", "")
        return bool(more)


class _Refused(ValueError):
    """An item with something that feeds have no use for."""


def _parse(source: str, prefixes: frozenset[str]) -> Values:
    """Parse one item.

    Raises:
        expat.ExpatError: it is not well-formed.
        _Refused: it nests too deep.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    whole: Values = {}
    open_elements: list[_Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) >= _MAX_DEPTH:
            raise _Refused(f"elements nested more than {_MAX_DEPTH} deep")
        prefix, _, local = name.rpartition(":")
        known = not prefix or prefix in prefixes
        # An Atom link has its address in an attribute.
        text = [attributes["href"]] if name == "link" and "href" in attributes else []
        open_elements.append(_Element(local if known else "", bool(prefix), text))

    def end(_name: str) -> None:
        element = open_elements.pop()
        inside = element.values()
        value = inside or "".join(element.text).strip()
        if not open_elements:
            whole.update(inside)
        elif element.name and value:
            parent = open_elements[-1]
            (parent.prefixed if element.has_prefix else parent.plain).setdefault(element.name, []).append(value)

    def told(text: str) -> None:
        open_elements[-1].text.append(text)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, told
    parser.Parse(source.encode("utf-8"), True)
    return whole


@dataclass(slots=True)
class _Element:
    """An element that is being read; `name` is empty where its prefix is not Google's."""

    name: str
    has_prefix: bool
    text: list[str]
    plain: Values = field(default_factory=dict)
    prefixed: Values = field(default_factory=dict)

    def values(self) -> Values:
        """What it holds: Google's own elements count before those of the same name from RSS or Atom."""
        return {**self.plain, **self.prefixed}
