from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.data.drift import MOVED, shares, stability


def test_worked_by_hand() -> None:
    before, after = {"a": 0.5, "b": 0.5}, {"a": 0.8, "b": 0.2}
    assert stability(before, after) == pytest.approx(0.3 * log(1.6) - 0.3 * log(0.4))
    assert stability(before, after) > MOVED
    assert stability(before, before) == 0.0


def test_a_new_value_moves_much_but_not_without_end() -> None:
    assert 1.0 < stability({"a": 1.0}, {"a": 0.7, "b": 0.3}) < 5.0


@given(
    st.dictionaries(st.text(max_size=2), st.integers(1, 100), min_size=1),
    st.dictionaries(st.text(max_size=2), st.integers(1, 100), min_size=1),
)
def test_it_is_symmetric_and_never_negative(before: dict[str, int], after: dict[str, int]) -> None:
    there, back = stability(shares(before), shares(after)), stability(shares(after), shares(before))
    assert there == pytest.approx(back, abs=1e-9)
    assert there >= 0
    assert sum(shares(before).values()) == pytest.approx(1.0)
