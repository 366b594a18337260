"""Names of models in texts, and the wordings that say what a product is for.

"X-200/B" is a name by itself; "Ridge 200" is one with its word, and in "Ridge 200, 250" both are. What is only a
measure ("24 inch", "128GB") is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from retrieval.units import find_unit
from retrieval.words import STOP


class Cue(Enum):
    """What a wording says of the product that follows it."""

    MEANT_FOR = "meant for"
    FITS = "fits"
    REPLACES = "replaces"


_FITS = r"compatible with|works with|fits|fit|suits|supports"
_REPLACES = r"replacement for|replaces|successor (?:to|of)|supersedes"
_MEANT = r"(?:designed |made |suitable |intended |only )?for"
CUE = re.compile(rf"(?<![\w-])(?:(?P<fits>{_FITS})|(?P<replaces>{_REPLACES})|(?P<meant>{_MEANT}))(?![\w-])", re.I)
"""The wording behind which another product is named."""
CUE_NAMES = frozenset(["compatible", "compatibility", "fits", "suits", "suitable"])
"""Words in names of attributes that say what a product is for ("compatible_products", "fits_screen_size")."""
NAME_ATTRIBUTES = ("part_number", "mpn", "model", "model_number", "model_name")
_END = re.compile(r"[;|()\[\]\n]|\.\s|\.$|\s[-–—]\s|\\n")
_PIECE = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*|[,/&]")
_MEASURE = re.compile(r"(\d+(?:[-/.,x]\d+)*)-?([^\W\d]+)")
_COUNTED = re.compile(r"\d+(?:[-/.,x]\d+)*-?[a-z]{3,}|.*\d\.\d.*|\d{1,2}[^\W\d]+|\d+x\d+\w*|[^\W\d]*\d+x")
"""No names as they are written: "64-bit", "2-port", "f/2.8", "12AWG", "70x36", and "C52x", which is a line."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ITEM_ENDS = ";|,\n"
_ITEM_END = re.compile(f"[{_ITEM_ENDS}]")
_DIGIT = re.compile(r"\d")
_NO_LETTER = re.compile(r"[\W_]+")
_SHORTEST = 4
_LISTING = frozenset([",", "/", "&", "and", "or"])
_MAX_PHRASE = 200


def statements(text: str) -> Iterator[tuple[Cue, str]]:
    """Find what a text says its product is for: each wording with what follows it, to the end of the clause."""
    for match in CUE.finditer(text):
        cue = Cue.FITS if match["fits"] else Cue.REPLACES if match["replaces"] else Cue.MEANT_FOR
        rest = text[match.end() : match.end() + _MAX_PHRASE]
        end = _END.search(rest)
        phrase = rest[: end.start()] if end else rest
        following = CUE.search(phrase)
        yield cue, phrase[: following.start()].strip() if following else phrase.strip()


def before_cue(text: str) -> str:
    """What a title calls its product, without what that is meant for and what stands in brackets."""
    match = next((m for m in CUE.finditer(text) if m.start()), None)
    return _BRACKETS.sub(" ", text[: match.start()] if match else text)


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a model.

    Args:
        key: its letters and digits, in lower case.
        written: as it stands in the text; in a list, without the word that it shares with those before it.
        then: the word that stands directly behind it, folded; "" for none.
        start, end: where it stands in the text (character offsets).
    """

    key: str
    written: str
    then: str
    start: int
    end: int


def names_in(text: str) -> Iterator[Name]:
    """Find names of models."""
    if _DIGIT.search(text) is None:
        return
    word, listing = "", False
    pieces = list(_PIECE.finditer(text))
    for place, match in enumerate(pieces):
        piece = match.group()
        folded = piece.casefold()
        if folded in _LISTING:
            listing = True
            continue
        if _DIGIT.search(piece) is None:
            # "Ridge" names, "matt" in "matt 1000" describes.
            word = folded if len(folded) > 2 and piece[0].isupper() and folded not in STOP else ""
        elif not _COUNTED.fullmatch(piece) and not _is_measure(folded):
            key = _NO_LETTER.sub("", folded)
            after = pieces[place + 1] if place + 1 < len(pieces) else None
            behind = after is not None and text[match.end() : after.start()] == " " and after.group().isalpha()
            then = after.group().casefold() if after is not None and behind else ""
            if then == "x" or (then and find_unit(then) is not None):
                pass  # "1200 x 1200 DPI", "17 cm"
            elif len(key) >= _SHORTEST and not key.isdigit():
                yield Name(key, piece, then, *match.span())
            elif word and len(key) > 1:
                yield Name(_NO_LETTER.sub("", word) + key, piece if listing else f"{word} {piece}", then, *match.span())
        listing = False


def clause_around(text: str, name: Name) -> str:
    """The item of a list, or the clause, in which a name stands."""
    before = 1 + max(text.rfind(end, 0, name.start) for end in _ITEM_ENDS)
    after = _ITEM_END.search(text, name.end)
    return text[before : after.start() if after else len(text)].strip()[:_MAX_PHRASE]


def _is_measure(folded: str) -> bool:
    match = _MEASURE.fullmatch(folded)
    return match is not None and find_unit(match.group(2)) is not None
