"""The benchmark as a whole: units, results that are kept, figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.bandit import bench
from recommender.bandit.contest import BLOCK, COLD, SHIPPED, VARIANTS, VW, Plan, UnitResult, play_block, tune, units
from recommender.bandit.figures import summarise
from recommender.errors import RecommenderError

PLAN = Plan(steps=120, seeds=3, settings=2, tuning_seeds=1)


def _unit(simulator: str, policy: str, reward: float, regret: float, seeds: int = 20) -> UnitResult:
    noise = np.linspace(-1.0, 1.0, seeds)
    share = np.tile(np.where(np.arange(100) < (20 if "ours" in policy else 60), 0.2, 0.5), (seeds, 1))
    return UnitResult(
        simulator=simulator,
        policy=policy,
        params={},
        reward=(reward + noise).tolist(),
        regret=(regret - noise).tolist(),
        simple_regret=[0.1] * seeds,
        mean_weight=[1.0] * seeds,
        share=share.tolist() if simulator == COLD else [],
        own=np.full((seeds, 100), 0.5).tolist() if simulator == COLD else [],
        cpu_s=1.0,
    )


def _results(ours_regret: float = 40.0) -> list[UnitResult]:
    made = []
    for simulator, policy in units(with_vw=False):
        ours = policy.split("/")[0] in ("ours", SHIPPED)
        made.append(_unit(simulator, policy, 990.0 if ours else 1000.0, ours_regret if ours else 100.0))
    return made


def test_figures_are_hand_worked() -> None:
    figures = summarise(_results())
    row = figures.simulators["linear"]["ours"]
    assert row.of_best.value == pytest.approx(0.99)
    assert row.of_epsilon_greedy.value == pytest.approx(0.4)
    assert row.of_epsilon_greedy.low <= 0.4 <= row.of_epsilon_greedy.high
    assert row.worst == pytest.approx(989.0)
    assert figures.verdicts["ours"]["within_2_percent_of_best"]
    assert figures.verdicts["ours"]["regret_half_in_median"]
    assert figures.variants.keys() == VARIANTS.keys()
    # The window of 25 reaches 0.9 with at least 21 at the full rate: from the 17th and the 57th impression on.
    assert figures.cold.impressions["thompson"].value == 57
    assert figures.cold.ours_of_thompson["ours"].value == pytest.approx(17 / 57)


def test_a_miss_is_told() -> None:
    verdict = summarise(_results(ours_regret=101.0)).verdicts["ours"]
    assert not verdict["regret_half_in_median"]
    assert not verdict["regret_never_above"]


def test_a_run_goes_on_from_its_results_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [("linear", "greedy"), (COLD, "greedy"), ("delayed", f"{SHIPPED}/closed")]
    monkeypatch.setattr(bench, "units", lambda with_vw: few)
    plan = PLAN.model_copy(update={"seeds": BLOCK + 2})
    path = tmp_path / "results.jsonl"
    told: list[int] = []
    whole = bench.compare(plan, results=path, with_vw=False, workers=1, progress=lambda _what, n, _of: told.append(n))
    assert (told[0], told[-1]) == (0, 9)
    assert [len(one.reward) for one in whole] == [BLOCK + 2] * 3
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == 1 + 9
    # The run is stopped while it writes its eighth part.
    path.write_text("\n".join(lines[:8]) + "\n" + lines[8][:40], "utf-8")
    told.clear()
    again = bench.compare(plan, results=path, with_vw=False, workers=1, progress=lambda _what, n, _of: told.append(n))
    assert (told[0], told[-1]) == (7, 9)
    assert [one.model_copy(update={"cpu_s": 0.0}) for one in again] == [
        one.model_copy(update={"cpu_s": 0.0}) for one in whole
    ]
    with pytest.raises(RecommenderError, match="another plan"):
        bench.compare(Plan(), results=path, with_vw=False, workers=1, progress=lambda *_: None)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\n", "utf-8")
    with pytest.raises(RecommenderError, match="no results"):
        bench.compare(PLAN, results=path, with_vw=False, workers=1, progress=lambda *_: None)


def test_vowpal_wabbit_plays_and_its_probabilities_are_true() -> None:
    pytest.importorskip("vowpalwabbit")
    plan = Plan(steps=200, seeds=2, settings=1, tuning_seeds=1)
    one = play_block(plan, tune(plan, "cascade", VW), 0)
    assert len(one.reward) == 2
    assert np.mean(one.mean_weight) == pytest.approx(1.0, abs=0.4)
