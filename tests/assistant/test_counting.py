from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.counting import is_bare, numbers_alone, pieces, places, points_by_place


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("4", (4,)), ("#3", (3,)), ("number two please", (2,)), ("the 2nd", (2,)), ("compare 2 with 5", (2, 5)),
        ("1, 2 & 6", (1, 2, 6)), ("one and four", (1, 4)), ("the third and the first", (3, 1)),
        ("a first aid kit", ()), ("the cheapest first", ()), ("2nd generation", ()), ("one", ()), ("$20", ()),
        ("2 more", ()), ("a tent for 4", ()), ("my 2nd child", ()),
    ],
)  # fmt: skip
def test_places_in_a_list_are_read(words: str, found: tuple[int, ...]) -> None:
    assert places(words) == found


@pytest.mark.parametrize(
    "words", ["5", "second", "third one please", "show me number 2", "the middle one", "and the last?"]
)
def test_words_that_only_point_are_bare(words: str) -> None:
    assert is_bare(words)
    assert points_by_place(words)


@pytest.mark.parametrize("words", ["how heavy is the 2nd", "the third one: price and weight", "does the first float"])
def test_a_question_about_a_place_points_and_is_not_bare(words: str) -> None:
    assert points_by_place(words)
    assert not is_bare(words)


@pytest.mark.parametrize("words", ["tents", "one", "the one", "first aid", "for the first time", "under 20", ""])
def test_other_words_point_at_no_place(words: str) -> None:
    assert not points_by_place(words)


def test_a_title_is_not_cut_at_its_own_comma_or_and() -> None:
    title = "Salt and Pepper Mill, 2 pieces"
    cut = pieces(f"add the {title} and the first, please", (title,))
    assert [piece.text for piece in cut] == [f"add the {title}", "the first", "please"]


@given(words=st.text(max_size=80))
def test_any_text_is_read(words: str) -> None:
    assert all(n > 0 for n in numbers_alone(words))
    assert all(words[piece.start : piece.end].strip() == piece.text for piece in pieces(words))
    points_by_place(words)
