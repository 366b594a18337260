from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.ctr.contenders import Contender, Job, Params, Trained, Trial
from recommender.ctr.search import HEAD_WEIGHTS, Budget, search, weighted_loss
from tests.recommender.ctr.small import small_examples

JOB = Job(small_examples().part(0, 180).as_of(np.inf), small_examples().part(180, 240).as_of(np.inf), seed=3)


def _contender(tried: list[float], stop_after: int | None = None) -> Contender:
    """Its loss is lowest at 0.2, the share of clicks or nearly so."""

    def fit(job: Job, params: Params) -> Trained:
        if len(tried) == stop_after:
            raise KeyboardInterrupt
        tried.append(params["rate"])
        return Trained("constant", lambda examples: np.full(examples.labels.shape, params["rate"]), lambda _lines: {})

    def suggest(trial: Trial) -> Params:
        return {"rate": trial.suggest_float("rate", 0.01, 0.99)}

    return Contender(None, fit, suggest)


def test_the_best_of_what_was_tried_is_used() -> None:
    tried: list[float] = []
    best = search(_contender(tried), "constant", JOB, Budget(8))
    losses = [weighted_loss(JOB.validation, np.full(JOB.validation.labels.shape, rate)) for rate in tried]
    assert len(tried) == 8
    assert best == {"rate": tried[int(np.argmin(losses))]}


def test_a_stopped_search_goes_on_and_a_finished_one_tries_nothing_more(tmp_path: Path) -> None:
    tried: list[float] = []
    with pytest.raises(KeyboardInterrupt):
        search(_contender(tried, stop_after=3), "constant", JOB, Budget(6), tmp_path)
    search(_contender(tried), "constant", JOB, Budget(6), tmp_path)
    assert len(tried) == 6
    first = search(_contender(tried), "constant", JOB, Budget(6), tmp_path)
    assert len(tried) == 6
    assert first["rate"] in tried


def test_no_further_trial_is_begun_after_its_time() -> None:
    tried: list[float] = []
    search(_contender(tried), "constant", JOB, Budget(50, seconds=0.0))
    assert len(tried) == 1


def test_the_loss_leaves_out_what_is_not_known() -> None:
    examples = JOB.validation.as_of(float(JOB.validation.times.max()))
    p = np.full(examples.labels.shape, 0.5)
    assert weighted_loss(examples, p) == pytest.approx(np.log(2) * sum(HEAD_WEIGHTS))
    unknown = ~examples.observed
    assert unknown.any()
    assert weighted_loss(examples, np.where(unknown, 0.999, p)) == pytest.approx(np.log(2) * sum(HEAD_WEIGHTS))
