from __future__ import annotations

import numpy as np
import pytest

from recommender.data.backoff import fit_rate_priors, fit_strength
from recommender.events import Item


def _shop(
    n_departments: int, n_types: int, n_items: int, *, shown: int, seed: int
) -> tuple[dict[str, Item], dict[str, tuple[int, int]], dict[str, float]]:
    """A world made as the model says: shop 0.1; departments Beta of strength 40, types of 80, items of 30."""
    rng = np.random.default_rng(seed)
    items, counts, truth = {}, {}, {}
    for d in range(n_departments):
        of_department = rng.beta(4.0, 36.0)
        for t in range(n_types):
            of_type = rng.beta(80 * of_department, 80 * (1 - of_department))
            for i in range(n_items):
                item_id = f"{d}-{t}-{i}"
                items[item_id] = Item(item_id, f"type {d}-{t}", f"department {d}", None, 100)
                truth[item_id] = float(rng.beta(30 * of_type, 30 * (1 - of_type)))
                n = int(rng.poisson(shown))
                counts[item_id] = (int(rng.binomial(n, truth[item_id])), n)
    return items, counts, truth


def test_the_strength_of_a_known_prior_is_found() -> None:
    rng = np.random.default_rng(1)
    rates = rng.beta(50 * 0.2, 50 * 0.8, size=2000)
    shown = rng.integers(20, 200, size=2000).astype(np.float64)
    taken = rng.binomial(shown.astype(np.int64), rates).astype(np.float64)
    assert fit_strength(taken, shown, np.full(2000, 0.2)) == pytest.approx(50, rel=0.1)


def test_groups_that_are_alike_are_taken_together() -> None:
    rng = np.random.default_rng(2)
    shown = np.full(500, 100.0)
    taken = rng.binomial(100, 0.2, size=500).astype(np.float64)
    assert fit_strength(taken, shown, np.full(500, 0.2)) > 2000
    assert fit_strength(taken[:1], shown[:1], np.array([0.2])) == pytest.approx(1e5)


def test_backed_off_rates_are_nearer_the_truth_than_raw_and_shop_wide_ones() -> None:
    items, counts, truth = _shop(12, 8, 15, shown=20, seed=3)
    priors = fit_rate_priors(counts, items)
    true = np.array([truth[item_id] for item_id in items])
    backed = np.array([priors.rate(items[item_id], *counts[item_id]) for item_id in items])
    raw = np.array([taken / max(1, n) for taken, n in counts.values()])
    flat = np.array([(taken + 30 * priors.shop) / (n + 30) for taken, n in counts.values()])

    def error(rates: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float(np.sqrt(np.mean((rates - true) ** 2)))

    assert error(backed) < 0.85 * error(flat)
    assert error(backed) < 0.7 * error(raw)
    assert 15 < priors.item_strength < 60


def test_a_cold_item_has_its_types_rate_then_the_departments_then_the_shops() -> None:
    items, counts, _ = _shop(6, 6, 10, shown=200, seed=4)
    priors = fit_rate_priors(counts, items)
    known = items["2-3-0"]
    cold = Item("new", known.category, known.department, None, 100)
    shown = [counts[item_id] for item_id in items if item_id.startswith("2-3-")]
    own = sum(taken for taken, _ in shown) / sum(n for _, n in shown)
    assert priors.rate(cold, 0, 0) == priors.mean(cold) == pytest.approx(own, abs=0.01)
    new_type = Item("new", "another", known.department, None, 100)
    assert priors.mean(new_type) == priors.departments[known.department]
    assert priors.mean(Item("new", None, "elsewhere", None, 100)) == priors.shop == priors.mean(None)


def test_nothing_shown_is_no_certainty() -> None:
    priors = fit_rate_priors({}, {})
    assert priors.shop == 0.5
    assert priors.rate(None, 0, 0) == 0.5
