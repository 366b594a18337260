"""A request for the cart as typed parts: what each part points at in which words, and how many of it.

"2 of the first and the third in M" is two parts, each with its own quantity. Words only: which product is meant, and
whether it can be had, is decided by whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.counting import NUMBERS, PLACE, Piece, is_ordinal, number, numbers_alone, pieces
from retrieval.words import word_set

_WORDS = "|".join(sorted(NUMBERS, key=len, reverse=True))
_NUMBER = (
    r"(?P<sign>[-−–]\s?|minus\s+|negative\s+)?(?:an?\s+)?(?P<half>half\s+(?:an?\s+)?)?"
    rf"(?P<number>\d+(?:[.,]\d+)?|{_WORDS})"
)
_UNIT = r"(?:x|×|times|pieces?|pcs?|pairs?|units?|sets?|packs|packets|boxes|bottles|copies|items|more|each)"
_FRONT = re.compile(
    rf"^{_NUMBER}(?![\w%]|[.,]\d)\s*(?P<unit>{_UNIT}\b\.?\s*)?(?P<of>(?:of|from)\b\s*)?(?P<rest>.*)$", re.I | re.S
)
_TIGHT = re.compile(r"^(?:(?P<number>\d+)\s*[x×]|[x×]\s*(?P<after>\d+))\s*(?:of\s+)?(?P<rest>.*)$", re.I | re.S)
_BACK = re.compile(
    rf"^(?P<rest>.*?)[\s,(]+(?:(?P<word>once|twice|thrice)|[x×]\s*(?P<after>\d+)|(?P<before>\d+)\s*[x×]"
    rf"|{_NUMBER}\s+(?:times|pieces?|pcs|units?|pairs|of (?:it|them|those|these|each|that|this)))\s*\)?[\s.!]*$",
    re.I | re.S,
)
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_MEASURE = re.compile(
    r"^[\s-]*(?:persons?|people|man|men|inch(?:es)?|in|gb|tb|mb|l|litres?|liters?|ml|cl|cm|mm|m|km|kg|g|grams?|lbs?|oz|w|"
    r"watts?|mah|hz|khz|v|volts?|k|ft|feet|lm|lumens?|season|berth|burner|slice|cups?|pack|piece|year|day|way|in-1|mp|%|\")\b",
    re.I,
)
_LEAD = word_set(
    """please pls plz ok okay yes yeah yep sure great so then also just now and actually no i ill i'll id i'd we well
    we'll will would like love want wanna need to can could you me us add buy get gimme give grab take put throw place
    order purchase have let let's lets make another more both only rather go with for"""
)
_TAIL = re.compile(
    r"\b(?:to|in|into|on|inside)\s+(?:the |my |a )?(?:shopping\s+)?(?:cart|basket|bag|trolley)\b"
    r"|\b(?:please|pls|plz|thanks|thank you|as well|too|instead|actually|then)\b",
    re.I,
)
_IDLE = re.compile(
    r"^(?:for|because|since|if|so|but|when|while|as|it(?! in\b)|it's|its|i|i'm|im|we|they|he|she|that's|thats|thank"
    r"|thanks|cheers|hi|hello|hey|please|is|are|was|then|done|ok|okay|yes|no|not|to|in|my|go|show|tell|compare|what|how|where"
    r"|when|which)\b",
    re.I,
)
_ASKS_TO_ADD = re.compile(r"\b(?:add|buy|order|take|put|grab|get|gimme|purchase|more|another|extra|make it)\b", re.I)
_ASKS_FOR_SOME = re.compile(rf"{_ASKS_TO_ADD.pattern}|\b(?:want|need|have|like|give)\b", re.I)
_MAKE_IT = re.compile(rf"^\W*(?:please\s+)?make (?:it|that|them)\s+(?=(?:\d|{_WORDS})\b)", re.I)
_PRONOUN = re.compile(
    r"^(?:of\s+)?(?:it|them|this|that|these|those|this one|that one|the one|one|each)?(?:\s+more)?\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for.

    Args:
        text: the words, e.g. "2 pairs of the first in black".
        reference: of these, what is left beside the quantity, e.g. "the first in black"; "" where nothing is.
        quantity: as said; may be 0, below it or broken, which is for the asker to refuse; None where none is said.
        start, end: where it stands in the message (character offsets).
        each: whether the quantity is said of all that stands before ("2 of each").
    """

    text: str
    reference: str
    quantity: float | None
    start: int
    end: int
    each: bool = False

    @property
    def is_pronoun(self) -> bool:
        """Whether it points no further than "it", "them", "2 more"."""
        return _PRONOUN.match(self.reference) is not None

    @property
    def points_back(self) -> bool:
        """Whether it may mean what was talked about: "it", "2 more", "add", "I want 2"; "yes" or "thanks" do not."""
        asks = _ASKS_TO_ADD if self.quantity is None else _ASKS_FOR_SOME
        return self.is_pronoun and bool(self.reference or asks.search(self.text))

    @property
    def is_idle(self) -> bool:
        """Whether it asks for nothing: a reason, thanks, another sentence."""
        return self.quantity is None and (not self.reference or _IDLE.match(self.reference) is not None)


def read_parts(text: str, titles: Sequence[str] = (), *, of_it: bool = False) -> list[Part]:
    """Read what is asked for, in the order of the words.

    Args:
        text: the shopper's message.
        titles: titles that may stand in it and are not to be cut.
        of_it: whether something is talked about: "add two" are two of it then, else the second of the list.
    """
    rows: list[Part] = []
    if len(numbers_alone(text)) > 1 and not _quantity_only(text) and not _counts_in_order(text):
        return [Part(text, f"number {n}", None, 0, len(text)) for n in numbers_alone(text)]
    for piece in pieces(text, titles):
        listed = numbers_alone(piece.text)
        if of_it and len(listed) == 1 and not PLACE.search(piece.text) and _ASKS_FOR_SOME.search(piece.text):
            rows.append(_part(piece))
        elif listed and not _quantity_only(piece.text) and not _counts_in_order(piece.text):
            rows += [Part(piece.text, f"number {n}", None, piece.start, piece.end) for n in listed]
        else:
            rows.append(_part(piece))
    return rows


def without_quantity(part: Part) -> Part:
    """The part with its number as a part of the name: "4 person tent", "Fjell 4"."""
    return replace(part, reference=_lead_cut(_TAIL.sub(" ", part.text)), quantity=None)


def amount(text: str) -> float | None:
    """How many a message says that only says how many ("just 1", "make it 5", "3 of them"); None for any other."""
    part = _part(Piece(_CHANGE.sub("", text.strip()), 0, len(text)))
    return part.quantity if part.is_pronoun else None


_CHANGE = re.compile(
    r"^(?:(?:ok|okay|no|actually|sorry|please|and|or|rather|just|only|well|hm+|oh|wait)[,.]?\s+)*"
    r"(?:make (?:it|that|them|those)|(?:change|set|update) (?:it|that|them|the (?:quantity|number|amount))(?: to)?"
    r"|i only (?:want|need))?\s*"
    r"(?:(?:just|only|to)\s+)*(?=\S)",
    re.I,
)


def _counts_in_order(text: str) -> bool:
    return any(is_ordinal(word) for word in text.replace(",", " ").split())


def _quantity_only(text: str) -> bool:
    return re.search(r"\b(?:of|pieces?|pcs|pairs?|units?|times|more|each)\b|\d\s*[x×]", text, re.I) is not None


def _part(piece: Piece) -> Part:
    said = _lead_cut(" ".join(_TAIL.sub(" ", _MAKE_IT.sub("", piece.text)).split()))
    quantity, rest = _front(said)
    if quantity is None:
        quantity, rest = _back(said)
    each = re.search(r"\beach\b", piece.text, re.I) is not None
    return Part(piece.text, rest.strip(" ,.!:()"), quantity, piece.start, piece.end, each)


def _lead_cut(text: str) -> str:
    """The text without the verbs and politeness that it begins with."""
    words = text.split()
    while words and words[0].casefold().strip(",.!:") in _LEAD:
        words.pop(0)
    return " ".join(words)


def _front(said: str) -> tuple[float | None, str]:
    tight = _TIGHT.match(said)
    if tight:
        return float(tight["number"] or tight["after"]), tight["rest"]
    match = _FRONT.match(said)
    if not match or (not match["unit"] and not match["of"] and _MEASURE.match(match["rest"])):
        return None, said
    if match["number"].casefold() == "one" and not match["of"] and not match["unit"] and match["rest"]:
        return None, said
    return _value(match), match["rest"]


def _back(said: str) -> tuple[float | None, str]:
    match = _BACK.match(said)
    if not match:
        return None, said
    if match["word"]:
        return float(_TIMES[match["word"].casefold()]), match["rest"]
    if match["after"] or match["before"]:
        return float(match["after"] or match["before"]), match["rest"]
    return _value(match), match["rest"]


def _value(match: re.Match[str]) -> float:
    word = match["number"]
    whole = number(word)
    value = float(whole) if whole is not None else float(word.replace(",", "."))
    return (-value if match["sign"] else value) * (0.5 if match["half"] else 1)
