"""Numbers with their units in running text: "470 g", "half a kilo", "one hundred and twenty". Knows no evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.grounding.claims import readings

_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: float(i) for i, word in enumerate(_ONES)} | {word: 10.0 * (i + 2) for i, word in enumerate(_TENS)}
_SCALES = {"hundred": 100.0, "thousand": 1000.0, "million": 1e6, "dozen": 12.0}
_PARTS = {"half": 0.5, "quarter": 0.25}
_UNITS: dict[str, tuple[str, float]] = {
    unit: (family, factor)
    for family, factor, units in (
        ("mass", 1.0, "g gram grams gramme grammes"),
        ("mass", 1000.0, "kg kilo kilos kilogram kilograms"),
        ("mass", 1e6, "tonne tonnes ton tons"),
        ("mass", 453.6, "lb lbs"),
        ("mass", 28.35, "oz ounce ounces"),
        ("volume", 1.0, "l litre litres liter liters"),
        ("volume", 0.001, "ml millilitre millilitres milliliter milliliters"),
        ("length", 1.0, "mm millimetre millimetres"),
        ("length", 10.0, "cm centimetre centimetres centimeter centimeters"),
        ("length", 1000.0, "m metre metres meter meters"),
        ("length", 25.4, "inch inches in"),
        ("length", 304.8, "ft foot feet"),
        ("time", 1.0, "min minute minutes"),
        ("time", 60.0, "h hour hours hr hrs"),
        ("time", 1440.0, "day days"),
        ("time", 10080.0, "week weeks"),
        ("time", 43800.0, "month months"),
        ("time", 525600.0, "year years yr yrs"),
        ("power", 1.0, "w watt watts"),
        ("light", 1.0, "lm lumen lumens"),
        ("frequency", 1.0, "hz hertz"),
        ("charge", 1.0, "mah"),
        ("storage", 1.0, "gb gigabyte gigabytes"),
        ("warmth", 1.0, "degree degrees °c c °f"),
        ("share", 1.0, "% percent"),
        ("rating", 1.0, "star stars"),
    )
    for unit in units.split()
}
UNIT_WORDS = frozenset(_UNITS)
_WORD = "|".join([*_WORDS, *_SCALES])
_QUANTITY = re.compile(
    r"(?P<near>\b(?:about|around|roughly|nearly|almost|approximately|just under|just over|some|close to)\s+)?"
    rf"(?P<number>(?<![\w.,])[-−]?\d+(?:[.,]\d+)*(?!\w*\d)|\b(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*\b"
    r"|\b(?:half|quarter)\b)"
    r"(?P<gap>(?:[ -](?:an?|of an?|of))?[ -]?)"
    r"(?P<unit>%|°[cf]|[a-z]+)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as said.

    Args:
        values: its readings, in the family's base unit where there is one.
        family: e.g. "mass"; "" for a plain number.
        near: said as "about".
        word: the word after the number, lower-case.
        start: where it stands in the text.
    """

    values: tuple[float, ...]
    family: str
    near: bool
    word: str
    start: int

    def meets(self, others: Iterable[Quantity]) -> bool:
        """Whether one of the others is the same amount of the same thing."""
        slack = 0.1 if self.near else 0.005
        return any(
            self.family == other.family and any(abs(a - b) <= slack * abs(b) for a in self.values for b in other.values)
            for other in others
        )


def quantities(text: str) -> list[Quantity]:
    """Read the numbers of a text; a lone "one" is a pronoun and left out."""
    rows: list[Quantity] = []
    for match in _QUANTITY.finditer(text):
        said, word = match.group("number").casefold(), (match.group("unit") or "").casefold()
        family, factor = _UNITS.get(word, ("", 1.0))
        if said == "one" and not family:
            continue
        values = tuple(value * factor for value in _values(said))
        rows.append(Quantity(values, family, bool(match.group("near")), word, match.start("number")))
    return rows


def _values(said: str) -> list[float]:
    if said[-1].isdigit():
        return readings(said.lstrip("-−"))
    if said in _PARTS:
        return [_PARTS[said]]
    value = 0.0
    for word in re.findall(r"[a-z]+", said):
        value = (value or 1.0) * _SCALES[word] if word in _SCALES else value + _WORDS.get(word, 0.0)
    return [value]
