from __future__ import annotations

import numpy as np
import pytest

from recommender.ctr.bench import CHOSEN, ModelFigures, SeedFigures, compare, error_against_truth
from recommender.ctr.contenders import CONTENDERS
from recommender.ctr.latency import measure


def test_every_contender_stands_beside_the_truth_in_one_run() -> None:
    told: list[tuple[int, int | None]] = []
    (world,) = compare(
        ("linear",),
        500,
        seeds=1,
        trials=1,
        device="cpu",
        progress=lambda _what, done, total: told.append((done, total)),
    )
    assert [model.name for model in world.models] == [*CONTENDERS, CHOSEN]
    assert world.n_impressions == 4_000
    assert all(0.5 < value < 1 for value in world.true_auc)
    assert all(np.isfinite(model.gap) and 0 <= model.ece < 0.3 for model in world.models)
    lowest = min(world.models, key=lambda model: model.seeds[0].validation_loss)
    assert world.models[-1].seeds == lowest.seeds
    assert told == [(i, 2 * len(CONTENDERS)) for i in range(2 * len(CONTENDERS))]


def test_an_error_against_the_truth_is_worked_by_hand() -> None:
    truth = np.repeat([0.1, 0.5], (100, 200))
    assert error_against_truth(truth, truth) == 0.0
    assert error_against_truth(truth, np.repeat([0.2, 0.45], (100, 200))) == pytest.approx((0.1 + 2 * 0.05) / 3)


def test_a_goal_is_reached_in_the_mean_over_seeds() -> None:
    def model(*gaps: float) -> ModelFigures:
        return ModelFigures("network", {}, tuple(SeedFigures((gap, 0.0, 0.0), 0.005, 0.01, 0.4) for gap in gaps))

    assert model(0.002, 0.006).reaches
    assert not model(0.006, 0.006).reaches
    # Half of Student's interval over two seeds: 12.706 deviations of 0.002828 over the root of two.
    assert model(0.002, 0.006).gap_half == pytest.approx(12.706 * 0.002, rel=1e-3)
    assert model(0.002).gap_half == float("inf")


def test_what_serving_costs_is_measured_for_each_number_of_candidates() -> None:
    costs = measure((5, 20), repeats=3, slates=500)
    assert [(row.what, row.candidates) for row in costs.rows if row.engine.startswith("onnx")] == [
        ("user half", 0),
        ("score", 5),
        ("features and score", 5),
        ("score", 20),
        ("features and score", 20),
    ]
    assert sum(row.engine.startswith("numpy and lightgbm") for row in costs.rows) == 5
    assert all(0 < row.p50_ms <= row.p95_ms for row in costs.rows)
    assert costs.acts == 50
