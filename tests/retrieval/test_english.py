"""Plain English words are known in their regular endings; slips are not."""

from __future__ import annotations

import pytest

from retrieval.english import is_plain_english


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
