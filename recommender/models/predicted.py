"""Ranking model "predicted": the trained click model, computed with numpy.

A small deep and cross network (DCN-V2; Wang et al. 2021, equations 1 and 2). Serving needs no torch: that import alone
takes longer than a slate may, and 200 candidates are a few small matrix products.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.features import FeatureBlock, features
from recommender.item_table import FloatArray
from recommender.models.artifact import N_CROSS, Artifact, Tensors
from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code

_FIRST_POSITION: Final = 0
_MOST: Final = 1.0 - 1e-9


class Predicted:
    """How much likelier than usual interest is, whatever the place in the slate.

    Args:
        artifact: the trained model; without one nothing is predicted.
    """

    code = Code.PREDICTED

    def __init__(self, artifact: Artifact | None = None) -> None:
        self._artifact = artifact

    @property
    def sha(self) -> str:
        """Hash of the model's file; "" without a model."""
        return "" if self._artifact is None else self._artifact.manifest.sha256

    @property
    def version(self) -> str:
        """Hash of the tensors; "none" without a model."""
        return "none" if self._artifact is None else self._artifact.manifest.sha256[:12]

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (far below the usual chance) to 1 (far above); 0 without a model."""
        if self._artifact is None:
            return without_detail(np.zeros(len(request.candidates)))
        context = request.context
        block = features(
            request.state,
            request.table,
            [candidate.item_id for candidate in request.candidates],
            shopper_key=context.shopper_key,
            session_key=context.session_key,
            now=context.now,
        )
        served = {"dense": block.dense, "hashed": block.hashed.astype(np.int32)}
        return self.foresee(served)

    def foresee(self, served: Mapping[str, NDArray[Any]]) -> Part:
        """Say what follows from features as served, and beside it what "learned_lately" builds on.

        Args:
            served: as in `values`.

        Returns:
            With "click" (n,), the chance of interest in the first place.
        """
        values = self.values(served)
        base = 0.0 if self._artifact is None else self._artifact.manifest.base_logit
        margin = 2.0 * np.arctanh(np.clip(values, -_MOST, _MOST))
        click = 1.0 / (1.0 + np.exp(-(margin + base)))
        return Part(values, ("",) * len(values), served, {"click": click})

    def values(self, served: Mapping[str, NDArray[Any]]) -> FloatArray:
        """Compute the values of n items from their features as served; the log keeps those.

        Args:
            served: "dense" and "hashed" as in FeatureBlock.
        """
        if self._artifact is None:
            return np.zeros(len(served["dense"]))
        block = FeatureBlock(served["dense"], served["hashed"].astype(np.int64))
        margin = logits(self._artifact.tensors, block) - self._artifact.manifest.base_logit
        result: FloatArray = np.tanh(margin / 2.0)
        return result


def logits(tensors: Tensors, block: FeatureBlock, positions: NDArray[np.int64] | None = None) -> FloatArray:
    """Compute the network.

    Args:
        tensors: as in artifact.SHAPES.
        block: n items.
        positions: (n,) places in the slate; None puts every item first, as serving does.

    Returns:
        (n,) log-odds of interest.
    """
    n = len(block.dense)
    embedded = tensors["embedding"][block.hashed].reshape(n, -1)
    x0 = np.concatenate([(block.dense - tensors["mean"]) / tensors["scale"], embedded], axis=1)
    x = x0
    for i in range(N_CROSS):
        x = x0 * (x @ tensors[f"cross{i}.weight"].T + tensors[f"cross{i}.bias"]) + x
    hidden = np.maximum(0.0, x0 @ tensors["deep.weight"].T + tensors["deep.bias"])
    out = np.concatenate([x, hidden], axis=1) @ tensors["out.weight"] + tensors["out.bias"]
    bias = tensors["position"]
    place = bias[_FIRST_POSITION] if positions is None else bias[np.minimum(positions, len(bias) - 1)]
    result: FloatArray = (out + place).astype(np.float64)
    return result
