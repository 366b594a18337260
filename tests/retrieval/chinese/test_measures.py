"""Numbers with a unit in Chinese."""

from __future__ import annotations

import pytest

from retrieval.chinese.measures import bounds, find_measures, without_han
from retrieval.units import convert


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("15寸的", 14.4, 15.6, "寸"),
        ("15.6英寸以下", None, 15.6, "英寸"),
        ("至少500毫升", 500, None, "毫升"),
        ("不超过2公斤", None, 2, "公斤"),
        ("0.5升到1升", 0.5, 1, "升"),
        ("500毫升-1升", 0.5, 1, "升"),
        ("300到500ml", 300, 500, "ml"),
        ("三人", 3, 3, "人"),
        ("双人", 2, 2, "人"),
        ("二十小时以上", 20, None, "小时"),
        ("20厘米左右", 17, 23, "厘米"),
        ("16GB以上", 16, None, "GB"),
        ("1T", 1, 1, "TB"),
        ("一斤半", 1.44, 1.56, "斤"),
        ("半斤", 0.48, 0.52, "斤"),
    ],
)
def test_a_measure_is_read(text: str, low: float | None, high: float | None, unit: str) -> None:
    (measure,) = find_measures(text, ())
    assert (measure.low, measure.high) == (pytest.approx(low), pytest.approx(high))
    assert measure.unit == unit


def test_a_bare_g_may_be_memory_or_weight() -> None:
    assert [measure.unit for measure in find_measures("16G", ())] == ["GB", "g"]


@pytest.mark.parametrize("text", ["200元", "42码", "三星手机", "iphone15", "第三代", "5G手机", ""])
def test_other_numbers_are_none(text: str) -> None:
    assert find_measures(text, ()) == ()


def test_a_unit_of_the_catalogues_own_is_known() -> None:
    assert [measure.unit for measure in find_measures("3xyz以上", {"xyz"})] == ["xyz"]


@pytest.mark.parametrize(
    ("number", "source", "target", "expected"), [(2, "斤", "kg", 1.0), (15, "寸", "cm", 38.1), (1, "升", "毫升", 1000)]
)
def test_units_of_both_scripts_convert(number: float, source: str, target: str, expected: float) -> None:
    assert convert(number, source, target) == pytest.approx(expected)


def test_the_words_of_comparison_are_told_apart_from_the_number() -> None:
    text = "不超过2公斤以内的"
    (measure,) = find_measures(text, ())
    assert [text[start:end] for start, end in bounds(text, measure)] == ["不超过", "以内"]


def test_han_characters_are_blanked_out_and_nothing_moves() -> None:
    assert without_han("黑色 mouse 鼠标") == "   mouse   "
