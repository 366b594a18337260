"""What is bought together: by hand, on noise, and on a month of a grocery shop (../shared/datasets/groceries)."""

from __future__ import annotations

import csv
import math
import random
from collections import Counter
from itertools import combinations
from math import comb

import pytest

from retrieval.mining.baskets import MAX_BASKET, Pair, bought_relations, count_pairs
from tests.architecture.project import ROOT

GROCERIES = ROOT.parent / "shared" / "datasets" / "groceries" / "groceries.csv"


def test_support_lift_and_confidence_by_hand() -> None:
    baskets = [["a", "b"], ["a", "b"], ["a", "b", "b"], ["a"], ["c"], ["b", "c"], ["c"], ["c"]]
    (pair,) = count_pairs(baskets)
    assert pair == Pair(("a", "b"), 3, (4, 4), 8)
    assert pair.support == 3 / 8
    assert pair.lift == 8 * 3 / (4 * 4)
    assert pair.confidences == (3 / 4, 3 / 4)


@pytest.mark.parametrize(("together", "one", "other", "total"), [(3, 4, 4, 8), (5, 9, 6, 30), (1, 2, 3, 12)])
def test_the_chance_is_fishers(together: int, one: int, other: int, total: int) -> None:
    ways = sum(comb(one, k) * comb(total - one, other - k) for k in range(together, min(one, other) + 1))
    assert Pair(("a", "b"), together, (one, other), total).chance == pytest.approx(ways / comb(total, other))


def test_what_has_nothing_to_do_with_each_other_is_not_bought_together() -> None:
    rng = random.Random(4)
    noise = [[f"p{n}" for n in rng.sample(range(40), 4)] for _ in range(3_000)]
    assert list(bought_relations(noise)) == []
    together = [["x", "y", *basket] if rng.random() < 0.05 else basket for basket in noise]
    (relation,) = bought_relations(together)
    assert (relation.source_id, relation.target_id) == ("x", "y")


def test_a_resellers_basket_makes_no_pairs() -> None:
    assert count_pairs([[f"p{n}" for n in range(MAX_BASKET + 1)]] * 5) == []
    assert list(bought_relations([])) == []


@pytest.mark.datasets
@pytest.mark.skipif(not GROCERIES.exists(), reason="needs ../shared/datasets/groceries")
def test_the_groceries_have_their_463_rules() -> None:
    with GROCERIES.open(encoding="utf-8", newline="") as file:
        baskets = [[name.strip() for name in row if name.strip()] for row in csv.reader(file)]
    assert len(baskets) == 9835
    least = math.ceil(0.006 * len(baskets))
    pairs = count_pairs(baskets, least)
    # The rules of two articles are this package's; those of three and four are counted here on top of them.
    frequent = {frozenset(pair.ids): pair.together for pair in pairs}
    singles = Counter(item for basket in baskets for item in set(basket))
    sets = {frozenset([item]): count for item, count in singles.items() if count >= least} | frequent
    for size in (3, 4):
        counts: Counter[frozenset[str]] = Counter()
        for basket in baskets:
            items = sorted({item for item in basket if singles[item] >= least})
            counts.update(
                frozenset(group)
                for group in combinations(items, size)
                if all(frozenset(part) in sets for part in combinations(group, size - 1))
            )
        sets |= {group: count for group, count in counts.items() if count >= least}
    rules = Counter(
        len(group) for group, n in sets.items() for item in group if len(group) > 1 and n >= 0.25 * sets[group - {item}]
    )
    assert sum(confidence >= 0.25 for pair in pairs for confidence in pair.confidences) == rules[2]
    assert rules.total() == 463
    best = max(pairs, key=lambda pair: pair.lift)
    assert best.ids == ("herbs", "root vegetables")
    assert best.lift == pytest.approx(3.956, abs=0.001)
    bought = list(bought_relations(baskets))
    assert {(relation.source_id, relation.target_id) for relation in bought} >= {best.ids}
