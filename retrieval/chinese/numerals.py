"""Numbers as Chinese writes them: "三百五", "一千五", "1.5万", "3千5", "半", "两三百".

A number may mix digits and characters. Knows no units and no money.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_DIGITS = {
    char: n
    for n, chars in enumerate(("零〇", "一壹", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
_SMALL = {"十": 10, "百": 100, "千": 1_000, "k": 1_000, "K": 1_000}
_LARGE = {"万": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000}
_DIGIT = "零〇一壹二两三四五六七八九"
_STEP = r"(?:[十百千万亿]|[kKwW](?![A-Za-z]))"
_LATIN = r"\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,4})?|\d{1,10}(?:\.\d{1,4})?"
_MOST_CHARS = 20

NUMBER = (
    rf"(?>(?:{_LATIN})(?:{_STEP}{{1,3}}(?:[{_DIGIT}\d]{_STEP}?){{0,6}})?"
    rf"|(?<![{_DIGIT}十百千万])[{_DIGIT}十百千万亿]{{1,14}}(?:点[{_DIGIT}]{{1,4}}{_STEP}{{0,2}})?|半)"
)
"""A number, for use inside a pattern, which never gives back a part of it; whether it is one is for `parse_span`."""
_SIZE = re.compile(rf"([{_DIGIT}十]{{1,4}})(?=码)")


def parse_span(written: str) -> tuple[Decimal, Decimal] | None:
    """Read a number, or two neighbours said at once.

    Args:
        written: what NUMBER matched, e.g. "一千五" or "两三百".

    Returns:
        Both ends, which are equal for a plain number: (200, 300) for "两三百"; None where it is no number.
    """
    if len(written) > 2 and written[0] in _DIGITS and written[1] in _DIGITS and written[2] in _SMALL | _LARGE:
        first, second = _DIGITS[written[0]], _DIGITS[written[1]]
        low, high = parse_number(written[0] + written[2:]), parse_number(written[1:])
        return (low, high) if low is not None and high is not None and second == first + 1 else None
    number = parse_number(written)
    return None if number is None else (number, number)


def parse_number(written: str) -> Decimal | None:
    """Read a number, e.g. 1500 for "一千五", 15000 for "1.5万"; None where it is none."""
    if written == "半":
        return Decimal("0.5")
    whole, point, fraction = written.partition("点")
    if point:
        return _with_fraction(whole, fraction)
    return None if len(written) > _MOST_CHARS else _read(_parts(written))


def sizes_in_digits(text: str) -> str:
    """Write the sizes of shoes and clothes in digits, as catalogues do: "四十码" becomes "40码"."""
    return _SIZE.sub(lambda found: f"{parse_number(found[1]) or found[1]}", text)


def _with_fraction(whole: str, fraction: str) -> Decimal | None:
    """Read "三点五万" as 3.5 times ten thousand."""
    digits = fraction.rstrip("".join((*_SMALL, *_LARGE)))
    steps = [(_SMALL | _LARGE)[char] for char in fraction[len(digits) :]]
    before = parse_number(whole)
    if before is None or not digits or not all(char in _DIGITS for char in digits):
        return None
    number = before + Decimal("0." + "".join(str(_DIGITS[char]) for char in digits))
    for step in steps:
        number *= step
    return number


def _parts(written: str) -> list[str]:
    """Split into runs of digits and single characters."""
    parts: list[str] = []
    for char in written.replace(",", ""):
        if parts and (char.isascii() and (char.isdigit() or char == ".")) and parts[-1][-1] in "0123456789.":
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _read(parts: list[str]) -> Decimal | None:
    total, section, digit = Decimal(0), Decimal(0), None
    step, said_zero = 1, False
    for part in parts:
        if part in _SMALL:
            step = _SMALL[part]
            section += (Decimal(1) if digit is None else digit) * step
            digit, said_zero = None, False
        elif part in _LARGE:
            step = _LARGE[part]
            total = (total + section + (digit or 0) or Decimal(1)) * step
            section, digit, said_zero = Decimal(0), None, False
        else:
            value = _digit(part)
            if value is None or (digit and not said_zero):
                return None  # "六三" is no number
            said_zero = said_zero or value == 0
            digit = value
    if digit is not None:
        # "一千五" is 1500, but "一千零五" 1005 and "二十五" 25.
        section += digit * (step // 10) if step > 10 and not said_zero and digit < 10 else digit
    return total + section


def _digit(part: str) -> Decimal | None:
    if part in _DIGITS:
        return Decimal(_DIGITS[part])
    try:
        return Decimal(part)
    except InvalidOperation:
        return None
