"""Figures of an evaluation: worked out by hand, and compared with a well-known implementation."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from scipy.stats import binomtest

from assistant.evaluation.figures import figures, pass_hat_k, share
from assistant.evaluation.trials import Result
from assistant.turn import TurnCost


def result(task: str, trial: int, *problems: str, part: str = "goals", **row: object) -> Result:
    told = {
        "said": "tents",
        "text": "Here.",
        "failed": False,
        "cards": [{"title": "Dome", "price_minor": 1, "currency": "USD"}],
        "proposals": [],
        "sources": [],
        "whole_s": 0.1,
        "first_word_s": 0.05,
        "first_card_s": None,
        "removed_sentences": 0,
        "amounts_without_evidence": [],
        "cost": asdict(TurnCost(tokens_in=100, model_calls=2)),
        **row,
    }
    return Result("m", task, part, trial, problems, 1, (told,))


def test_pass_hat_k_of_two_tasks_worked_out_by_hand() -> None:
    passed = [[True, True, False], [True, True, True]]
    assert pass_hat_k(passed, 1) == pytest.approx((2 / 3 + 1) / 2)
    assert pass_hat_k(passed, 2) == pytest.approx((1 / 3 + 1) / 2)
    assert pass_hat_k(passed, 3) == pytest.approx((0 + 1) / 2)
    with pytest.raises(ValueError, match="4 trials"):
        pass_hat_k(passed, 4)


@pytest.mark.parametrize(("n_passed", "n"), [(0, 7), (3, 7), (7, 7), (95, 100)])
def test_a_share_has_wilsons_interval(n_passed: int, n: int) -> None:
    wanted = binomtest(n_passed, n).proportion_ci(0.95, "wilson")
    found = share(n_passed, n)
    assert (found["low"], found["high"]) == pytest.approx((wanted.low, wanted.high), abs=1e-6)


def test_results_are_summed_up_by_part_language_time_and_cost() -> None:
    rows = [
        result("goal-01", 0),
        result("goal-01", 1, "nothing found"),
        result("en-x", 0, part="scenarios", amounts_without_evidence=["$9"], removed_sentences=2),
        result("attack-x", 0, "leaked", part="attacks", failed=True),
        result("en-y", 0, part="scenarios", cost=asdict(TurnCost(tokens_in=100, model_calls=3, repair="stood"))),
        result("en-z", 0, part="scenarios", cost=asdict(TurnCost(tokens_in=100, model_calls=3, repair="late"))),
    ]
    found = figures(rows)
    assert (found["goals"]["passed"], found["goals"]["of"], found["goals"]["pass^k"]) == (1, 2, {"1": 0.5, "2": 0.0})
    assert found["goals"]["cards_outside_limits"] == 2
    assert found["languages"]["en"]["share"] == 1
    assert found["attacks"]["passed"] == 0
    assert found["grounding"] == {
        "turns": 6,
        "removed_sentences": 2,
        "repairs": 2,
        "repairs_that_stood": 1,
        "amounts_without_evidence": 1,
    }
    assert found["time_ms"] == {
        "first_word": {"p50": 50.0, "p95": 50.0},
        "first_card": {},
        "whole": {"p50": 100.0, "p95": 100.0},
    }
    assert found["cost_per_turn"]["tokens_in"] == 100
    assert found["not_answered"] == 1
