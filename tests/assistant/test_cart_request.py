from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cart_request import amount, read_parts


def _read(words: str) -> list[tuple[str, float | None]]:
    return [(part.reference, part.quantity) for part in read_parts(words) if not part.is_idle]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("3 of the second and the last in L", [("the second", 3), ("the last in L", None)]),
        ("order the first scarf plus four pairs of the mittens", [("the first scarf", None), ("the mittens", 4)]),
        ("add -2 of the third", [("the third", -2)]),
        ("add zero of it", [("it", 0)]),
        ("i'd like half a dozen of the cheapest", [("the cheapest", 6)]),
        ("a couple of the 2nd", [("the 2nd", 2)]),
        ("the fourth thrice", [("the fourth", 3)]),
        ("the second x4", [("the second", 4)]),
        ("5x the second", [("the second", 5)]),
        ("the first one, 3 of them", [("the first one", None), ("them", 3)]),
        ("add 2 and 5", [("number 2", None), ("number 5", None)]),
        ("put 1.5 of the first in my basket please", [("the first", 1.5)]),
        ("add the 4 person tent", [("the 4 person tent", None)]),
        ("add 2 person tents", [("2 person tents", None)]),
        ("take it in olive, please", [("it in olive", None)]),
        ("make it 2", [("", 2)]),
        ("put it in my basket in green, size L", [("it in green", None), ("size L", None)]),
        ("please make them three", [("", 3)]),
        ("add the first because it rains, thanks", [("the first because it rains", None)]),
        ("", []),
    ],
)
def test_each_part_has_its_own_words_and_number(words: str, parts: list[tuple[str, float | None]]) -> None:
    assert _read(words) == parts


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("make that 7", 7), ("no, just 2", 2), ("3 of those actually", 3), ("change it to four", 4), ("minus 1", -1),
        ("only one please", 1), ("set the quantity to 6", 6), ("make it blue", None), ("two tents", None),
        ("is it 2 kg", None), ("", None),
    ],
)  # fmt: skip
def test_a_message_that_only_says_how_many(words: str, number: float | None) -> None:
    assert amount(words) == number


@pytest.mark.parametrize("words", ["yes", "thanks", "ok", "please"])
def test_agreement_points_at_nothing(words: str) -> None:
    assert not any(part.points_back for part in read_parts(words))


@given(words=st.text(max_size=80))
def test_any_text_becomes_parts_that_stand_in_it(words: str) -> None:
    for part in read_parts(words):
        assert part.text in words
    amount(words)
