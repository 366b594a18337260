"""Limits in numbers, written for people: a unit that suits the number, and three digits."""

from __future__ import annotations

import pytest

from retrieval.filters import AttributeRange


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (AttributeRange("weight", max=2267.96, unit="g"), "weight up to 2.27 kg"),
        (AttributeRange("weight", max=3000, unit="g"), "weight up to 3 kg"),
        (AttributeRange("weight", min=500, unit="g"), "weight from 500 g"),
        (AttributeRange("weight", min=453.592, unit="g"), "weight from 454 g"),
        (AttributeRange("weight", 500, 1500, "g"), "weight 0.5 to 1.5 kg"),
        (AttributeRange("volume", 700, 800, "ml"), "volume 700 to 800 ml"),
        (AttributeRange("weight", 950, 1050, "g"), "weight about 1 kg"),
        (AttributeRange("width", max=1366, unit="pixels"), "width up to 1366 pixels"),
        (AttributeRange("screen", 12.48, 13.52, "in"), "screen about 13 in"),
        (AttributeRange("r_value", min=4.25), "r value from 4.25"),
        (AttributeRange("capacity", 4, 4, "person"), "capacity 4 person"),
    ],
)
def test_a_limit_is_told_in_a_unit_that_suits_it(limit: AttributeRange, told: str) -> None:
    assert limit.label() == told
