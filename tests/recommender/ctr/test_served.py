"""What serves gives the numbers that training gave, for every kind of model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.baselines import fit_logistic
from recommender.ctr import calibration
from recommender.ctr.artifact import ITEM_GRAPH, TENSORS_FILE, USER_GRAPH, load_artifact, save_artifact
from recommender.ctr.calibration import Line
from recommender.ctr.contenders import CONTENDERS, Job
from recommender.ctr.export import network_files
from recommender.ctr.fitting import predict
from recommender.ctr.served import MAX_HIDDEN, Calibrated, OnnxModel, PlainModel, build_served
from recommender.ctr.torch_served import TorchModel
from recommender.examples import Examples
from recommender.features import FeatureBlock, History
from tests.recommender.ctr.small import SMALL, UNCALIBRATED, make_network, network_bytes, small_examples

LINES = (Line(np.array([-3.0, 0.0]), np.array([-2.5, 0.5])), Line(np.zeros(1), np.array([0.25]), 0.5), UNCALIBRATED[0])


def _turn(examples: Examples, decision: int) -> tuple[History, FeatureBlock]:
    past, rows = examples.histories, examples.decisions == decision
    m = int((past.kinds[decision] > 0).sum())
    return (
        History(
            past.hashed[decision, :m].astype(np.int64),
            past.kinds[decision, :m].astype(np.int64),
            past.ages_s[decision, :m],
            int(past.shoppers[decision]),
        ),
        FeatureBlock(examples.dense[rows], examples.hashed[rows]),
    )


def _on_top(examples: Examples) -> Examples:
    return replace(examples, positions=np.zeros_like(examples.positions))


def test_onnx_runtime_and_torch_compute_the_same_network() -> None:
    net, examples = make_network(), small_examples()
    files, calibrated = network_bytes(), Calibrated(LINES)
    onnx = OnnxModel(files[USER_GRAPH], files[ITEM_GRAPH], calibrated)
    beside = TorchModel(files[TENSORS_FILE], calibrated, "cpu")
    trained = calibration.apply(LINES, predict(net, _on_top(examples)))
    for decision in (0, 1, 100, examples.n_decisions - 1):
        past, block = _turn(examples, decision)
        ours, theirs = (model.score(model.user_half(past), block) for model in (onnx, beside))
        rows = examples.decisions == decision
        for head, name in enumerate(("click", "cart", "buy")):
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=1e-5)
            assert getattr(ours, name) == pytest.approx(trained[rows, head], abs=1e-5)
        assert ours.hidden == pytest.approx(theirs.hidden, abs=1e-4)
        assert ours.hidden.shape == (8, SMALL.hidden)
        assert ours.hidden.dtype == np.float32


def test_a_shopper_without_a_history_and_one_candidate_are_served() -> None:
    files = network_bytes()
    model = OnnxModel(files[USER_GRAPH], files[ITEM_GRAPH], Calibrated(UNCALIBRATED))
    stranger = History(np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), 7)
    _, block = _turn(small_examples(), 3)
    one = FeatureBlock(block.dense[:1], block.hashed[:1])
    found = model.score(model.user_half(stranger), one)
    assert found.click.shape == (1,)
    assert 0 < found.buy[0] <= found.cart[0] <= found.click[0] < 1


@pytest.mark.parametrize("name", ["logistic regression", "factorisation machine", "trees", "machine and trees"])
def test_a_baseline_serves_what_it_was_judged_by(name: str, tmp_path: Path) -> None:
    examples = small_examples()
    train, validation = examples.part(0, 180).as_of(np.inf), examples.part(180, 240).as_of(np.inf)
    contender = CONTENDERS[name]
    trained = contender.fit(Job(train, validation, seed=2), {})
    assert contender.kind is not None
    save_artifact(tmp_path, contender.kind, trained.files(LINES), base_logit=-1.0, served=True)
    artifact = load_artifact(tmp_path)
    assert artifact is not None
    model = build_served(artifact)
    expected = calibration.apply(LINES, trained.predict(_on_top(validation)))
    past, block = _turn(validation, 5)
    found = model.score(model.user_half(past), block)
    rows = validation.decisions == 5
    assert np.stack([found.click, found.cart, found.buy], axis=1) == pytest.approx(expected[rows], abs=1e-5)
    # Ranking asks for clicks alone, and gets the very same.
    clicks = model.clicks(model.user_half(past), block)
    assert np.array_equal(clicks.click, found.click)
    assert np.array_equal(clicks.hidden, found.hidden)
    assert found.hidden.shape == (8, MAX_HIDDEN)
    assert np.isfinite(found.hidden).all()


def test_the_last_layer_of_a_baseline_is_about_standard() -> None:
    examples = small_examples()
    linear = fit_logistic(examples.as_of(np.inf))
    model = PlainModel(linear, linear, Calibrated(UNCALIBRATED), -1.5)
    hidden = np.concatenate([model.score(0, _turn(examples, d)[1]).hidden for d in range(examples.n_decisions)])
    assert np.abs(hidden.mean(axis=0)).max() < 1.0
    assert hidden.std(axis=0).max() < 2.0


def test_the_same_weights_are_written_each_time() -> None:
    assert network_files(make_network(), UNCALIBRATED)[TENSORS_FILE] == network_bytes()[TENSORS_FILE]
