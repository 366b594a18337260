"""Prices and measures as shop platforms write them. An amount that can be read in two ways is refused, not guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from retrieval.product_json import BadRow
from retrieval.units import find_unit

_SPACES = re.compile("[\\s\u00a0\u202f']")
_DIGITS = re.compile(r"[-+]?\d+", re.ASCII)
_ONE = re.compile(r"([-+]?\d*)([.,])(\d+)", re.ASCII)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
_BOTH = re.compile(r"([-+]?\d{1,3}(?:,\d{3})+)(\.\d+)|([-+]?\d{1,3}(?:\.\d{3})+)(,\d+)", re.ASCII)
_WITH_CURRENCY = re.compile(r"(?:([A-Za-z]{3})\s*)?([-+]?[\d.,'\s\u00a0\u202f]*\d)\s*([A-Za-z]{3})?")
_MEASURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([A-Za-z\"'²³]{1,12})")
_MAX = Decimal(10) ** 13


def read_amount(text: str, decimal_marks: str = "") -> Decimal:
    """Read an amount, e.g. "19.99", "139,99", "1 299,90", "1,299.00".

    Args:
        text: the amount, not empty.
        decimal_marks: marks that never part thousands in this format, e.g. "." where "1.299" is less than two.

    Raises:
        BadRow: it is no amount, is negative, or could be read in two ways.
    """
    amount = _read(_SPACES.sub("", text), text, decimal_marks)
    if amount < 0:
        raise BadRow("negative price")
    if amount > _MAX:
        raise BadRow("price too large")
    return amount


def _read(bare: str, text: str, decimal_marks: str) -> Decimal:
    if len(bare) > 30:
        raise BadRow(f"bad price {text[:20]!r}")
    if _DIGITS.fullmatch(bare):
        return Decimal(bare)
    if one := _ONE.fullmatch(bare):
        whole, mark, part = one.groups()
        # "1.299" is 1299 to some and a bit more than 1 to others; "0.299" and "12.2990" are clear.
        if mark not in decimal_marks and len(part) == 3 and re.fullmatch(r"[-+]?[1-9]\d{0,2}", whole):
            raise BadRow(f"the price {text.strip()!r} can be read in two ways: write it with two decimals")
        return Decimal(f"{whole}.{part}")
    if both := _BOTH.fullmatch(bare):
        whole, part = (both[1], both[2]) if both[1] else (both[3], both[4])
        return Decimal(whole.replace(",", "").replace(".", "") + part.replace(",", "."))
    if _GROUPED.fullmatch(bare):
        return Decimal(bare.replace(",", "").replace(".", ""))
    raise BadRow(f"bad price {text.strip()[:20]!r}")


def read_price(text: str, decimal_marks: str = "") -> tuple[Decimal, str | None]:
    """Read an amount with its currency's code before or behind it, e.g. "19.99 USD".

    Returns:
        The amount and the code in capitals; None without one.

    Raises:
        BadRow: see read_amount.
    """
    found = _WITH_CURRENCY.fullmatch(text.strip())
    if found is None or (found[1] and found[3]):
        raise BadRow(f"bad price {text.strip()[:20]!r}")
    code = found[1] or found[3]
    return read_amount(found[2], decimal_marks), None if code is None else code.upper()


def read_measure(text: str) -> object:
    """Read a measure such as "1.5 kg" as an attribute's value with its unit; anything that is not sure stays a text."""
    found = _MEASURE.fullmatch(text.strip())
    if found is not None and find_unit(found[2]) is not None:
        try:
            return {"value": float(read_amount(found[1])), "unit": found[2]}
        except BadRow:
            pass
    return text.strip()


def sale_is_on(start: str | None, end: str | None, now: datetime) -> bool:
    """Whether a sale holds at a moment. A date that cannot be read means no: no lower price is promised in error.

    Args:
        start, end: ISO dates or times, both inside the sale; None or empty without a limit; UTC where no zone stands.
        now: aware.
    """
    try:
        began = not start or _moment(start, "T00:00:00") <= now
        return began and (not end or now <= _moment(end, "T23:59:59"))
    except ValueError:
        return False


def _moment(text: str, time_of_day: str) -> datetime:
    text = text.strip().replace(" ", "T", 1)
    moment = datetime.fromisoformat(text + time_of_day if len(text) == 10 else text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
