"""The style sheet's colours have AA contrast, light and dark."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("ui").joinpath("static/aisle.css").read_text(encoding="utf-8")
TEXT_ON = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "accent-wash"),
    ("muted", "ground"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("muted", "accent-wash"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("alert", "surface"),
    ("ground", "ink"),
]
"""Pairs of words on a ground that the pages use: at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
SIGN_ON = [("edge", "ground"), ("edge", "surface"), ("focus", "ground"), ("focus", "surface")]
"""Edges of fields and the focus ring: at least 3 to 1 (WCAG 2.2, 1.4.11)."""


def tokens(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), TEXT_ON)
def test_words_can_be_read(scheme: str, words: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[words], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("sign", "ground"), SIGN_ON)
def test_edges_and_focus_can_be_seen(scheme: str, sign: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[sign], colours[ground]) >= 3
