from __future__ import annotations

import numpy as np
import pytest

from recommender.bandit.cold_items import impressions_to, play_cold
from recommender.bandit.contest import SHIPPED_PARAMS

PARAMS = {**SHIPPED_PARAMS, "temper": 1.0, "epsilon": 0.1}


def test_impressions_are_counted_to_the_first_window_that_is_there() -> None:
    share = np.concatenate([np.full(40, 0.5), np.full(60, 0.95)])
    # 22 or more of the 25 must be at 0.95: 22 * 0.95 + 3 * 0.5 = 22.4 < 22.5, and 23 are enough.
    assert impressions_to(share, np.ones(100), 0.9) == 39
    assert impressions_to(share, np.ones(100), 0.99) == 100


def test_content_gives_new_items_a_better_start() -> None:
    first, plain = (play_cold(name, [PARAMS] * 3, range(3), 1500) for name in ("ours", "thompson"))
    early = [played.share[:, :30].sum() / played.own[:, :30].sum() for played in (first, plain)]
    assert early[0] > early[1] + 0.05
    assert first.regret.sum() < plain.regret.sum()
    assert first.mean_weight.mean() == pytest.approx(1.0, abs=0.25)


def test_rivals_learn_too() -> None:
    by_chance = play_cold("epsilon_greedy", [{**PARAMS, "epsilon": 1.0}] * 2, range(2), 800)
    assert by_chance.mean_weight == pytest.approx([1.0, 1.0])
    for name in ("bootstrapped", "epsilon_greedy"):
        assert play_cold(name, [PARAMS] * 2, range(2), 800).regret.sum() < 0.8 * by_chance.regret.sum()
