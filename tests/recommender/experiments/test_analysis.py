"""Verdicts: what is certain is said, what is not is not, and harm stops an experiment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recommender.experiments.analysis import Report, analyse
from recommender.experiments.definitions import Arm, Experiment, Guard, RankerSets, Sets
from recommender.experiments.outcomes import Outcome
from tests.recommender.experiments.some import an_experiment


def units(
    n: int, rates: tuple[float, ...], *, seed: int = 1, names: tuple[str, ...] = ("control", "treatment"), **values: Any
) -> list[Outcome]:
    """Half or a third of n units per arm, closed; other values are (arm 0's, arm 1's, …) functions of the generator."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        arm = i % len(names)
        row = {"click": float(rng.random() < rates[arm]), "hand_over": 0.0, "latency": rng.gamma(4.0, 100.0)}
        row |= {name: float(draw[arm](rng)) for name, draw in values.items()}
        found.append(Outcome(f"u{i}", names[arm], True, row))
    return found


def judged(found: list[Outcome], experiment: Experiment | None = None, **more: Any) -> Report:
    return analyse(experiment or an_experiment(planned_units=6_000), found, **more)


def test_a_better_arm_is_called_better_with_its_figures() -> None:
    report = judged(units(6_000, (0.20, 0.26)))
    assert report.state == "better"
    assert not report.must_stop
    assert report.verdict.startswith("“treatment” is better than “control”: 2")
    assert "of shoppers that clicked on a card" in report.verdict
    (row,) = report.versus
    assert row.comparison.interval.holds(0.06)
    assert row.relative == pytest.approx(row.comparison.difference / report.arms[0].mean)
    assert all(arm.interval.holds(rate) for arm, rate in zip(report.arms, (0.20, 0.26), strict=True))


def test_a_worse_arm_is_called_worse() -> None:
    assert judged(units(6_000, (0.26, 0.20))).verdict.startswith("“treatment” is worse than “control”")


def test_without_a_difference_it_goes_on_until_the_planned_size() -> None:
    found = units(6_000, (0.2, 0.2))
    assert judged(found[:40]).verdict.startswith("Too early for “treatment”: 40 shoppers are counted so far, of 6,000")
    early = judged(found[:3_000])
    assert (early.state, early.verdict.split(":")[0]) == (
        "open",
        "No difference is certain yet between “treatment” and “control”",
    )
    assert judged(found).state == "no_difference"
    assert "6,000 of 6,000 planned shoppers are counted" in judged(found).verdict


def test_units_whose_window_is_open_do_not_count_yet() -> None:
    found = [Outcome(o.unit_key, o.arm, False, o.values) for o in units(4_000, (0.2, 0.4))]
    report = judged(found)
    assert [(arm.units, arm.counted) for arm in report.arms] == [(2_000, 0), (2_000, 0)]
    assert report.state == "open"


def test_lost_units_make_everything_else_void() -> None:
    found = units(6_000, (0.2, 0.3))
    kept = [o for i, o in enumerate(found) if o.arm == "control" or i % 9]
    report = judged(kept)
    assert (report.state, report.must_stop) == ("wrong_shares", True)
    assert report.verdict.startswith("Do not believe this experiment: 3,000 in “control”")


def test_a_slow_arm_is_stopped() -> None:
    slow = {"latency": (lambda r: r.gamma(4.0, 100.0), lambda r: r.gamma(4.0, 500.0))}
    report = judged(units(600, (0.2, 0.3), **slow))
    assert (report.state, report.must_stop) == ("guard", True)
    assert "the time of a turn is worse" in report.verdict
    assert "by 1,000 ms at most was allowed" in report.verdict


def test_complaints_stop_an_arm_even_where_the_other_has_none() -> None:
    angry = {"hand_over": (lambda r: 0.0, lambda r: r.random() < 0.12)}
    report = judged(units(400, (0.2, 0.2), **angry))
    assert report.state == "guard"
    assert "the share that asked for a person is worse" in report.verdict


def test_harm_below_the_limit_does_not_stop() -> None:
    slower = {"latency": (lambda r: r.gamma(4.0, 100.0), lambda r: r.gamma(4.0, 150.0))}
    report = judged(units(6_000, (0.2, 0.2), **slower))
    assert not report.must_stop
    assert next(g for g in report.guards if g.metric == "latency").worse_by == pytest.approx(200, abs=30)


def test_guards_seldom_stop_what_does_no_harm() -> None:
    same = {"hand_over": (lambda r: r.random() < 0.05,) * 2}
    tight = an_experiment(
        planned_units=2_000, guards=(Guard(metric="hand_over", limit=0.0), Guard(metric="latency", limit=0.0))
    )
    stopped = 0
    for seed in range(40):
        found = units(2_000, (0.2, 0.2), seed=seed, **same)
        stopped += any(judged(found[:n], tight).must_stop for n in (200, 500, 1_000, 2_000))
    assert stopped <= 2


def test_money_is_compared_and_written_as_such() -> None:
    paid = {
        "revenue": (
            lambda r: r.lognormal(8, 0.5) * (r.random() < 0.2),
            lambda r: r.lognormal(8, 0.5) * (r.random() < 0.3),
        )
    }
    report = judged(
        units(6_000, (0.2, 0.2), **paid),
        an_experiment(metric="revenue", unit="session", planned_units=6_000),
        say_amount=lambda minor: f"${minor / 100:,.2f}",
    )
    assert report.state == "better"
    assert " spent per session, against $" in report.verdict


def test_several_arms_share_the_chance_of_a_false_alarm() -> None:
    names = ("control", "three", "nine")
    arms = tuple(Arm(name=n, share=1 / 3, sets=Sets(slate_size=s)) for n, s in zip(names, (6, 3, 9), strict=True))
    experiment = an_experiment().model_copy(update={"arms": arms, "planned_units": 6_000})
    report = judged(units(9_000, (0.2, 0.14, 0.27), names=names), experiment)
    assert report.state == "mixed"
    assert "“three” is worse" in report.verdict
    assert "“nine” is better" in report.verdict
    alone = judged(units(6_000, (0.2, 0.14)))
    assert report.versus[0].comparison.interval.width > alone.versus[0].comparison.interval.width


@pytest.mark.parametrize(
    ("shift", "words"),
    [(0.2, "The items of “treatment” are preferred"), (-0.2, "The items of “control” are"), (0.0, "Neither “control”")],
)
def test_a_preference_between_rankers_is_told(shift: float, words: str) -> None:
    mixing = an_experiment(kind="interleaving", sets=Sets(ranker=RankerSets(policy="greedy")), planned_units=1_000)
    rng = np.random.default_rng(3)
    signs = rng.choice([-1.0, 0.0, 1.0], p=[0.3 - shift / 2, 0.4, 0.3 + shift / 2], size=1_000)
    found = [Outcome(f"u{i}", "control", True, {"preference": float(sign)}) for i, sign in enumerate(signs)]
    assert judged(found, mixing).verdict.startswith(words)
    assert judged(found[:30], mixing).verdict.startswith("Too early")
