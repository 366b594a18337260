from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import NotEnoughEvents
from recommender.events import Decision, DecisionContext, Item, SlateItem
from recommender.ope.from_log import Rescored
from recommender.promotion.rescoring import Shadowed
from recommender.promotion.shadow import sum_up
from tests.recommender.promotion.drafts import NOW

_ITEMS = {
    item_id: Item(item_id, category=category, department=None, brand=None, price_minor=1)
    for item_id, category in (("a", "tents"), ("b", "tents"), ("c", "hats"), ("d", "boots"))
}


def _one(live: list[float], candidate: list[float], *, same: bool = True, seconds: float = 0.001) -> Shadowed:
    context = DecisionContext("s", "s", "t", "recommend", now=3600.0, seed=1)
    items = (SlateItem("a", 0, 1.0, 1.0), SlateItem("b", 1, 1.0, 1.0))
    decision = Decision("d", context, items, 1.0, "greedy/1", "none", tuple(_ITEMS), (0.0,) * 4)
    return Shadowed(Rescored(decision, np.array(live), np.array(candidate)), same, seconds)


def test_figures_by_hand() -> None:
    report = sum_up(
        [
            _one([4, 3, 2, 1], [4, 1, 3, 2]),  # live a, b (one kind); candidate a, c (two)
            _one([4, 3, 2, 1], [4, 3, 2, 1], same=False),
        ],
        _ITEMS,
        now=NOW,
        live=1,
    )
    assert report.decisions == 2
    assert report.agreement == pytest.approx((0.5 + 1.0) / 2)
    assert report.diversity_ratio == pytest.approx(((2 + 1) / 2) / 1)
    assert report.coverage_ratio == pytest.approx(3 / 2)
    assert report.reproduced == 0.5
    assert report.latency_p99_ms == pytest.approx(1.0)
    operations = report.operations(ece_candidate=0.1, ece_live=None)
    assert (operations.shadow_hours, operations.ece_candidate, operations.ece_live) == (0.0, 0.1, None)


def test_no_request_is_no_shadow() -> None:
    with pytest.raises(NotEnoughEvents):
        sum_up([], _ITEMS, now=NOW, live=None)
