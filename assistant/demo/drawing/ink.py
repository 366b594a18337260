"""Colours by name, their shades, and the tints that stand behind the products."""

from __future__ import annotations

from dataclasses import dataclass

METAL, METAL_LIGHT, METAL_DARK = "#b9c0c9", "#dfe3e8", "#868f9b"
WOOD, WOOD_LIGHT, WOOD_DARK = "#c59a6b", "#dcb98e", "#9d744a"
NIGHT, NIGHT_LIGHT, SLATE = "#2b3039", "#454c58", "#5d6673"
CREAM, PAPER, SOLE = "#f3ead9", "#fbf8f2", "#efe9dd"
SKIN_TAN, GUM = "#b98b5e", "#b8875a"
GLASS, GLASS_LIGHT, COFFEE = "#cfe0e6", "#e8f2f5", "#5b3d2c"
SCREEN, SCREEN_LIGHT = "#27364a", "#3d5573"
GLOW = "#ffe9a8"

_COLOURS = {
    "Black": "#3a3f49",
    "Blue": "#3f74b5",
    "Brown": "#8a5f42",
    "Copper": "#bd7a54",
    "Cream": "#e9dcc3",
    "Green": "#4f8f6b",
    "Grey": "#8b929c",
    "Moss": "#6f7f55",
    "Navy": "#35476b",
    "Orange": "#e08a3c",
    "Pink": "#db8fa3",
    "Purple": "#7e679f",
    "Red": "#c8504b",
    "Rust": "#b5613c",
    "Sand": "#cfb48c",
    "Silver": "#c3c9d1",
    "Teal": "#3d8a8d",
    "White": "#f3f1ec",
    "Yellow": "#e6bb47",
    "Mountain lake": "#4c8aa0",
    "Harbour": "#44628f",
    "Night sky": "#3c3f6b",
    "Botanical garden": "#5f9464",
}
_TRIMS = ("#e08a3c", "#e6bb47", "#3d8a8d", "#c8504b", "#f3ead9", "#4f8f6b", "#3f74b5")
_GROUNDS = {
    "Clothing": "#e6e3ee",
    "Shoes": "#efe5d9",
    "Kitchen": "#f1e7d6",
    "Electronics": "#dfe6ef",
    "Home & light": "#efe6dd",
    "Sports & outdoors": "#dde9e2",
    "Bags": "#e7e5da",
    "Toys & games": "#f4e2dc",
}


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one drawing.

    Args:
        base, light, dark, deep: tones of the product's own colour, from its lit to its shaded side.
        trim: a second colour for small parts.
        ground, halo, shadow: of the panel behind.
    """

    base: str
    light: str
    dark: str
    deep: str
    trim: str
    ground: str
    halo: str
    shadow: str


def mix(first: str, second: str, share: float) -> str:
    """Blend two #rrggbb colours; `share` (0 to 1) is how much of the second there is."""
    a, b = (tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in (first, second))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def make_ink(colour: str | None, department: str, turn: int) -> Ink:
    """Choose the colours of a drawing.

    Args:
        colour: name of the product's colour; None or an unknown name takes one by `turn`.
        department: sets the tint behind the product.
        turn: any number; varies what the colour leaves open.
    """
    names = sorted(_COLOURS)
    base = _COLOURS[colour if colour in _COLOURS else names[turn % len(names)]]
    trims = [trim for trim in _TRIMS if _distance(trim, base) > 110]
    ground = mix(_GROUNDS.get(department, "#e8e8e4"), base, 0.1)
    if _distance(base, ground) < 90:
        ground = mix(ground, "#5f6b76", 0.24)
    return Ink(
        base=base,
        light=mix(base, "#ffffff", 0.22),
        dark=mix(base, "#1d2230", 0.2),
        deep=mix(base, "#1d2230", 0.42),
        trim=trims[turn % len(trims)],
        ground=ground,
        halo=mix(ground, "#ffffff", 0.42),
        shadow=mix(ground, "#2b3039", 0.24),
    )


def _distance(first: str, second: str) -> float:
    return float(sum((int(first[i : i + 2], 16) - int(second[i : i + 2], 16)) ** 2 for i in (1, 3, 5)) ** 0.5)
