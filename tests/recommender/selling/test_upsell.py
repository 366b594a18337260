"""Up-selling: dearer, within the limit, better in something stated, worse in nothing stated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.selling.upsell import Stated, UpSell, find_up_sell

STEPS = {"rating": 0.3, "warranty": 1.0}
FIRST = Stated("a", 10_000, {"rating": 4.2, "warranty": 2})


def test_a_dearer_and_better_one_is_found() -> None:
    better = Stated("b", 12_000, {"rating": 4.5, "warranty": 2})
    assert find_up_sell(FIRST, [better], limit_minor=12_000, steps=STEPS) == UpSell("b", 2_000, "rating")


@pytest.mark.parametrize(
    "other",
    [
        Stated("b", 12_001, {"rating": 4.9}),
        Stated("b", 10_000, {"rating": 4.9}),
        Stated("b", 11_000, {"rating": 4.4}),
        Stated("b", 11_000, {"rating": 4.9, "warranty": 1}),
        Stated("b", 11_000, {}),
        Stated("b", 20_001, {"rating": 4.9}),
    ],
    ids=["over the budget", "not dearer", "hardly better", "worse in another", "states nothing", "another class"],
)
def test_anything_else_is_not(other: Stated) -> None:
    limit = 12_000 if other.price_minor == 12_001 else 30_000
    assert find_up_sell(FIRST, [other], limit_minor=limit, steps=STEPS) is None


stated = st.builds(
    Stated,
    st.sampled_from("bcd"),
    st.integers(1, 30_000),
    st.dictionaries(st.sampled_from(["rating", "warranty"]), st.integers(0, 5).map(float)),
)


@given(st.lists(stated, max_size=4), st.integers(0, 30_000))
def test_never_over_the_limit_and_never_without_a_fact(others: list[Stated], limit: int) -> None:
    found = find_up_sell(FIRST, others, limit_minor=limit, steps=STEPS)
    if found is not None:
        one = next(other for other in others if other.price_minor == FIRST.price_minor + found.more_minor)
        assert FIRST.price_minor < one.price_minor <= limit
        assert found.name in one.numbers
