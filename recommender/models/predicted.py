"""Ranking model "predicted": the trained click model.

What computes is in recommender/ctr/served.py; this turns it into a part of the score. Serving needs no torch on a CPU.
"""

from __future__ import annotations

import numpy as np

from recommender.ctr.artifact import Artifact
from recommender.ctr.calibration import logit
from recommender.ctr.served import Predictions, build_served
from recommender.features import features, history
from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code


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
        self._model = None if artifact is None else build_served(artifact, device)

    @property
    def version(self) -> str:
        """Hash of the model; "none" without one."""
        return "none" if self._artifact is None else self._artifact.manifest.sha256[:12]

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (far below the usual chance) to 1 (far above); 0 without a model."""
        predictions = self.predict(request)
        if self._artifact is None or predictions is None:
            return without_detail(np.zeros(len(request.candidates)))
        margin = logit(predictions.click) - self._artifact.manifest.base_logit
        return without_detail(np.tanh(margin / 2.0))

    def predict(self, request: RankRequest) -> Predictions | None:
        """Give probabilities of click, cart and purchase and the last layer; None without a model."""
        if self._model is None:
            return None
        context, state, table = request.context, request.state, request.table
        half = self._model.user_half(history(state, table, shopper_key=context.shopper_key, now=context.now))
        block = features(
            state,
            table,
            [candidate.item_id for candidate in request.candidates],
            shopper_key=context.shopper_key,
            session_key=context.session_key,
            now=context.now,
        )
        return self._model.score(half, block)
