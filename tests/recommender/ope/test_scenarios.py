from __future__ import annotations

import numpy as np
import pytest

from recommender.ope.bench import GOOD_OPERATIONS, measure_coverage, measure_gate
from recommender.ope.gate import judge
from recommender.ope.plan import frozen_plan
from recommender.ope.scenarios import SCENARIOS

_N_SEEDS = 4


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_gate_decides_rightly(name: str) -> None:
    """On a few seeds that no figure is reported on; `aisle bench ope` takes 200 others."""
    scenario = SCENARIOS[name]
    for seed in range(_N_SEEDS):
        case = scenario.make(np.random.default_rng([900_100, seed]))
        verdict = judge(case.log, case.target, GOOD_OPERATIONS, frozen_plan(), seed=seed)
        assert verdict.accepted is scenario.accept, (seed, case.variant, verdict.reasons)


def test_the_bench_counts_logs_by_kind_and_tells_its_progress() -> None:
    told: list[tuple[str, int, int | None]] = []
    found = measure_coverage(6, lambda *what: told.append(what), seed=1)
    assert len(found.tallies["dr"].errors) == 6
    assert sorted(len(tallies["dr"].errors) for tallies in found.by_kind.values()) == [1, 1, 1, 1, 2]
    assert found.tallies["dm"].hits == {}
    assert told[-1] == ("simulated logs", 6, 6)
    assert measure_coverage(6, lambda *_: None, seed=1).tallies["ips"].errors == found.tallies["ips"].errors


def test_the_bench_says_which_conditions_refused() -> None:
    found = measure_gate(1, lambda *_: None, seed=900_200)
    assert set(found) == set(SCENARIOS)
    assert found["best items never logged"].refused_by[1] == 1
    assert all(one.seeds == 1 for one in found.values())
