from __future__ import annotations

import pytest

from recommender.events import Item
from recommender.profiles.interest import MAX_VALUES, Interest, keys_of, price_of_log
from recommender.settings import DAY_S
from tests.recommender.shop import NOW

RED_TENT = Item(
    "red", "tents", "outdoor", "Alp", 10_000, attributes=(("colour", "red"), ("colour", "blue"), ("material", "nylon"))
)


def learned(*amounts: float) -> Interest:
    interest = Interest(30 * DAY_S, NOW, "today")
    for amount in amounts:
        interest.learn(RED_TENT, amount, NOW, "today", {})
    return interest


def test_two_colours_share_one_sign() -> None:
    assert list(keys_of(RED_TENT)) == [
        ("category", "tents", 1.0),
        ("department", "outdoor", 1.0),
        ("brand", "Alp", 1.0),
        ("colour", "red", 0.5),
        ("colour", "blue", 0.5),
        ("material", "nylon", 1.0),
    ]


def test_signs_for_and_against_are_counted_and_fade() -> None:
    interest = learned(2.0, -0.5)
    assert interest.read("brand", "Alp", NOW) == pytest.approx(1.5)
    assert interest.mass("brand", NOW) == pytest.approx(2.5)
    assert interest.read("brand", "Alp", NOW + 30 * DAY_S) == pytest.approx(0.75)


def test_a_forgotten_value_leaves_nothing_behind() -> None:
    interest = learned(3.0)
    interest.forget("category", "tents")
    assert interest.mass("category", NOW) == 0.0
    assert interest.price("tents", NOW) is None
    assert interest.read("brand", "Alp", NOW) == pytest.approx(3.0)


def test_the_usual_prices_are_those_of_the_liked() -> None:
    interest = Interest(30 * DAY_S, NOW, "today")
    for price in (5_000, 20_000):
        interest.learn(Item("x", "tents", "outdoor", None, price), 1.0, NOW, "today", {})
    found = interest.price("tents", NOW)
    assert found is not None
    weight, mean, spread = found
    assert (weight, price_of_log(mean)) == (pytest.approx(2.0), pytest.approx(10_000, rel=1e-3))
    # Half and double: one standard deviation is log 2.
    assert spread == pytest.approx(0.6931, abs=1e-3)


def test_values_are_bounded_and_the_newest_stays() -> None:
    interest = Interest(30 * DAY_S, NOW, "today")
    for i in range(3 * MAX_VALUES):
        interest.learn(Item(f"i{i}", f"kind-{i}", "outdoor", None, 100), 5.0 if i == 0 else 1.0, NOW, "today", {})
    assert len(interest.fields["category"]) == len(interest.prices) == MAX_VALUES
    assert {"kind-0", f"kind-{3 * MAX_VALUES - 1}"} <= interest.fields["category"].keys()
    assert interest.mass("category", NOW) == pytest.approx(sum(map(abs, interest.fields["category"].values())))


def test_an_interest_on_trial_fades_until_another_visit_shows_it() -> None:
    interest = Interest(30 * DAY_S, NOW, "today", trial_half_life_s=5 * DAY_S)
    interest.learn(RED_TENT, 1.0, NOW, "today", {})
    assert interest.freshness(NOW + 10 * DAY_S) == pytest.approx(0.25)
    interest.learn(RED_TENT, 1.0, NOW + DAY_S, "tomorrow", {})
    assert interest.lasting
    assert interest.freshness(NOW + 100 * DAY_S) == 1.0
