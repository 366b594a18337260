from __future__ import annotations

import numpy as np
import pytest

from recommender.promotion.line_up import LineUp, Served, release_version

_LIVE, _TRIAL = Served(release_version(1)), Served(release_version(2))


def test_without_a_trial_everybody_meets_the_live_one() -> None:
    assert LineUp(_LIVE).pick("anybody") == (_LIVE, "live")
    assert LineUp().pick("anybody")[0].version == ""


def test_a_share_of_the_shoppers_meets_the_trial_and_stays_with_it() -> None:
    keys = [f"shopper-{i}" for i in range(20_000)]
    met = {
        share: {k for k in keys if LineUp(_LIVE, _TRIAL, share).pick(k)[1] == "canary"} for share in (0.01, 0.05, 0.25)
    }
    for share, those in met.items():
        assert len(those) / len(keys) == pytest.approx(share, abs=4 * np.sqrt(share / len(keys)))
    assert met[0.01] < met[0.05] < met[0.25]


def test_each_trial_meets_other_shoppers() -> None:
    keys = [f"shopper-{i}" for i in range(5_000)]
    first, second = (
        {k for k in keys if LineUp(_LIVE, Served(release_version(n)), 0.25).pick(k)[1] == "canary"} for n in (2, 3)
    )
    assert len(first & second) / len(first) == pytest.approx(0.25, abs=0.05)
