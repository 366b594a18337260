"""Numbers in words, numbers and days as each language writes them, and values in other units."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

BEFORE = {
    "en": "My pick is the {}. ",
    "de": "Mein Tipp: {}. ",
    "es": "Mi favorito es {}. ",
    "zh": "我推荐{}。",
}
ORDER = {"en": "order {}", "de": "Bestellung {}", "es": "el pedido {}", "zh": "订单{}"}

CONVERT: dict[tuple[str, str], Callable[[float], float]] = {
    ("g", "kg"): lambda g: g / 1000,
    ("g", "lb"): lambda g: g / 453.59237,
    ("g", "oz"): lambda g: g / 28.349523,
    ("l", "ml"): lambda litre: litre * 1000,
    ("cm", "in"): lambda cm: cm / 2.54,
    ("cm", "mm"): lambda cm: cm * 10,
    ("h", "min"): lambda hours: hours * 60,
    ("°C", "F"): lambda celsius: celsius * 9 / 5 + 32,
    ("W", "kW"): lambda watt: watt / 1000,
    ("m", "ft"): lambda metre: metre / 0.3048,
    ('"', "cm"): lambda inch: inch * 2.54,
    ("inch", "cm"): lambda inch: inch * 2.54,
}
"""(unit of the shop, other unit) -> how to get from one to the other."""


@functools.cache
def _of(language: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))[language]
    return found


def in_words(number: int, language: str) -> str:
    """Write a number from 0 to 99 in words, as it stands before what is counted.

    Raises:
        ValueError: it is 100 or more.
    """
    if not 0 <= number < 100:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    small = _of(language)["small"]
    if number < len(small):
        return str(small[number])
    if language == "zh":
        digits = "零一二三四五六七八九"
        return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
    ten, one = _of(language)["tens"][tens], small[ones]
    if not ones:
        return str(ten)
    return {"en": f"{ten}-{one}", "de": f"{one}und{ten}", "es": f"{ten} y {one}"}[language]


def figure(number: float, language: str) -> str:
    """Write a number with the language's decimal mark and at most three significant digits after rounding."""
    text = f"{number:.3g}" if abs(number) < 1000 else f"{round(number):d}"
    text = f"{float(text):g}"
    return text.replace(".", ",") if language in ("de", "es") else text


def written_date(day: date, language: str) -> str:
    """Write a day and its month, e.g. "30 November"."""
    if language == "zh":
        return f"{day.month}月{day.day}日"
    month = _of(language)["months"][day.month - 1]
    return {"en": f"{day.day} {month}", "de": f"{day.day}. {month}", "es": f"{day.day} de {month}"}[language]


def written_day(day: date, language: str) -> str:
    """Write a day with its weekday, e.g. "Monday, 30 November"."""
    weekday, written = _of(language)["weekdays"][day.weekday()], written_date(day, language)
    return {
        "en": f"{weekday}, {written}",
        "de": f"{weekday}, {written}",
        "es": f"{weekday} {written}",
        "zh": f"{written}（周{weekday}）",
    }[language]
