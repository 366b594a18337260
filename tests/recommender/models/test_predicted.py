from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np
import pytest

from recommender.baselines import Logistic
from recommender.ctr.artifact import Artifact, load_artifact, save_artifact
from recommender.models.base import Ranker
from recommender.models.predicted import Predicted
from tests.contracts.ranker import RankerContract
from tests.recommender.ctr.small import make_logistic, network_bytes, save_logistic
from tests.recommender.shop import ITEMS, busy_request


def _loaded(folder: Path) -> Artifact:
    artifact = load_artifact(folder)
    assert artifact is not None
    return artifact


def _logistic(folder: Path, model: Logistic) -> Artifact:
    save_logistic(folder, model)
    return _loaded(folder)


@functools.cache
def _network() -> Artifact:
    with tempfile.TemporaryDirectory() as folder:
        save_artifact(Path(folder), "network", network_bytes(), base_logit=-1.0, served=True)
        return _loaded(Path(folder))


class TestPredicted(RankerContract):
    @pytest.fixture(params=["without a model", "logistic regression", "network"])
    def ranker(self, request: pytest.FixtureRequest, tmp_path: Path) -> Ranker:
        if request.param == "network":
            return Predicted(_network())
        return Predicted(_logistic(tmp_path, make_logistic({"discount": 1.0})) if "log" in request.param else None)


def test_without_a_model_nothing_is_predicted() -> None:
    assert not Predicted().rank(busy_request()).values.any()
    assert Predicted().predict(busy_request()) is None


def test_a_linear_model_worked_by_hand(tmp_path: Path) -> None:
    ranker = Predicted(_logistic(tmp_path, make_logistic({"discount": 4.0}, intercept=-1.0)))
    values = dict(zip(ITEMS, ranker.rank(busy_request()).values, strict=True))
    # Log-odds 4 * 0.5 - 1 = 1 and -1 without a discount, against a usual 0: tanh of half of that.
    assert values["stove-1"] == pytest.approx(np.tanh(0.5))
    assert values["tent-1"] == pytest.approx(-np.tanh(0.5))


def test_predictions_hold_all_heads_and_the_last_layer(tmp_path: Path) -> None:
    found = Predicted(_network()).predict(busy_request())
    assert found is not None
    assert (found.click >= found.cart).all()
    assert (found.cart >= found.buy).all()
    assert found.hidden.shape == (len(ITEMS), 6)
    click = Predicted(_logistic(tmp_path, make_logistic(intercept=-1.0))).predict(busy_request())
    assert click is not None
    assert click.click == pytest.approx(1 / (1 + np.e))


def test_its_version_is_the_model(tmp_path: Path) -> None:
    artifact = _logistic(tmp_path, make_logistic())
    assert Predicted(artifact).version == artifact.manifest.sha256[:12]
    assert Predicted().version == "none"
