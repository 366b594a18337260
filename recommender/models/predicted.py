"""Ranking model "predicted": the trained click model.

What computes is in recommender/ctr/served.py; this turns it into a part of the score. Serving needs no torch on a CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ctr.artifact import Artifact
from recommender.ctr.calibration import logit
from recommender.ctr.served import Predictions, build_served
from recommender.features import features, history, kept_inputs, read_inputs
from recommender.item_table import FloatArray
from recommender.models.base import Part, RankRequest
from recommender.reasons import Code

Inputs = Mapping[str, NDArray[Any]]


class Predicted:
    """How much likelier than usual interest is, whatever the place in the slate.

    Args:
        artifact: the trained model; without one nothing is predicted.
        device: "cpu", or "cuda" where a network is to be computed by torch.

    Raises:
        ArtifactBroken: the model's files hold something else than they should.
    """

    code = Code.PREDICTED

    def __init__(self, artifact: Artifact | None = None, device: str = "cpu") -> None:
        self._artifact = artifact
        self._sha = "" if artifact is None else artifact.manifest.sha256
        self._model = None if artifact is None else build_served(artifact, device)

    @property
    def sha(self) -> str:
        """Hash of the model; "" without one."""
        return self._sha

    @property
    def version(self) -> str:
        """Hash of the model, shortened; "none" without one."""
        return self.sha[:12] or "none"

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (far below the usual chance) to 1 (far above); 0 without a model.

        What a model would be given is kept without one, too: the first model is trained from it.
        """
        return self.foresee(served_inputs(request))

    def foresee(self, served: Inputs) -> Part:
        """Say what follows from what was served, and beside it what "learned_lately" builds on.

        Args:
            served: as `served_inputs` gives it.

        Returns:
            With "click" (n,), the chance of a click in the first place, and "hidden" (n, d), the last layer.
        """
        n = len(served["dense"])
        if self._artifact is None or self._model is None:
            return Part(np.zeros(n), ("",) * n, served)
        block, past = read_inputs(served)
        clicks = self._model.clicks(self._model.user_half(past), block)
        margin = logit(clicks.click) - self._artifact.manifest.base_logit
        beside: Inputs = {"click": clicks.click, "hidden": clicks.hidden}
        return Part(np.tanh(margin / 2.0), ("",) * n, served, beside)

    def values(self, served: Inputs) -> FloatArray:
        """Compute the values of n items from what was served; the log keeps that.

        Args:
            served: as `served_inputs` gives it.
        """
        return self.foresee(served).values

    def predict(self, request: RankRequest) -> Predictions | None:
        """Give probabilities of click, cart and purchase and the last layer; None without a model."""
        if self._model is None:
            return None
        block, past = read_inputs(served_inputs(request))
        return self._model.score(self._model.user_half(past), block)


def served_inputs(request: RankRequest) -> Inputs:
    """Describe n candidates and what their shopper did before, as the log keeps it.

    Returns:
        See kept_inputs.
    """
    context, state, table = request.context, request.state, request.table
    who = {"shopper_key": context.shopper_key, "session_key": context.session_key}
    block = features(state, table, [candidate.item_id for candidate in request.candidates], **who, now=context.now)
    past = history(state, table, **who, now=context.now)
    return kept_inputs(block, past)
