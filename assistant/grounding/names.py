"""How products may be named: by their titles, and by the parts that no other title holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.grounding.sheets import Sheet
from retrieval.chinese.script import HAN
from retrieval.filters import fold

_BETWEEN = r"[\s()\[\]<>#|~\\]"
_PARTED = re.compile(r"([\s()\[\]<>#|~\\*_`]+)")
_EMPHASIS = re.compile(r"[*_`]")
_QUOTES = re.compile(r"[“”\"]")
_MARKS = re.compile(rf"{_EMPHASIS.pattern}|{_QUOTES.pattern}")
_NUMBERED = ("part_number", "model_number", "model_name", "model", "mpn")
_SHORTEST_NUMBER = 4
_KIND = re.compile(r"[^\W\d_]{4,}")
_BESIDE_HAN = re.compile(rf"(?<=[{HAN}])(?=[A-Za-z0-9$€£“*])|(?<=[A-Za-z0-9%”\"″.*)\]®™+!])(?=[{HAN}])")


def plain(sentence: str) -> str:
    """A sentence without marks of emphasis and quotation."""
    return _MARKS.sub("", apart(sentence)).strip()


def apart(text: str) -> str:
    """The text with spaces between Chinese characters and other letters or numbers, as between words."""
    return _BESIDE_HAN.sub(" ", text)


def name_patterns(sheets: Sequence[Sheet], values: frozenset[str]) -> list[tuple[Sheet, re.Pattern[str]]]:
    """For each product a pattern of its title and of the parts of it that no other product's title holds.

    Args:
        sheets: all products of the evidence.
        values: stated values: a colour in a title is no name.
    """
    parts = {sheet.product.id: _parts(sheet, values) for sheet in sheets}
    rows: list[tuple[Sheet, re.Pattern[str]]] = []
    for sheet in sheets:
        others = {part for key, more in parts.items() if key != sheet.product.id for part in more}
        own = sorted({part for part in parts[sheet.product.id] if part not in others}, key=len, reverse=True)
        short = sheet.product.title.partition(",")[0]
        # Of "Cable, 25 m" and "Cable - Red, 10 m" the first is the cable: the longest name that stands there is meant.
        alone = sum(other.product.title.partition(",")[0] == short for other in sheets) == 1
        titles = [_title(sheet.product.title), _shortened(sheet.product.title), *([_title(short)] if alone else [])]
        title = rf"(?P<title>(?i:{'|'.join(titles)}))"
        brand = re.escape(sheet.product.brand or "\0")
        if sum(other.product.brand == sheet.product.brand for other in sheets) == 1:
            # "The Acme kettle", where Acme makes only one of them.
            own = [*own, *(f"{sheet.product.brand} {kind}" for kind in _kinds(sheet, sheets) if sheet.product.brand)]
        # The whole title first: behind the brand alone, a part of it would be found before it.
        part = rf"|(?:{brand} )?(?:{'|'.join(map(re.escape, own))})" if own else ""
        rows.append((sheet, re.compile(rf"(?<!\w)(?:{title}{part})(?!\w)")))
    return rows


def _kinds(sheet: Sheet, sheets: Sequence[Sheet]) -> set[str]:
    """Words for the kind of a product: those of its category, one each, and those that other titles have as well."""
    words = {fold(word) for word in _KIND.findall(sheet.product.title)}
    others = " ".join(fold(other.product.title) for other in sheets if other is not sheet)
    shared = words & set(others.split())
    return {"one", *shared, *(kind.removesuffix("s") for kind in fold(sheet.product.category or "").split())}


def _title(title: str) -> str:
    """Matches a title."""
    return "".join(_words(title)) or re.escape(title)


def _shortened(title: str) -> str:
    """Matches a title of which only the first words are told: "Hub, 2x USB 3.0,…"."""
    words = _words(title)
    more = "".join(f"(?:{word}" for word in words[2:]) + ")?" * len(words[2:])
    return rf"{''.join(words[:2])}{more},?…" if len(words) > 1 else re.escape(title)


def _words(title: str) -> list[str]:
    """A pattern for each word of a title, with what parts it from the word before.

    Where words are Markdown, brackets and marks of a title are left out of them: "61 cm (24 inch)" is told as
    "61 cm 24 inch", "pwr_4pin" as "pwr 4pin", and as written it is plainly "pwr4pin".
    """
    pieces, rows = _PARTED.split(_QUOTES.sub("", apart(title))), list[str]()
    for between, word in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        if word:
            parted = rf"{_BETWEEN}{'*' if _EMPHASIS.search(between) else '+'}" if rows else ""
            rows.append(parted + re.escape(word))
    return rows


def _parts(sheet: Sheet, values: frozenset[str]) -> set[str]:
    words = re.findall(r"[\w'’-]+", plain(sheet.product.title))
    kinds = set(fold(sheet.product.category or "").split())
    numbers = {fold(sheet.product.attributes[name].text) for name in _NUMBERED if name in sheet.product.attributes}
    # Its own part number names a product, though it is a stated value as well.
    rows = {word for word in words if len(word) >= _SHORTEST_NUMBER and fold(word) in numbers}
    for i, word in enumerate(words):
        if not word[0].isupper() or len(word) < 3 or fold(word) in values or fold(word).rstrip("s") in kinds:
            continue
        if fold(word) in kinds or fold(word) + "s" in kinds:
            continue
        rows.add(word)
        if i + 1 < len(words) and words[i + 1][0].isdigit():
            rows.add(f"{word} {words[i + 1]}")
    return rows
