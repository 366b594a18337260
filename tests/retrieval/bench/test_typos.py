"""A typo is one edit in one word of four letters or more."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from retrieval.bench.typos import misspell


@given(st.integers(0, 10_000))
def test_one_word_is_changed_by_one_edit(seed: int) -> None:
    before = "red gaming mouse 15"
    after = misspell(before, Random(seed))
    changed = [(old, new) for old, new in zip(before.split(), after.split(), strict=True) if old != new]
    assert len(changed) == 1
    old, new = changed[0]
    assert old in ("gaming", "mouse")
    assert abs(len(old) - len(new)) <= 1
    assert sorted(old) == sorted(new) or len(set(old) ^ set(new)) <= 2


def test_short_words_and_numbers_stay() -> None:
    assert misspell("tv 42 xbo", Random(0)) == "tv 42 xbo"
