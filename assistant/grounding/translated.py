"""A sentence of another language in the English that the checks read, by code and a phrasebook of what shops say.

The phrasebook of a language is `<language>.yaml` beside this file; names of things, colours and materials come from
`prompts/languages`. A word that neither knows stays as it is, and then nobody has said it: such a sentence is removed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml

from assistant.evidence import CartFact, OrdersFact, WhyFact
from assistant.grounding.facts import ENGLISH, Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.names import apart, plain
from assistant.grounding.subjects import UNSTATED, mentions_in
from assistant.grounding.templates import find, separator, unmarked
from assistant.language.gloss import gloss
from assistant.language.phrasebook import Phrasebook, read_phrasebook
from assistant.prompts import load_prompts
from retrieval.chinese.script import HAN

_SHORTEST_NAME = 3
_OURS = "~grounding"
"""Behind the names of all other files: what it says of a word counts."""
_HAN = re.compile(rf"[{HAN}]+")
_BETWEEN = {",": ", ", "，": ", ", "、": ", ", ";": "; ", "(": " (", "（": " (", ")": ") ", "）": ") "}
"""What parts the items of a list, in English."""
_LETTER = re.compile(r"[^\W\d_]")


def in_english(sentence: str, facts: Facts, lexicon: Lexicon) -> str:
    """Say a sentence in English; one that is English, or of a language without a phrasebook, stays as it is.

    Args:
        sentence: of a reply in `facts.language`.
        facts: whose names and values stay as the shop states them.
        lexicon: values that are no names.
    """
    book = None if facts.language == ENGLISH else phrasebook(facts.language)
    if book is None:
        return sentence
    text = unmarked(sentence)
    said = plain(text)
    names = {said[one.start : one.end] for one in mentions_in(said, facts, lexicon)}
    names |= {stated for stated in _stated(facts) if stated in text}
    return _said(text.strip(), book, tuple(names))


def _said(text: str, book: Phrasebook, names: tuple[str, ...], *, part: bool = False) -> str:
    """A composed sentence by its template and what stands in it; another one word by word."""
    found = None if text in names else find(text, book.language, part=part)
    if found is None:
        return gloss(apart(text), book, names).words
    return "".join(part if isinstance(part, str) else _listed(part[0], book, names) for part in found.parts)


def _listed(text: str, book: Phrasebook, names: tuple[str, ...]) -> str:
    """What stands in a variable: one thing, or several in a list, cut so that templates tell the most of it."""
    parts = _cut(text, separator(book.language), names)
    best: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for end in range(1, len(parts) + 1):
        rows = []
        for start in range(end):
            said = "".join(parts[start:end])
            found = find(said.strip(), book.language, part=True)
            if found is not None or end == start + 1:
                told, before = best[start]
                rows.append((told + (found.words if found else 0), (*before, said)))
        best.append(max(rows, key=lambda row: row[0]))
    return "".join(_item(said, book, names) for said in best[-1][1])


def _item(text: str, book: Phrasebook, names: tuple[str, ...]) -> str:
    """An item of a list, or what parts two, with the spaces around it."""
    said = text.strip()
    if not said or said in _BETWEEN:
        return _BETWEEN.get(said, text)
    start = text.index(said)
    return f"{text[:start]}{_said(said, book, names, part=True)}{text[start + len(said) :]}"


def _cut(text: str, separators: re.Pattern[str], names: tuple[str, ...]) -> list[str]:
    """The text cut before and behind what parts items, but not within a name."""
    kept = [match.span() for name in names for match in re.finditer(re.escape(name), text)]
    found = [match.span() for match in separators.finditer(text)]
    free = [end for span in found if not any(a < span[1] and span[0] < b for a, b in kept) for end in span]
    return [text[a:b] for a, b in pairwise([0, *free, len(text)]) if a < b]


def claims_unread(sentence: str, facts: Facts) -> bool:
    """Whether Chinese is left in a sentence that was said in English, and is neither quoted nor the shopper's own."""
    if UNSTATED.search(sentence):
        return False
    return any(run not in facts.text and run not in facts.said for run in _HAN.findall(sentence))


@functools.cache
def phrasebook(language: str) -> Phrasebook | None:
    """Read the phrasebook of a language; None where there is none."""
    file = resources.files(__package__).joinpath(f"{language}.yaml")
    if not file.is_file():
        return None
    # All of it is text: "no" is a word here, and no truth value.
    ours = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts, lists and mappings only
    shoppers = load_prompts().languages().get(language, {})
    return read_phrasebook(language, {**{name: _words(rows) for name, rows in shoppers.items()}, _OURS: ours})


def _words(rows: Mapping[str, Any]) -> dict[str, Any]:
    """A file of the shoppers' phrasebook without what reads wishes, and without the words that it leaves out."""
    kept = {key: value for key, value in rows.items() if key not in ("patterns", "phrases", "words", "parts")}
    return {**kept, "words": {said: english for said, english in rows.get("words", {}).items() if english}}


def _stated(facts: Facts) -> set[str]:
    """Titles, brands and values, as they are written."""
    rows: set[str] = set()
    for sheet in facts.sheets.values():
        title = sheet.product.title
        rows |= {title, title.partition(",")[0], sheet.product.brand or ""}
        rows |= {a.text for a in sheet.product.attributes.values() if not isinstance(a.value, bool)}
    for fact in facts.evidence:
        match fact:
            case WhyFact():
                rows |= set(fact.titles.values())
            case CartFact():
                rows |= {line.title for line in fact.lines} | set(fact.changed_titles)
            case OrdersFact():
                rows |= {line.title for order in fact.orders for line in order.lines}
    # A mere number is no name: "from 240 to 380 grams" is a span, whatever is 240.
    return {row for row in rows if len(row) >= _SHORTEST_NAME and _LETTER.search(row)}
