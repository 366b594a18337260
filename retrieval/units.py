"""Units of measure: how people write them and how they convert.

Knows physics and abbreviations, not which attribute a number belongs to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.chinese import units as chinese_units
from retrieval.words import word_key

_TABLE: dict[str, dict[str, float]] = {
    "length": {
        "mm millimetre millimeter": 0.001, "cm centimetre centimeter": 0.01, "m metre meter mtr": 1.0,
        "km kilometre": 1000.0,
        "in inch inche \" ″ '' ′′ ”": 0.0254, "ft foot feet '": 0.3048, "yd yard": 0.9144,
    },
    "mass": {
        "mg": 1e-6, "g gr gram gramme": 0.001, "kg kilo kilogram": 1.0, "lb pound": 0.45359237, "oz ounce": 0.0283495,
    },
    "volume": {
        "ml millilitre milliliter": 0.001, "cl centilitre": 0.01, "l litre liter ltr": 1.0, "floz": 0.0295735,
        "gal gallon": 3.78541, "pint": 0.473176, "quart": 0.946353,
    },
    "data": {"kb kilobyte": 1e-6, "mb megabyte": 0.001, "gb gig gigabyte go": 1.0, "tb terabyte": 1000.0},
    "power": {"mw": 0.001, "w watt": 1.0, "kw kilowatt": 1000.0},
    "energy": {"wh watthour": 1.0, "kwh": 1000.0},
    "charge": {"mah": 0.001, "ah": 1.0},
    "voltage": {"v volt": 1.0, "kv": 1000.0},
    "current": {"ma": 0.001, "amp ampere": 1.0},
    "frequency": {"hz hertz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "time": {"s sec second": 1 / 3600, "min minute": 1 / 60, "h hr hour": 1.0, "day": 24.0, "week": 168.0},
    "age": {"month": 1 / 12, "year yr": 1.0},
    "light": {"lm lumen": 1.0},
    "pixels": {"mp megapixel mpix": 1.0},
    "density": {"dpi": 1.0},
    "sound": {"db decibel": 1.0},
    "rotation": {"rpm": 1.0},
    "rate": {"mbps": 1.0, "gbps": 1000.0},
    "pressure": {"bar": 1.0, "psi": 0.0689476},
    "persons": {"person man pax": 1.0},
    "temperature": {"°c celsius degree degrees deg": 1.0},
    "thread": {"denier": 1.0},
    "brightness": {"nit": 1.0},
}  # fmt: skip

_UNITS: dict[str, tuple[str, float]] = {
    name: (dimension, factor)
    for dimension, rows in (*_TABLE.items(), *chinese_units.TABLE.items())
    for names, factor in rows.items()
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written: its dimension ("length") and how many base units it holds."""

    dimension: str
    factor: float


def unit_key(text: str) -> str:
    """Fold a unit for comparing ("Inches" and "inch", "fl. oz" and "floz")."""
    squeezed = re.sub(r"[\s.]", "", text.casefold())
    if squeezed in _UNITS:
        return squeezed
    single = squeezed.removesuffix("s")  # "lbs" is too short a word to be thought a plural
    return single if single in _UNITS else word_key(squeezed)


def find_unit(text: str) -> Unit | None:
    """Return the unit that `text` names, e.g. "inches"; None for any other word."""
    found = _UNITS.get(unit_key(text))
    return Unit(*found) if found else None


def convert(number: float, source: str, target: str) -> float | None:
    """Convert between two written units, e.g. (15, "inch", "cm") to 38.1; None where they do not measure the same."""
    if unit_key(source) == unit_key(target):
        return number
    one, other = find_unit(source), find_unit(target)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return number * one.factor / other.factor
