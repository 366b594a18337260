"""Numbers in running text: "470 g", "half a kilo", "$20 to $30", "no more than 5 watts". Knows no evidence.

A number becomes a `Quantity` in the base unit of its family; with what stands around it, it becomes a `Figure`: an
amount, a limit or a span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.grounding.claims import MONEY, digits, readings

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
        ("mass", 0.001, "mg milligram milligrams"),
        ("mass", 1000.0, "kg kgs kilo kilos kilogram kilograms"),
        ("mass", 1e6, "tonne tonnes ton tons"),
        ("mass", 453.59237, "lb lbs pound pounds"),
        ("mass", 28.349523, "oz ounce ounces"),
        ("volume", 1.0, "l litre litres liter liters"),
        ("volume", 0.001, "ml millilitre millilitres milliliter milliliters"),
        ("volume", 0.01, "cl centilitre centilitres centiliter centiliters"),
        ("volume", 3.785412, "gallon gallons"),
        ("volume", 0.946353, "quart quarts"),
        ("volume", 0.473176, "pint pints"),
        ("length", 1.0, "mm millimetre millimetres millimeter millimeters"),
        ("length", 10.0, "cm centimetre centimetres centimeter centimeters"),
        ("length", 1000.0, "m metre metres meter meters"),
        ("length", 1e6, "km kilometre kilometres kilometer kilometers"),
        ("length", 25.4, 'inch inches in " ″'),
        ("length", 304.8, "ft foot feet"),
        ("length", 914.4, "yard yards"),
        ("length", 1609344.0, "mile miles"),
        ("time", 1 / 60, "s sec second seconds"),
        ("time", 1.0, "min minute minutes"),
        ("time", 60.0, "h hour hours hr hrs"),
        ("time", 1440.0, "day days"),
        ("time", 10080.0, "week weeks"),
        ("time", 43800.0, "month months"),
        ("time", 525600.0, "year years yr yrs"),
        ("power", 1.0, "w watt watts"),
        ("power", 1000.0, "kw kilowatt kilowatts"),
        ("power", 735.5, "horsepower"),
        ("light", 1.0, "lm lumen lumens"),
        ("frequency", 1.0, "hz hertz"),
        ("frequency", 1e3, "khz"),
        ("frequency", 1e6, "mhz"),
        ("frequency", 1e9, "ghz"),
        ("charge", 1.0, "mah"),
        ("charge", 1000.0, "ah"),
        ("energy", 1.0, "wh"),
        ("energy", 1000.0, "kwh"),
        ("storage", 0.001, "mb megabyte megabytes"),
        ("storage", 1.0, "gb gigabyte gigabytes gig gigs"),
        ("storage", 1000.0, "tb terabyte terabytes"),
        ("pixels", 1.0, "mp megapixel megapixels"),
        ("speed", 1.0, "km/h kph"),
        ("speed", 1.609344, "mph"),
        ("speed", 3.6, "m/s"),
        ("pressure", 1.0, "bar bars"),
        ("pressure", 0.0689476, "psi"),
        ("sound", 1.0, "db decibel decibels"),
        ("volt", 1.0, "v volt volts"),
        ("current", 1.0, "amp amps ampere amperes"),
        ("current", 0.001, "ma"),
        ("light temperature", 1.0, "k kelvin"),
        ("fabric", 1.0, "g/m² g/m2 gsm"),
        ("area", 1.0, "m² m2"),
        ("loft", 1.0, "cuin"),
        ("rate", 1.0, "mbit/s mbps"),
        ("rate", 1000.0, "gbit/s gbps"),
        ("warmth", 1.0, "degree degrees °c c ℃ celsius °"),
        ("warmth", 5 / 9, "°f f ℉ fahrenheit"),
        ("share", 1.0, "% percent"),
        ("rating", 1.0, "star stars"),
    )
    for unit in units.split()
}
UNIT_WORDS = frozenset(_UNITS)
_FREEZING_F = 32.0
_LONG_NUMBER = 3
_A_UNIT = (
    "pound|kilo|kilogram|gram|ounce|tonne|ton|litre|liter|metre|meter|foot|inch|mile|yard|gallon|pint|hour|week|month"
    "|year|watt|kilowatt|dozen"
)
_WORD = "|".join([*_WORDS, *_SCALES])
_QUANTITY = re.compile(
    r"(?P<near>\b(?:about|around|roughly|nearly|almost|approximately|just under|just over|some|close to)\s+)?"
    rf"(?P<number>(?P<minus>\bminus |(?<![\w.,)])[-−])?"
    rf"(?:(?<![\w.,])\d+(?:[.,:]\d+)*(?!\w*\d)|\b(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*\b(?! of (?:a|your) kind))"
    rf"|\b(?:half|quarter)\b|\ban?(?= (?:{_A_UNIT})\b))"
    r"(?P<gap>(?:[ -](?:an?|of an?|of)\b)?[ \u00a0-]?)"
    r"(?P<unit>%|°[cf]?|[℃℉\"″]|[a-z]+(?:/[a-z]+[²2]?|²)?)?(?: (?P<scale>celsius|fahrenheit)\b)?",
    re.I,
)
_BELOW = (
    r"(?:under|below|beneath|less than|fewer than|lower than|no more than|not more than|at most|at the most|maximum of"
    r"|no longer than|(?:light|cheap|small|short|narrow|thinn?|low|quick|fast)er than)"
)
_ABOVE = (
    r"(?:over|above|more than|higher than|at least|no less than|not less than|minimum of|exceeds|beyond"
    r"|(?:larg|bigg|long|heavi|wid|tall|thick|bright|great|roomi|deep)er than)"
)
_BEFORE = re.compile(rf"\b(?:(?P<below>{_BELOW})|(?P<above>{_ABOVE}))\s*$", re.I)
_BEHIND = re.compile(
    r"\s*(?:(?P<below>or (?:less|fewer|under|below)|at (?:the )?most)|(?P<above>or (?:more|over|above)"
    r"|and (?:up|more)|\+|at least))(?!\w)",
    re.I,
)
_DIRECTION = re.compile(r"\s*(?:long|wide|tall|high|deep|thick|across|in (?:length|width|height|diameter))\b", re.I)
_SPAN = re.compile(r"\s*(?:to|and|or|through|until|[-–—~])\s*", re.I)
_SPANS = re.compile(r"\b(?:between|from)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as said.

    Args:
        values: its readings, in the family's base unit where there is one.
        family: e.g. "mass", "money"; "" for a plain number.
        near: said as "about".
        word: the word after the number, lower-case.
        start, end: where it stands in the text.
        unit: base units in one of the unit said.
        slack: half a step of the last digit said, in the base unit: what rounding may have taken.
    """

    values: tuple[float, ...]
    family: str
    near: bool
    word: str
    start: int
    end: int = 0
    unit: float = 1.0
    slack: float = 0.0

    def meets(self, others: Iterable[Quantity]) -> bool:
        """Whether one of the others is the same amount of the same thing; in another unit it may be rounded."""
        return any(self.family == other.family and self._is(other) for other in others)

    def _is(self, other: Quantity) -> bool:
        share = 0.1 if self.near else 0.0005 if self.unit == other.unit else 0.012
        rounding = min(self.slack, 0.6) if self.family == "warmth" and self.unit != other.unit else 0.0
        return any(abs(a - b) <= max(share * abs(b), rounding, 1e-9) for a in self.values for b in other.values)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a sentence says with one number or two.

    Args:
        low, high: the limits, either of them None where it is open; equal for a plain amount.
        start, end: where it stands in the text, with the words of its limits.
        word: the word behind the number, lower-case; e.g. the unit, or what is counted.
    """

    low: Quantity | None
    high: Quantity | None
    start: int
    end: int
    word: str

    @property
    def any(self) -> Quantity:
        """One of its numbers: the family is the same for both."""
        found = self.low or self.high
        assert found is not None
        return found

    @property
    def exact(self) -> bool:
        """Whether it is a plain amount."""
        return self.low is self.high

    def holds(self, stated: Iterable[Quantity]) -> bool:
        """Whether stated numbers of the same family lie within it; of a span of two, all of them."""
        same = [quantity for quantity in stated if quantity.family == self.any.family]
        if self.exact:
            return self.any.meets(same)
        if self.low is not None and self.high is not None and self.low.meets(same) and self.high.meets(same):
            return True
        return bool(same) and all(self._within(quantity) for quantity in same)

    def _within(self, stated: Quantity) -> bool:
        """Whether a stated number is neither too low nor too high, in one of its readings."""
        return any(
            (self.low is None or any(b >= a * (1 - 1e-9) for a in self.low.values))
            and (self.high is None or any(b <= a * (1 + 1e-9) for a in self.high.values))
            for b in stated.values
        )


def quantities(text: str) -> list[Quantity]:
    """Read the numbers of a text without amounts of money; a lone "one" is a pronoun and left out."""
    rows: list[Quantity] = []
    for match in _QUANTITY.finditer(text):
        said, word = match.group("number").casefold(), (match.group("unit") or "").casefold()
        family, unit = _UNITS.get(word, ("", 1.0)) if _is_unit(word, said, text[match.end() :]) else ("", 1.0)
        if said == "one" and not family:
            continue
        minus = -1.0 if match.group("minus") else 1.0
        scale = (match.group("scale") or "").casefold()
        values = [minus * value for value in _values(re.sub(r"^(?:minus |[-−])", "", said))]
        if scale == "fahrenheit" and family == "warmth":
            unit = 5 / 9
        if family == "warmth":
            offset = _FREEZING_F if unit != 1.0 else 0.0
            values = [(value - offset) * unit for value in values]
        else:
            values = [abs(value) * unit for value in values]
        if not values:
            continue
        step = _step(said) * unit / 2
        start, end = match.start("number"), match.end() if family or not word else match.end("number")
        rows.append(Quantity(tuple(values), family, bool(match.group("near")), word, start, end, unit, step))
    return rows


def without_figures(text: str, *, limits_only: bool = False) -> str:
    """Blank out the numbers with their units, limits and directions ("12 cm long"): places stay what they are."""
    for figure in figures(text):
        if limits_only and figure.exact:
            continue
        behind = _DIRECTION.match(text, figure.end)
        end = behind.end() if behind and figure.any.family == "length" else figure.end
        text = text[: figure.start] + " " * (end - figure.start) + text[end:]
    return text


def _is_unit(word: str, said: str, behind: str) -> bool:
    """Whether a word of many senses is a unit here: not "3 in stock", and "4K" is no colour of light."""
    if word == "in":
        return re.match(r"\s*(?:[.,;:)x×]|$|(?:long|wide|tall|high|deep|thick|across|in|by)\b)", behind) is not None
    return word != "k" or len(said) > _LONG_NUMBER


def figures(text: str) -> list[Figure]:
    """Read amounts of money and numbers with their limits and spans, in the order of the text."""
    money = [_amount(match) for match in MONEY.finditer(text)]
    rest = MONEY.sub(lambda match: " " * len(match.group()), text)
    numbers = sorted([*money, *quantities(rest)], key=lambda quantity: quantity.start)
    rows: list[Figure] = []
    skip = False
    for i, one in enumerate(numbers):
        if skip:
            skip = False
            continue
        other = numbers[i + 1] if i + 1 < len(numbers) else None
        if other is not None and _is_span(text, one, other):
            rows.append(_span(text, one, other))
            skip = True
        else:
            rows.append(_limit(text, one))
    return rows


def _amount(match: re.Match[str]) -> Quantity:
    return Quantity(tuple(readings(digits(match))), "money", False, "", match.start(), match.end())


def _is_span(text: str, one: Quantity, other: Quantity) -> bool:
    """Whether two numbers are the ends of one span: "20 to 30 g", "between $5 and $9"; the first may lack its unit."""
    end = one.end if one.family else one.start + len(_digits_at(text, one.start))
    between = _SPAN.fullmatch(text[end : other.start])
    if between is None or one.family not in ("", other.family):
        return False
    word = between.group().strip().casefold()
    return word not in ("and", "or") or bool(_SPANS.search(text[: one.start]))


def _digits_at(text: str, start: int) -> str:
    match = re.compile(rf"[-−]?\d+(?:[.,:]\d+)*|(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*", re.I).match(text, start)
    return match.group() if match else ""


def _span(text: str, one: Quantity, other: Quantity) -> Figure:
    if not one.family and other.family:
        values = tuple(value * other.unit for value in one.values)
        one = replace(one, values=values, family=other.family, unit=other.unit, slack=one.slack * other.unit)
    before = _SPANS.search(text[: one.start])
    return Figure(one, other, before.start() if before else one.start, other.end, other.word)


def _limit(text: str, one: Quantity) -> Figure:
    before, behind = _BEFORE.search(text[: one.start]), _BEHIND.match(text, one.end)
    start = before.start() if before else one.start
    end = behind.end() if behind else one.end
    found = before or behind
    if found is None:
        return Figure(one, one, start, end, one.word)
    return Figure(None if found.group("below") else one, None if found.group("above") else one, start, end, one.word)


def _values(said: str) -> list[float]:
    if said[-1].isdigit():
        return readings(said.partition(":")[0]) if ":" in said else readings(said)
    if said in _PARTS:
        return [_PARTS[said]]
    if said in ("a", "an"):
        return [1.0]
    value = 0.0
    for word in re.findall(r"[a-z]+", said):
        value = (value or 1.0) * _SCALES[word] if word in _SCALES else value + _WORDS.get(word, 0.0)
    return [value]


def _step(said: str) -> float:
    """One step of the last digit: 0.1 of "18.1", 1 of "18" and of words."""
    decimals = re.search(r"[.,](\d{1,2})$", said)
    return float(10 ** -len(decimals.group(1))) if decimals else 1.0
