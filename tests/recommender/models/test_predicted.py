from __future__ import annotations

import numpy as np
import pytest

from recommender.features import FEATURES
from recommender.item_table import HASH_FIELDS
from recommender.ctr.artifact import SHAPES, Artifact, Manifest
from recommender.models.base import Ranker
from recommender.models.predicted import Predicted
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import ITEMS, busy_request


def _artifact(base_logit: float = 0.0, **changes: np.ndarray) -> Artifact:
    """All tensors zero but those given: the network then is one linear layer over the features."""
    tensors = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    tensors["scale"] = np.ones(SHAPES["scale"], np.float32)
    manifest = Manifest(
        format="aisle-ctr/1",
        sha256="0" * 64,
        shapes=dict(SHAPES),
        features=FEATURES,
        hash_fields=HASH_FIELDS,
        base_logit=base_logit,
        served=True,
    )
    return Artifact(manifest, tensors | changes)


def _random_artifact() -> Artifact:
    rng = np.random.default_rng(3)
    return _artifact(**{name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in SHAPES.items()})


class TestPredicted(RankerContract):
    @pytest.fixture(params=[None, _random_artifact()], ids=["without a model", "with a model"])
    def ranker(self, request: pytest.FixtureRequest) -> Ranker:
        return Predicted(request.param)


def test_without_a_model_nothing_is_predicted() -> None:
    assert not Predicted().rank(busy_request()).values.any()


def test_a_linear_network_worked_by_hand() -> None:
    out = np.zeros(SHAPES["out.weight"], np.float32)
    out[FEATURES.index("discount")] = 4.0
    ranker = Predicted(_artifact(base_logit=1.0, **{"out.weight": out}))
    values = dict(zip(ITEMS, ranker.rank(busy_request()).values, strict=True))
    # Log-odds 4 * 0.5 = 2 against a usual 1, and 0 against 1 without a discount: tanh of half the difference.
    assert values["stove-1"] == pytest.approx(np.tanh(0.5))
    assert values["tent-1"] == pytest.approx(-np.tanh(0.5))
