from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from pydantic import ValidationError

from recommender.ope.bench import GOOD_OPERATIONS
from recommender.ope.gate import Operations, Verdict, judge
from recommender.ope.plan import Plan, frozen_plan
from tests.recommender.ope.logs import drawn, same_table

_FROZEN = "f85e0420a433032205b1621ca97cc2ea69e941c1de2c90f17df7fb2d1cf9b0fd"
_BETTER = ([0.25, 0.25, 0.25, 0.25], [0.1, 0.1, 0.2, 0.6])


def _judge(operations: Operations = GOOD_OPERATIONS, target: tuple[float, ...] = (0.1, 0.1, 0.2, 0.6)) -> Verdict:
    log = drawn(*_BETTER, 6000, seed=1)
    return judge(log, same_table(log, target), operations, frozen_plan(), seed=1)


def test_the_plan_is_the_frozen_one() -> None:
    """Whoever changes a threshold changes this line too, and says why in docs/experiments.md."""
    found = (resources.files("recommender.ope") / "plan.json").read_bytes()
    assert hashlib.sha256(found).hexdigest() == _FROZEN


def test_a_plan_with_an_unknown_threshold_is_refused() -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({**frozen_plan().model_dump(), "max_luck": 1})


def test_what_is_better_and_well_supported_is_accepted_with_its_value() -> None:
    verdict = _judge()
    assert verdict.accepted
    assert verdict.reasons == ()
    assert verdict.value == pytest.approx(0.1 * 0.1 + 0.1 * 0.1 + 0.2 * 0.2 + 0.6 * 0.6, abs=0.03)
    assert verdict.lift is not None
    assert verdict.lift.low > 0
    assert [check.number for check in verdict.checks] == list(range(1, 13))


def test_a_refusal_names_no_value() -> None:
    verdict = _judge(target=(0.6, 0.2, 0.1, 0.1))
    assert not verdict.accepted
    assert verdict.value is None
    assert any(reason.startswith("more than now") for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"ece_candidate": None}, 8),
        ({"ece_candidate": 0.02}, 8),
        ({"diversity_ratio": 0.8}, 8),
        ({"coverage_ratio": None}, 8),
        ({"latency_p99_ms": 16.0}, 9),
        ({"latency_p99_ms": None}, 9),
        ({"shadow_hours": 23.0}, 10),
        ({"shadow_decisions": 50}, 10),
        ({"reproduced": 0.999}, 10),
    ],
)
def test_each_condition_of_operation_refuses_alone(change: dict[str, float | None], number: int) -> None:
    verdict = _judge(replace(GOOD_OPERATIONS, **change))
    assert [check.number for check in verdict.checks if not check.passed] == [number]
    assert verdict.value is None


def test_a_first_release_has_no_calibration_to_be_worse_than() -> None:
    assert _judge(replace(GOOD_OPERATIONS, ece_live=None)).accepted


def test_few_rows_refuse_without_computing() -> None:
    log = drawn(*_BETTER, 50, seed=1)
    verdict = judge(log, same_table(log, (0.1, 0.1, 0.2, 0.6)), GOOD_OPERATIONS, frozen_plan(), seed=1)
    assert not verdict.accepted
    assert (verdict.diagnostics, verdict.lift, verdict.value) == (None, None, None)
    assert "50 usable slates" in verdict.reasons[0]


def test_a_group_that_loses_surely_refuses_the_gain_of_all() -> None:
    """In one group of shoppers the target is right, in a smaller one all wrong."""
    rng = np.random.default_rng(3)
    log = drawn([0.5, 0.5], [0.5, 0.5], 8000, seed=3)
    few = rng.random(8000) < 0.2
    good = np.where(few, 0, 1)
    rewards = (rng.random(8000) < np.where(log.chosen[:, 0] == good, 0.6, 0.1)).astype(float)
    log = replace(log, rewards=rewards[:, None], segments={"few": few, "many": ~few})
    verdict = judge(log, same_table(log, (0.1, 0.9)), GOOD_OPERATIONS, frozen_plan(), seed=1)
    assert verdict.lift is not None
    assert verdict.lift.low > 0
    assert [check.number for check in verdict.checks if not check.passed] == [7]
    assert "few loses at least" in verdict.reasons[0]


def test_the_live_policy_may_be_another_than_the_one_that_logged() -> None:
    log = drawn(*_BETTER, 6000, seed=1)
    good, better = same_table(log, (0.1, 0.1, 0.3, 0.5)), same_table(log, (0.1, 0.1, 0.2, 0.6))
    over_live = judge(log, better, GOOD_OPERATIONS, frozen_plan(), seed=1, baseline=good)
    over_logged = judge(log, better, GOOD_OPERATIONS, frozen_plan(), seed=1)
    assert over_live.lift is not None
    assert over_logged.lift is not None
    assert over_live.lift.high < over_logged.lift.high
