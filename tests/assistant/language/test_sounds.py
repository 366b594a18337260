"""Chinese typed by sound: what is no word is read as the phrasebook's word that sounds like it."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.language.phrasebook import read_phrasebook
from assistant.language.sounds import Sounds, sound

BOOK: dict[str, Any] = {
    "spaced": False,
    "words": {
        "热水壶": "kettle",
        "保温杯": "travel mug",
        "手机": "phone",
        "手机壳": "phone case",
        "便宜": "cheap",
        "的": "",
    },
}


@pytest.fixture(scope="module")
def sounds() -> Sounds:
    return Sounds(read_phrasebook("zh", {"all": BOOK}))


@pytest.mark.parametrize("alike", ["杯悲背", "宜仪移", "帐账丈", "旅吕铝", "女", "中钟终", "啊阿", "做坐作"])
def test_characters_that_sound_alike_have_one_number(alike: str) -> None:
    assert len({sound(char) for char in alike}) == 1


@pytest.mark.parametrize("pair", ["杯包", "女奴", "路旅", "机鸡西", "略乱"])
def test_other_sounds_have_other_numbers(pair: str) -> None:
    assert sound(pair[0]) != sound(pair[-1])


def test_what_is_no_common_character_has_no_sound() -> None:
    assert {sound(char) for char in "龘a1，"} == {-1}


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("要热水胡", {"热水胡": "热水壶"}),
        ("保温悲", {"保温悲": "保温杯"}),
        ("最便移的", {"便移": "便宜"}),
        ("手鸡壳", {"手鸡壳": "手机壳"}),
        ("手机壳", {}),
        ("收集", {}),
        ("保温箱", {}),
        ("red tent", {}),
        ("", {}),
    ],
)
def test_slips_are_found_and_words_of_the_dictionary_are_none(sounds: Sounds, text: str, slips: dict[str, str]) -> None:
    assert sounds.slips(text) == slips
