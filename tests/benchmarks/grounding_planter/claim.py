"""A planted claim, and the frames that claims are made from."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.evidence import Evidence

LANGUAGES = ("en", "de", "es", "zh")
KINDS = (
    "number_words", "ranges", "units", "other_product", "negation", "superlatives", "delivery", "compatibility",
    "policy",
)  # fmt: skip
_FOLDER = Path(__file__).with_name("frames")


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence as a chat model might write it.

    Args:
        kind: of KINDS.
        language: of LANGUAGES.
        shop: "demo" or "icecat"; policies and orders are the demo shop's.
        frame: number of its frame within kind and language, from 0; -1 where it was written by hand.
        sentence: the claim.
        before: what the reply said before it, which tells what "it" is; may be empty.
        evidence: all that the reply may rest on.
        wrong: whether the evidence makes it false.
    """

    kind: str
    language: str
    shop: str
    frame: int
    sentence: str
    before: str
    evidence: tuple[Evidence, ...]
    wrong: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence with blanks.

    Args:
        kind, language, number: see Claim.
        about: what fills it, as the file of its kind explains: an attribute, a section, "pair".
        text: the sentence.
        how: of superlatives: "least", "most", "count", "all", "none"; the unit of `units`; otherwise "".
    """

    kind: str
    language: str
    number: int
    about: str
    text: str
    how: str = ""


@functools.cache
def frames(kind: str) -> tuple[Frame, ...]:
    """Read the frames of a kind, the languages taking turns."""
    rows = yaml.safe_load((_FOLDER / f"{kind}.yaml").read_text("utf-8"))
    found = [
        (number, language, _frame(kind, language, number, row))
        for language in LANGUAGES
        for number, row in enumerate(rows[language])
    ]
    return tuple(frame for _, _, frame in sorted(found, key=lambda row: (row[0], LANGUAGES.index(row[1]))))


def _frame(kind: str, language: str, number: int, row: list[str]) -> Frame:
    if kind == "superlatives":
        return Frame(kind, language, number, row[1], row[2], how=row[0])
    if kind == "units":
        return Frame(kind, language, number, row[0], row[2], how=row[1])
    return Frame(kind, language, number, row[0], row[1])
