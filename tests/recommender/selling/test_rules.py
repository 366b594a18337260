"""Association rules: by hand, against brute force, and the known number on the groceries."""

from __future__ import annotations

from itertools import combinations
from math import ceil, inf, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.selling.rules import Rule, RuleBook, association_rules, cross_selling_rules, frequent_sets

BASKETS = [("bread", "milk"), ("bread", "milk", "eggs"), ("bread",), ("milk",), ("tea", "milk"), ("tea", "milk")]
some_baskets = st.lists(st.sets(st.sampled_from("abcdef"), max_size=5).map(tuple), min_size=1, max_size=20)


def test_a_rule_worked_by_hand() -> None:
    found = {(r.antecedent, r.consequent): r for r in association_rules(BASKETS, support=1 / 3, confidence=0.5)}
    rule = found[("tea",), "milk"]
    assert (rule.together, rule.with_antecedent, rule.with_consequent, rule.baskets) == (2, 2, 5, 6)
    assert (rule.support, rule.confidence, rule.lift, rule.conviction) == (2 / 6, 1.0, 6 / 5, inf)
    bread = found[("bread",), "milk"]
    assert isclose(bread.conviction, (1 - 5 / 6) / (1 - 2 / 3))


@given(some_baskets, st.integers(1, 4), st.integers(1, 4))
def test_frequent_sets_are_those_that_counting_finds(baskets, min_baskets, max_length) -> None:  # type: ignore[no-untyped-def]
    items = sorted({item for basket in baskets for item in basket})
    counted = {
        chosen: sum(set(chosen) <= set(basket) for basket in baskets)
        for length in range(1, max_length + 1)
        for chosen in combinations(items, length)
    }
    assert frequent_sets(baskets, min_baskets=min_baskets, max_length=max_length) == {
        chosen: n for chosen, n in counted.items() if n >= min_baskets
    }


@given(some_baskets, st.sampled_from([0.1, 0.2, 0.5]), st.sampled_from([0.1, 0.3, 0.75, 1.0]))
def test_rules_are_those_that_counting_finds(baskets, support, confidence) -> None:  # type: ignore[no-untyped-def]
    def held(items: tuple[str, ...]) -> int:
        return sum(set(items) <= set(basket) for basket in baskets)

    items = sorted({item for basket in baskets for item in basket})
    least = max(1, ceil(support * len(baskets) - 1e-9))
    expected = {
        (antecedent, consequent)
        for length in range(1, 6)
        for antecedent in combinations(items, length)
        for consequent in set(items) - set(antecedent)
        if held((*antecedent, consequent)) >= least and held((*antecedent, consequent)) / held(antecedent) >= confidence
    }
    found = association_rules(baskets, support=support, confidence=confidence)
    assert {(rule.antecedent, rule.consequent) for rule in found} == expected


def test_an_item_twice_in_a_basket_counts_once() -> None:
    assert frequent_sets([("a", "a", "b")], min_baskets=1) == {("a",): 1, ("b",): 1, ("a", "b"): 1}


def test_the_book_asks_for_the_whole_antecedent_and_offers_nothing_that_is_held() -> None:
    rules = [
        Rule(("tent",), "mat", 5, 10, 8, 100),
        Rule(("mat", "tent"), "lamp", 4, 5, 9, 100),
        Rule(("tent",), "lamp", 3, 10, 9, 100),
    ]
    book = RuleBook(rules)
    assert len(book) == 3
    assert [rule.consequent for rule in book.goes_with(["tent"])] == ["mat", "lamp"]
    (lamp,) = book.goes_with(["tent", "mat"])
    assert (lamp.consequent, lamp.together) == ("lamp", 4), "of two rules the surer one is the evidence"
    assert book.goes_with(["mat"]) == ()


def test_serving_keeps_only_what_happens_more_often_than_by_chance() -> None:
    baskets = [("tent", "mat")] * 3 + [("tent", "milk")] * 3 + [("milk",)] * 20
    book = cross_selling_rules(baskets, min_orders=3, confidence=0.1)
    assert [rule.consequent for rule in book.goes_with(["tent"])] == ["mat"]
    assert len(cross_selling_rules([], min_orders=3, confidence=0.1)) == 0


@pytest.mark.parametrize("min_orders", [4, 5])
def test_too_few_orders_make_no_rule(min_orders: int) -> None:
    assert len(cross_selling_rules([("tent", "mat")] * 3 + [("x",)], min_orders=min_orders, confidence=0.1)) == 0
