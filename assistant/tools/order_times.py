"""When an order was placed, as people say it: "last month", "in October", "two weeks ago"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_MONTH = re.compile(
    r"\b(?:in|from|of|during|since|last|this)\s+(?:last |this )?"
    r"(january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b(?:\s+(20\d\d))?",
    re.I,
)
_IN_YEAR = re.compile(r"\b(?:in|from|of|during)\s+(20\d\d)\b", re.I)
_SPAN = re.compile(r"\b(this|last|past|previous)\s+(week|month|year)\b", re.I)
_COUNTED = re.compile(r"\b(?:last|past)\s+(\d{1,3}|two|three|four|five|six)\s+(day|week|month|year)s?\b", re.I)
_AGO = re.compile(r"\b(a|an|one|\d{1,3}|two|three|four|five|six)\s+(day|week|month|year)s?\s+ago\b", re.I)
_DAY = re.compile(r"\b(today|yesterday)\b", re.I)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}

Period = tuple[datetime, datetime]


def period_in(words: str, now: datetime) -> Period | None:
    """The time that words tell of, from its begin to its end (excluded); None where they tell of none.

    Args:
        words: as typed.
        now: aware, in the shop's time zone.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if match := _IN_MONTH.search(words):
        month = _MONTHS.index(match.group(1)[:3].lower()) + 1
        year = int(match.group(2)) if match.group(2) else now.year - (month > now.month)
        begin = day.replace(year=year, month=month, day=1)
        since = re.match(r"since", match.group(), re.I)
        return begin, (now + timedelta(days=1) if since else begin + timedelta(days=monthrange(year, month)[1]))
    if match := _IN_YEAR.search(words):
        begin = day.replace(year=int(match.group(1)), month=1, day=1)
        return begin, begin.replace(year=begin.year + 1)
    if match := _COUNTED.search(words):
        return day - timedelta(days=_number(match.group(1)) * _DAYS[match.group(2).lower()]), now + timedelta(days=1)
    if match := _AGO.search(words):
        length = _DAYS[match.group(2).lower()]
        middle = day - timedelta(days=_number(match.group(1)) * length)
        # "Two weeks ago" is seldom fourteen days to the day.
        return middle - timedelta(days=max(1, length // 2)), middle + timedelta(days=max(1, length // 2) + 1)
    if match := _DAY.search(words):
        begin = day - timedelta(days=match.group(1).lower() == "yesterday")
        return begin, begin + timedelta(days=1)
    if match := _SPAN.search(words):
        return _span(match.group(1).lower() == "this", match.group(2).lower(), day)
    return None


def _number(word: str) -> int:
    return _NUMBERS.get(word.lower()) or int(word)


def _span(this: bool, unit: str, day: datetime) -> Period:
    """The calendar week, month or year that is running, or the one before it."""
    if unit == "week":
        begin = day - timedelta(days=day.weekday())
        return (begin, begin + timedelta(days=7)) if this else (begin - timedelta(days=7), begin)
    if unit == "month":
        begin = day.replace(day=1)
        before = (begin - timedelta(days=1)).replace(day=1)
        return (begin, begin + timedelta(days=monthrange(begin.year, begin.month)[1])) if this else (before, begin)
    begin = day.replace(month=1, day=1)
    return (begin, begin.replace(year=begin.year + 1)) if this else (begin.replace(year=begin.year - 1), begin)
