"""How amounts, numbers, dates, links and sentences are read in running text. Knows neither evidence nor catalogue."""

from __future__ import annotations

import re

MONEY = re.compile(
    # A space parts thousands only: in "under $400, 128 GB" the amount ends before the comma.
    r"(?:US)?[$€£¥₩₹]\s?\d{1,3}(?:[ ,.]\d{3})+(?:[.,]\d{1,2})?(?![\d])|(?:US)?[$€£¥₩₹]\s?\d+(?:[.,]\d+)*"
    r"|\b\d[\d,.]*\s?(?:dollars?|euros?|pounds sterling|bucks|usd|eur|gbp|kwd|yen|€)\b"
    r"|\b(?:USD|EUR|GBP|KWD|JPY|CHF)\s?\d[\d,.]*",
    re.I,
)
LINK = re.compile(r"https?://\S+|\]\(([^)\s]+)")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
DATE = re.compile(
    rf"\b({_MONTH})\.?\s+(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|\b(\d{{1,2}})(?:\.|st|nd|rd|th)?(?:\s+of)?\s+({_MONTH})\b",
    re.I,
)


def digits(match: re.Match[str]) -> str:
    """The digits of an amount with their marks, e.g. "1,299.00" of "$1,299.00"."""
    return re.sub(r"[^\d.,]", "", match.group()).strip(".,")


def readings(number: str) -> list[float]:
    """A number as people may have meant it: "1,299" is 1299 or 1.299, "2,5" is 2.5, "1.299" is 1.299 or 1299."""
    rows: list[float] = []
    for mark, other in ((",", "."), (".", ",")):
        if re.fullmatch(rf"\d{{1,3}}(?:[{mark}]\d{{3}})+(?:[{other}]\d+)?", number):
            rows.append(float(number.replace(mark, "").replace(other, ".")))
    plain = number.replace(",", ".")
    if plain.count(".") <= 1:
        rows.append(float(plain))
    # A date or version ("2.4.1") is no number.
    return rows


def month_day(match: re.Match[str]) -> tuple[int, int]:
    """Month (1 to 12) and day of a match of DATE."""
    month = (match.group(1) or match.group(4)).lower()[:3]
    return MONTHS.index(month) + 1, int(match.group(2) or match.group(3))
