"""Numbers with a unit: "at least 8 GB", "15 inch", "under 2 kg", "10-15 cm".

Finds them and turns them into limits on one attribute of the catalogue, in that attribute's own unit. Where the
catalogue has no single fitting attribute, nothing is made of the number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from retrieval.filters import AttributeRange
from retrieval.negations import NOT, find_reach_before
from retrieval.number_words import SPELT
from retrieval.price_words import NO_NEXT, parse_number
from retrieval.units import convert, find_unit, unit_key
from retrieval.vocabulary import AttributeStats
from retrieval.words import tokens, word_set

EXACT = 0.04
"""How far "15 inch" may be off: what is sold as 15 inch measures 15.6."""
NEAR = 0.15
"""How far "around 15 inch" may be off."""
_CLEAR = 3
_COUNTED = ("persons", "data", "age", "pixels")
"""Dimensions that come in whole steps: "8 GB" is 8 and nothing beside it."""
_SPELT_UNIT = 3
"""The shortest unit that is said behind a number in words."""
_MOBILE = re.compile(r"[2-6]G", re.IGNORECASE)
"""A generation of mobile networks, where nothing stands between number and letter; no grams."""
_NUMBER = r"\d+(?:[.,]\d+)*"
_SAID = rf"(?:{_NUMBER}|one(?=[ -])|{SPELT})"
"""A number in digits or in words."""
_ARTICLES = ("a", "an")
_ARTICLE = rf"(?:half )?an?(?=[ -])(?!.one[ -]|.{SPELT})"
_WITHOUT_NUMBER = {"a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5}
"""What stands before a unit in place of a number: "under a kilo"; alone, "a" is a number behind a comparison only."""
_ABOVE = r"(?:over|above|more than|greater than|higher than)"
_BELOW = r"(?:under|below|less than|lower than)"
_LOW = rf"{NOT} {_BELOW}|at least|min(?:imum)?(?: of)?|{_ABOVE}|from|>=?|≥"
_HIGH = rf"{NOT} {_ABOVE}|at most|max(?:imum)?(?: of)?|{_BELOW}|up to|<=?|≤"
_BOUNDS = rf"(?:(?P<low>{_LOW})\s*|(?P<high>{_HIGH})\s*)?"
_BOUNDS_TOO = rf"(?:(?P<low2>{_LOW})\s*|(?P<high2>{_HIGH})\s*)?"
_MORE = r"over|above|exceeding|exceeds?|(?:more|greater|larger|bigger|longer|taller|wider|higher|heavier) than"
_LESS = r"under|below|(?:less|smaller|shorter|narrower|lower|lighter|fewer) than"
_COMPARES = re.compile(rf"(?:{_MORE}|{_LESS})\s*", re.IGNORECASE)
_MEASURE = re.compile(
    rf"(?P<low>\b(?:at least|minimum(?: of)?|min\.?|{_MORE}|from|>=?|≥)\s*)?"
    rf"(?P<high>\b(?:{_LESS}|up to|at most|maximum(?: of)?|max\.?|within|down to|as low as|<=?|≤)\s*)?"
    rf"(?P<near>\b(?:around|about|approx(?:imately|\.)?|roughly|~)\s*)?"
    rf"(?P<minus>(?<![^\s(])[-−]|\bminus )?(?<![\w.,])(?P<number>{_SAID}|{_ARTICLE})"
    rf"(?:\s?(?:-|–|to|and|or)\s?(?P<second>{_SAID}))?(?P<plus>\+)?"
    rf"[\s-]?(?P<unit>fl\.? ?oz|[^\W\d_]{{1,12}}|\"|″|''|′′|”|°C)(?!\w)(?![\s-]?old\b)"
    rf"(?P<more>\s*(?:\+|(?:or (?:more|larger|bigger|longer|above|over|greater|higher)|and (?:up|above|more))"
    rf"{NO_NEXT}|minimum))?"
    rf"(?P<less>\s*(?:(?:or (?:less|smaller|shorter|under|below|lighter)|and under){NO_NEXT}|max(?:imum)?\b))?",
    re.IGNORECASE,
)


_FOLK = r"(?:people|persons?|adults?|kids?|children|friends|guests|of us)"
_FOR_SO_MANY = re.compile(
    rf"(?<!\w)(?:for|sleeps|fits|seats|(?:family|party|group) of)(?: the)? {_BOUNDS}"
    rf"(?P<many>{_SAID}(?P<folk> {_FOLK}(?:(?:,| and| plus) {_SAID} {_FOLK})*)?)(?P<more> or more|\+)?"
    r"(?(folk)(?!\w)|(?=\s*(?:$|[,.;:!?)]|(?:and|with|under|below|in|that|which|or|but|please|from|by|not|no|without|people)(?!\w))))",
    re.IGNORECASE,
)
_MOST_PEOPLE = 20
_COUNTS_PEOPLE = ("max_players", "max_people", "max_persons", "max_guests")
"""What is stated for people, whatever they are called: "for 6 friends" is for 6 players."""
_NEARLY = r"(?:around |about |roughly |approximately |~)?"
_DEGREES = re.compile(
    rf"(?<!\w)(?:(?:down to|as low as) {_NEARLY}(?P<minus>[-−]|minus )?"
    rf"|(?:to|for|at|of|in) {_NEARLY}(?P<below>[-−]|minus ))(?P<number>{_NUMBER})(?![\w.,%]|\s?°?\s?F\b)"
    r"(?:\s?(?:°\s?C?|deg(?:rees?)?|celsius)(?!\w))*",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    rf"(?<![\w.,$€£])(?:(?:(?P<low>{_LOW})|(?P<high>{_HIGH}))\s*(?P<number>{_NUMBER})"
    rf"|(?P<number2>{_NUMBER})\s*"
    r"(?:(?P<low2>at least|or more|minimum|min\b|\+)|(?P<high2>at most|or less|maximum|max\b)))"
    r"(?![\w.,%])(?!\s?[$€£])",
    re.IGNORECASE,
)
_AREA = re.compile(
    rf"(?P<least>\b(?:at least|min(?:imum)?(?: of)?|over|(?:more|bigger|larger) than) )?(?<![\w.,])(?P<one>{_NUMBER})"
    rf"\s?(?P<unit1>[^\W\d_]{{1,12}}|\"|″|')?\s?(?:by|x|×|\*)\s?(?P<two>{_NUMBER})"
    rf"\s?(?P<unit2>[^\W\d_]{{1,12}}|\"|″|')(?!\w)"
    r"(?P<more>\s*(?:or (?:more|larger|bigger)|\+))?",
    re.IGNORECASE,
)
_OUNCES, _FLUID_OUNCE = ("oz", "ounce"), "fl oz"
_WEIGHING = word_set("weigh weighing weight heavy heavier light lighter lightweight")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with a unit in a text: where it stands and its limits as said.

    Args:
        start, end: character offsets.
        low, high: limits in `unit`; None leaves an end open.
        unit: as written.
        negation: where the words stand that turn the limits round ("not heavier than"); None mostly.
        about: the number itself where no limit of it is said, so that `low` and `high` lie around it.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    unit: str
    negation: tuple[int, int] | None = None
    about: float | None = None


def find_measures(
    text: str, units: Collection[str], is_thing: Callable[[str], bool] = lambda word: False
) -> tuple[Measure, ...]:
    """Find numbers with a unit, in order.

    Args:
        text: cleaned.
        units: keys of further units that the catalogue uses.
        is_thing: whether a folded word names a kind of product, so that "no tents over 2 kg" limits their weight.
    """
    found: list[Measure] = []
    position = 0
    while match := _MEASURE.search(text, position):
        measure = _read_measure(match, units, is_thing)
        found += [measure] if measure else []
        # What is no unit may begin the next measure: "for 2 under 2 kg".
        position = match.end() if measure else match.start("unit")
    return tuple(found)


def _read_measure(match: re.Match[str], units: Collection[str], is_thing: Callable[[str], bool]) -> Measure | None:
    unit, text = match["unit"], match.string
    if _MOBILE.fullmatch(match["number"] + unit) and not match[0].endswith(f" {unit}"):
        return None
    if match["number"][0].isalpha() and len(unit) < _SPELT_UNIT:
        return None  # "two in one"
    if find_unit(unit) is None and unit_key(unit) not in units:
        return None
    first = _WITHOUT_NUMBER.get(match["number"].casefold()) or parse_number(match["number"])
    second = parse_number(match["second"]) if match["second"] else None
    if first is None or (match["number"].casefold() in _ARTICLES and not _is_compared(match)):
        return None
    number = -float(first) if match["minus"] else float(first)
    low, high = _limits(match, number, None if second is None else float(second))
    about = number if second is None and low is not None and high is not None else None
    compared = _COMPARES.match(text, match.start())
    reach = find_reach_before(text, match.start(), is_thing) if compared and second is None else None
    if compared is None or reach is None:
        return Measure(match.start(), match.end(), low, high, unit, about=about)
    negation = reach.negation or (min(reach.start, match.start()), compared.end())
    return Measure(match.start(), match.end(), high, low, unit, negation)


def _is_compared(match: re.Match[str]) -> bool:
    return any(match[name] for name in ("low", "high", "near"))


def as_fluid(measure: Measure, near: frozenset[str]) -> Measure | None:
    """Read ounces as fluid ounces; None where they are none, or the words around speak of a weight.

    Args:
        measure: e.g. of "16 oz bottle".
        near: keys of the words beside the number.
    """
    is_ounce = unit_key(measure.unit) in _OUNCES and near.isdisjoint(_WEIGHING)
    return replace(measure, unit=_FLUID_OUNCE) if is_ounce else None


def find_headcount(text: str) -> Measure | None:
    """Find for how many people something is meant, where no unit says so: "for 2", "for 2 adults and 3 kids".

    Makes sense only for what is measured in persons; what "for 2" means elsewhere is not known here.
    """
    match = _FOR_SO_MANY.search(text)
    if match is None:
        return None
    many = [parse_number(said) for said in re.findall(rf"{_SAID}", match["many"], re.IGNORECASE)]
    total = float(sum(number for number in many if number is not None))
    if not 0 < total <= _MOST_PEOPLE:
        return None
    low = None if match["high"] else total
    high = None if match["low"] or match["more"] else total
    return Measure(match.start(), match.end(), low, high, "person")


def begins_headcount(text: str, start: int) -> bool:
    """Whether "for 2 people" stands at an offset of a text: what follows is meant for them, and fits nothing."""
    match = _FOR_SO_MANY.match(text, start)
    return match is not None and match["folk"] is not None


def find_degrees(text: str) -> Measure | None:
    """Find down to which temperature something is meant, where no unit says so: "down to -10", "for minus 5".

    Makes sense only for what is measured in degrees; what "down to 5" means elsewhere is not known here.
    """
    match = _DEGREES.search(text)
    number = parse_number(match["number"]) if match else None
    if match is None or number is None:
        return None
    degrees = float(-number if match["minus"] or match["below"] else number)
    return Measure(match.start(), match.end(), None, degrees, "°C")


def find_bounded(text: str) -> list[tuple[int, int, float | None, float | None]]:
    """Find numbers without a unit and with a limit: "5000 at least", "at least 5000", "200 or more".

    Returns:
        Start, end, and the limits of each; which number of the catalogue is meant is told by the words beside it.
    """
    found = []
    for match in _BOUNDED.finditer(text):
        number = parse_number(match["number"] or match["number2"])
        if number is not None:
            low = float(number) if match["low"] or match["low2"] else None
            found.append((*match.span(), low, float(number) if low is None else None))
    return found


def find_area(text: str) -> tuple[Measure, Measure] | None:
    """Find how long and how wide something is to be: "at least 50 by 60 inches", "200 x 140 cm".

    Returns:
        The longer side and the shorter one, which stand at the same place; None where no such pair is said.
    """
    match = _AREA.search(text)
    sides = [parse_number(match[name]) for name in ("one", "two")] if match else []
    if match is None or None in sides:
        return None
    units = (match["unit1"] or match["unit2"], match["unit2"])
    if any(known is None or known.dimension != "length" for known in map(find_unit, units)):
        return None
    open_ended = bool(match["least"] or match["more"])
    rows = []
    for side, unit in zip(sides, units, strict=True):
        length = float(side or 0)
        slack = 0.0 if open_ended else length * EXACT
        rows.append(Measure(*match.span(), length - slack, None if open_ended else length + slack, unit))
    longer, shorter = sorted(rows, key=lambda row: convert(row.low or 0.0, row.unit, "m") or 0.0, reverse=True)
    return longer, shorter


def _limits(match: re.Match[str], first: float, second: float | None) -> tuple[float | None, float | None]:
    if second is not None:
        return min(first, second), max(first, second)
    if match["low"] or match["more"] or match["plus"]:
        return first, None
    if match["high"] or match["less"]:
        return None, first
    slack = NEAR if match["near"] else (0.0 if is_counted(match["unit"]) else EXACT)
    return first - abs(first) * slack, first + abs(first) * slack


def is_counted(unit: str) -> bool:
    """Whether what a unit measures comes in whole steps."""
    known = find_unit(unit)
    return known is None or known.dimension in _COUNTED


def find_named(text: str, stats: Sequence[AttributeStats]) -> tuple[tuple[int, int, AttributeRange], ...]:
    """Find numbers beside the name of an attribute that has no unit: "R value above 4", "at least 10 vents".

    Args:
        text: cleaned.
        stats: the catalogue's attributes without a unit.

    Returns:
        Start, end and limits of each.
    """
    if not any(char.isdigit() for char in text):
        return ()
    found = []
    for stat in stats:
        name = r"[\s-]".join(re.escape(word) for word in stat.name.split("_")) + "s?"
        behind = rf"{name}(?: (?:is|of))?\s*{_BOUNDS}(?P<after>{_NUMBER})"
        match = re.search(rf"(?<!\w)(?:{behind}|{_BOUNDS_TOO}(?P<before>{_NUMBER})\s{name})(?!\w)", text, re.I)
        number = parse_number(match["after"] or match["before"]) if match else None
        if match and number is not None:
            low = None if match["high"] or match["high2"] else float(number)
            high = None if match["low"] or match["low2"] else float(number)
            found.append((match.start(), match.end(), AttributeRange(stat.name, low, high, None)))
    return tuple(found)


def find_spans(
    text: str, pairs: Sequence[tuple[AttributeStats, AttributeStats]]
) -> tuple[tuple[int, int, tuple[AttributeRange, ...]], ...]:
    """Find numbers of what is stated by its fewest and its most: "for 4 players", "2-6 players", "up to 8 players".

    Args:
        text: cleaned.
        pairs: attributes like min_players and max_players.

    Returns:
        Start, end and limits of each: 4 must lie between both.
    """
    found = []
    for fewest, most in pairs:
        name = r"[\s-]".join(f"{re.escape(word.removesuffix('s'))}s?" for word in most.name.split("_")[1:])
        if most.name in _COUNTS_PEOPLE:
            name = rf"(?:{name}|{_FOLK})"
        said = (
            rf"{_BOUNDS}(?P<number>{_SAID})(?:\s?(?:-|–|to|or|and)\s?(?P<second>{_SAID}))?(?:\+| or more)?[\s-]{name}"
        )
        match = re.search(rf"(?<![\w.,]){said}(?!\w)", text, re.IGNORECASE)
        numbers = [parse_number(match[part]) for part in ("number", "second") if match[part]] if match else []
        counts = [float(number) for number in numbers if number is not None]
        if match and counts:
            least = AttributeRange(fewest.name, None, min(counts), fewest.unit)
            enough = AttributeRange(most.name, max(counts), None, most.unit)
            found.append((match.start(), match.end(), (enough,) if match["low"] or match["high"] else (least, enough)))
    return tuple(found)


def choose_range(
    measure: Measure,
    stats: Sequence[AttributeStats],
    near: frozenset[str],
    share: Callable[[AttributeStats], float],
    least: float,
) -> AttributeRange | None:
    """Choose the attribute that a measure speaks of.

    Args:
        measure: what was said.
        stats: the catalogue's numeric attributes.
        near: keys of the words beside the number.
        share: share of the wanted kinds of product that state an attribute, 0 to 1.
        least: the share that the chosen one must have.

    Returns:
        Limits in the attribute's unit; None where no attribute fits, or several do and none stands out.
    """
    found = [rated for stat in stats if (rated := _rated(measure, stat, near, share(stat))) is not None]
    if not found:
        return None
    found.sort(key=lambda rated: (rated.named, rated.plain, rated.share), reverse=True)
    best = found[0]
    rivals = [rated for rated in found[1:] if (rated.named, rated.plain) == (best.named, best.plain)]
    if best.share < least or (rivals and best.share < _CLEAR * rivals[0].share):
        return None
    return best.range


_ALSO_CALLED = {"ram": ("memory",), "screen": ("display",), "display": ("screen",)}
"""Word -> what shops call it too in the name of a number: "8 GB of RAM" is internal memory."""


@dataclass(frozen=True, slots=True)
class _Rated:
    """An attribute that a measure may speak of: how many words of its name are said, how little else it is called."""

    named: int
    plain: tuple[bool, int]
    share: float
    range: AttributeRange


def _rated(measure: Measure, stat: AttributeStats, near: frozenset[str], share: float) -> _Rated | None:
    limits = _converted(measure, stat)
    if limits is None or share <= 0:
        return None
    words = [token.key for token in tokens(stat.name.replace("_", " "))]
    said = near.union(*(_ALSO_CALLED.get(key, ()) for key in near))
    named = len(said.intersection(words)) + ("".join(words) in near)
    same = unit_key(measure.unit) == unit_key(stat.unit or "")
    extra = -len(words) if named else 0
    return _Rated(named, (same, extra), share, AttributeRange(stat.name, *limits, stat.unit))


def _converted(measure: Measure, stat: AttributeStats) -> tuple[float | None, float | None] | None:
    ends = []
    for end in (measure.low, measure.high):
        value = None if end is None else convert(end, measure.unit, stat.unit or stat.name)
        if end is not None and value is None:
            return None
        ends.append(value)
    said = [value for value in ends if value is not None]
    # A number far outside of what is stated speaks of something else ("5 m" is no screen size).
    lowest, highest = min(stat.low / 4, stat.low * 4), max(stat.high / 4, stat.high * 4)
    if not any(lowest <= value <= highest for value in said):
        return None
    return (_rounded(ends[0]), _rounded(ends[1]))


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
