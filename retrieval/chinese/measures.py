"""Numbers with a unit in Chinese: "15寸", "至少16GB", "500毫升以上", "半斤", "双人".

Units may be written in either script. Which attribute a number belongs to is decided where all measures are read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from retrieval.chinese.negations import find_turned
from retrieval.chinese.numerals import NUMBER, parse_span
from retrieval.chinese.script import HAN, has_han
from retrieval.chinese.units import NAMES
from retrieval.measures import EXACT, NEAR, Measure, is_counted
from retrieval.units import convert, find_unit, unit_key

_LOW = r"不要?(?:能|可以)?(?:低于|少于|小于|短于)|至少|最少|最低|起码|超过|大于|高于|长于|>=?|≥"
_HIGH = r"不要?(?:能|可以)?(?:超过?|大于|高于|多于|重于)|不到|低于|小于|少于|轻于|短于|最多|至多|最大|最重|<=?|≤"
_UNIT = rf"{'|'.join(NAMES)}|[A-Za-z]{{1,12}}(?![A-Za-z])|\"|″|”|''|°C|℃"
_MEASURE = re.compile(
    rf"(?P<low>(?:{_LOW})\s?)?(?P<high>(?:{_HIGH})\s?)?(?P<near>(?:大约|大概|约|差不多)\s?)?"
    rf"(?<![A-Za-z\d._/*×-])(?<!\d,)(?P<number>{NUMBER})(?:\s?(?P<first_unit>{_UNIT})?\s?(?:到|至|-|~|–|—)\s?(?P<second>{NUMBER}))?"
    rf"\s?(?:个(?=[GgTt]))?(?P<unit>{_UNIT})"
    r"(?P<half>半)?(?:的)?"
    r"(?P<more>\s?(?:及?以上|之上|起步?|往上|或以上))?(?P<less>\s?(?:及?以下|以内|之内|或以下))?(?P<about>\s?(?:左右|上下))?"
)
_PERSONS = {"单人": 1, "双人": 2}
_PERSON_WORD = re.compile("|".join(_PERSONS))
_SHORT = {"g": ("GB", "g"), "t": ("TB",)}
"""What people leave off: "16G" is mostly memory, and may be a weight."""
_SHORTENED = re.compile(r"(?:[\d.]{2,}|[^2-6])\s?[GgTt]")
"""Not "4G" and "5G", which are networks."""
_FLAT = re.compile(rf"[{HAN}]")


def find_measures(text: str, units: Collection[str]) -> tuple[Measure, ...]:
    """Find numbers with a unit, in order.

    Args:
        text: cleaned.
        units: keys of further units that the catalogue uses.
    """
    found = [measure for match in _MEASURE.finditer(text) for measure in _read(match, units)]
    found += [
        Measure(match.start(), match.end(), n, n, "人")
        for match in _PERSON_WORD.finditer(text)
        if (n := float(_PERSONS[match[0]]))
    ]
    return tuple(sorted((_turned(measure, text) for measure in found), key=lambda measure: measure.start))


def _turned(measure: Measure, text: str) -> Measure:
    """The measure with its limits the other way round, where it is refused: "不要2公斤以上的"."""
    open_ended = (measure.low is None) != (measure.high is None)
    span = find_turned(text, measure.start, measure.end) if open_ended else None
    return replace(measure, low=measure.high, high=measure.low, negation=span) if span else measure


def bounds(text: str, measure: Measure) -> Iterator[tuple[int, int]]:
    """Where the words of comparison of a found measure stand ("至少", "以上"): they describe no product."""
    match = _MEASURE.match(text, measure.start)
    if match is not None:
        yield from (match.span(name) for name in ("low", "high", "near", "more", "less", "about") if match[name])


def without_han(text: str) -> str:
    """Blank out the Han characters of a text, so that what stands beside them is read on its own; offsets are kept."""
    return _FLAT.sub(" ", text)


def _read(match: re.Match[str], units: Collection[str]) -> Iterator[Measure]:
    if not has_han(match[0]) and not _SHORTENED.fullmatch(match[0]):
        return  # all Latin: read as English is
    first = parse_span(match["number"])
    second = parse_span(match["second"]) if match["second"] else None
    if first is None or (match["second"] and second is None):
        return
    low, high = float(first[0]), float((second or first)[1])
    if match["half"] and second is None:
        low, high = low + 0.5, high + 0.5
    for unit in _SHORT.get(match["unit"].casefold(), (match["unit"],)):
        if find_unit(unit) is not None or unit_key(unit) in units:
            lowest = convert(low, match["first_unit"] or unit, unit)  # "500毫升到1升"
            yield Measure(
                match.start(), match.end(), *_limits(match, low if lowest is None else lowest, high, unit), unit
            )


def _limits(match: re.Match[str], low: float, high: float, unit: str) -> tuple[float | None, float | None]:
    if low != high:
        return low, high
    if match["low"] or match["more"]:
        return low, None
    if match["high"] or match["less"]:
        return None, high
    slack = NEAR if match["near"] or match["about"] else (0.0 if is_counted(unit) else EXACT)
    return low - low * slack, high + high * slack
