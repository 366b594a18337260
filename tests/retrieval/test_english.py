"""Plain English words are known in their regular endings; slips are not."""

from __future__ import annotations

import pytest

from retrieval.english import is_everyday_elsewhere, is_plain_english


@pytest.mark.parametrize(
    "word",
    [
        "lightest",
        "sharpest",
        "biggest",
        "roomiest",
        "thicker",
        "quieter",
        "later",
        "customs",
        "contact",
        "friday",
        "sucks",
        "version",
        "temp",
        "refund",
    ],
)
def test_a_word_of_the_language_is_known(word: str) -> None:
    assert is_plain_english(word)


@pytest.mark.parametrize(
    "word", ["slepping", "hedphones", "backpak", "waterprof", "bigest", "jakets", "bootes", "norrfell"]
)
def test_a_slip_or_a_name_is_none(word: str) -> None:
    assert not is_plain_english(word)


@pytest.mark.parametrize("word", ["passt", "warte", "egal", "espera", "mejor"])
def test_an_everyday_word_of_another_language_is_known(word: str) -> None:
    assert is_everyday_elsewhere(word)


@pytest.mark.parametrize("word", ["hedphones", "backpak", "bootes", "tentt"])
def test_a_slip_is_no_everyday_word_of_another_language(word: str) -> None:
    assert not is_everyday_elsewhere(word)
