"""Edits between words, and the nearest word of a catalogue."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retrieval.spelling import Speller, edits

LETTERS = st.text("abcdef", min_size=1, max_size=8)
LONGER = st.text("ab", min_size=5, max_size=8)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("jaket", "jacket", 1), ("tent", "tent", 0), ("tnet", "tent", 1), ("boots", "roofs", 2), ("abc", "xyz", None)],
)
def test_edits_are_counted_up_to_the_most_allowed(one: str, other: str, count: int | None) -> None:
    assert edits(one, other, 2) == count


@given(LETTERS, LETTERS)
def test_edits_are_the_same_both_ways(one: str, other: str) -> None:
    assert edits(one, other, 3) == edits(other, one, 3)


@given(LETTERS, st.integers(0, 7), st.sampled_from("abcdef"))
def test_one_replaced_letter_is_at_most_one_edit(word: str, place: int, letter: str) -> None:
    place %= len(word)

    assert edits(word, word[:place] + letter + word[place + 1 :], 1) in (0, 1)


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("hikng", "hiking"), ("jaket", "jacket"), ("headphnes", "headphones"), ("hedphnes", "headphones"),
        ("ejans", "jeans"), ("jean", "jeans"), ("tenk", "tent"), ("nt", None), ("tnt", "tent"),
        ("zzzzzz", None), ("abc", None),
        ("eadphones", "headphones"), ("ikingg", None),
    ],
)  # fmt: skip
def test_the_nearest_word_is_found(word: str, right: str | None) -> None:
    speller = Speller({"hiking": 9, "jacket": 5, "headphones": 7, "jeans": 3, "tent": 8, "abcd": 1})

    assert speller.find(word) == right


def test_of_two_equally_near_words_the_more_frequent_is_taken() -> None:
    assert Speller({"boots": 2, "books": 9}).find("boogs") == "books"


def test_an_empty_catalogue_corrects_nothing() -> None:
    assert Speller({}).find("jaket") is None


def test_a_likely_slip_beats_a_frequent_word() -> None:
    assert Speller({"mode": 40, "modem": 9}).find("modme") == "modem"


def test_short_words_are_corrected_only_to_what_is_clearly_meant() -> None:
    speller = Speller({"card": 50, "cord": 40, "lamp": 50, "limp": 1, "rare": 1})

    assert speller.find("crd") is None
    assert speller.find("lmp") == "lamp"
    assert speller.find("rarw") is None


def test_another_word_than_a_known_one_is_found() -> None:
    assert Speller({"cartridge": 900, "cartrigde": 1}).find("cartrigde", only_one=True) == "cartridge"
    assert Speller({"headphones": 900}).find("hedphnes", only_one=True) is None


@given(LONGER, LONGER)
def test_words_one_edit_apart_are_found_and_no_others(one: str, other: str) -> None:
    assume(one != other)

    found = Speller({other: 9}).find(one, only_one=True)

    assert (found is None) == (edits(one, other, 1) is None)
