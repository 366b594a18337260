"""Numbers in words, numbers and days as each language writes them, and values in other units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DE = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_DE_TENS = ["_", "_", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_ES = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_ES_TENS = ["_", "_", "_", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_ZH = "零一二三四五六七八九"

BEFORE = {
    "en": "My pick is the {}. ",
    "de": "Mein Tipp: {}. ",
    "es": "Mi favorito es {}. ",
    "zh": "我推荐{}。",
}
ORDER = {"en": "order {}", "de": "Bestellung {}", "es": "el pedido {}", "zh": "订单{}"}
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}
_WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    "zh": "一二三四五六日",
}

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


def in_words(number: int, language: str) -> str:
    """Write a number from 0 to 99 in words.

    Raises:
        IndexError: it is 100 or more.
    """
    tens, ones = divmod(number, 10)
    if language == "zh":
        return _chinese(tens, ones)
    small = {"en": _EN, "de": _DE, "es": _ES}[language]
    if number < len(small):
        return small[number]
    if language == "en":
        return _EN_TENS[tens] + (f"-{_EN[ones]}" if ones else "")
    if language == "de":
        return (f"{_DE[ones]}und" if ones else "") + _DE_TENS[tens]
    return _ES_TENS[tens] + (f" y {_ES[ones]}" if ones else "")


def _chinese(tens: int, ones: int) -> str:
    if not tens:
        return "两" if ones == 2 else _ZH[ones]
    if tens >= 10:
        raise IndexError(tens)
    return ("" if tens == 1 else _ZH[tens]) + "十" + (_ZH[ones] if ones else "")


def figure(number: float, language: str) -> str:
    """Write a number with the language's decimal mark and at most three significant digits after rounding."""
    text = f"{number:.3g}" if abs(number) < 1000 else f"{round(number):d}"
    text = f"{float(text):g}"
    return text.replace(".", ",") if language in ("de", "es") else text


def written_date(day: date, language: str) -> str:
    """Write a day and its month, e.g. "30 November"."""
    if language == "zh":
        return f"{day.month}月{day.day}日"
    month = _MONTHS[language][day.month - 1]
    return {"en": f"{day.day} {month}", "de": f"{day.day}. {month}", "es": f"{day.day} de {month}"}[language]


def written_day(day: date, language: str) -> str:
    """Write a day with its weekday, e.g. "Monday, 30 November"."""
    weekday, written = _WEEKDAYS[language][day.weekday()], written_date(day, language)
    return {
        "en": f"{weekday}, {written}",
        "de": f"{weekday}, {written}",
        "es": f"{weekday} {written}",
        "zh": f"{written}（周{weekday}）",
    }[language]
