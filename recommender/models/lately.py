"""Ranking model "learned_lately": what the latest outcomes say beyond the click model, learned per event.

A Bayesian linear head (recommender/bandit) over what the other rankers said of the same request and, where the click
model gives one, its last layer; the head learns what the click model's chance leaves over. Says nothing that it is not
sure of, so a shop without outcomes ranks as without it. Reads a snapshot; who writes it is no concern of this model.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.bandit.head import HeadSnapshot
from recommender.item_table import FloatArray
from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code

PHI_CODES: Final = (
    Code.RELEVANT,
    Code.POPULAR,
    Code.WELL_RATED,
    Code.ON_SALE,
    Code.FOR_YOU,
    Code.BOUGHT_WITH,
    Code.SEEN_WITH,
    Code.SIMILAR_TO,
    Code.PREDICTED,
)
"""Rankers whose values are features of the head, in order; behind them stands the last layer."""
HIDDEN: Final = 32
"""Widest last layer; a narrower one, or none, leaves zeros."""
PHI_WIDTH: Final = 1 + len(PHI_CODES) + HIDDEN
PHI_SCHEMA: Final = "phi/" + blake2b("|".join((*PHI_CODES, str(HIDDEN))).encode(), digest_size=6).hexdigest()
_SURE: Final = 1.0
"""Standard deviations that a difference must exceed before any of it counts."""
_USUAL_CLICK: Final = 0.1
"""As in the features of the click model: an item is believed to be clicked once in ten impressions."""


class LearnedLately:
    """How much more or less often candidates are clicked than predicted, as far as it is sure.

    Args:
        head: as it is now; without one nothing is said.
    """

    code = Code.LATELY
    version = "1"

    def __init__(self, head: HeadSnapshot | None = None) -> None:
        self._head = head

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (far less often than predicted) to 1; what the head needs to learn from this slate goes with it."""
        phi = phi_of(request)
        shown = {"phi": phi, "click": clicks_of(request).astype(np.float32)}
        if self._head is None:
            values: FloatArray = np.zeros(len(phi))
        else:
            values = surely_different(self._head, phi)
        return Part(values, without_detail(values).details, shown=shown)


def phi_of(request: RankRequest) -> NDArray[np.float32]:
    """Return the head's features of n candidates, (n, PHI_WIDTH), each in [-1, 1]; the first is always 1."""
    phi = np.zeros((len(request.candidates), PHI_WIDTH), dtype=np.float32)
    phi[:, 0] = 1.0
    for column, code in enumerate(PHI_CODES, start=1):
        if code in request.said:
            phi[:, column] = request.said[code].values
    if Code.PREDICTED in request.said:
        put_hidden(phi, request.said[Code.PREDICTED])
    return phi


def put_hidden(phi: NDArray[np.float32], predicted: Part) -> None:
    """Put the click model's last layer behind the other features, squashed; nothing where the model gives none.

    Args:
        phi: (n, PHI_WIDTH), changed.
        predicted: what the click model said of the n items.
    """
    if "hidden" in predicted.beside:
        hidden = np.tanh(predicted.beside["hidden"][:, :HIDDEN])
        first = 1 + len(PHI_CODES)
        phi[:, first : first + hidden.shape[1]] = hidden


def clicks_of(request: RankRequest) -> FloatArray:
    """Return the chance of a click that is known without the head, (n,): the click model's, else the same for all.

    Not the counted share: that knows nothing of places, so what stands high by habit would seem better than it is.
    """
    said = request.said.get(Code.PREDICTED)
    if said is not None and "click" in said.beside:
        return np.asarray(said.beside["click"], dtype=np.float64)
    return np.full(len(request.candidates), _USUAL_CLICK)


def surely_different(head: HeadSnapshot, phi: NDArray[np.float32]) -> FloatArray:
    """Return how candidates differ from their mean by the head, as far as it exceeds the head's own doubt.

    Args:
        head: of as many features.
        phi: (n, d).

    Returns:
        (n,), in (-1, 1), on the scale of "predicted": half the difference in log-odds, to first order.
    """
    wide = phi.astype(np.float64)
    mean, variance = head.predict(wide - wide.mean(axis=0))
    sure = np.sign(mean) * np.maximum(0.0, np.abs(mean) - _SURE * np.sqrt(variance))
    values: FloatArray = np.tanh(sure / (2.0 * float(head.posterior.noise)))
    return values
