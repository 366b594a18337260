"""Ranking model "learned_lately": what the latest outcomes say beyond the click model, learned per event.

A Bayesian linear head (recommender/bandit) over what the other rankers said of the same request and the click
model's last layer; it learns what that model's chance of a click leaves over. What the head leaves over in turn is told
by item and by segment of shoppers (item_effects.py), so that new ones of both start where those like them are. Says
nothing that it is not sure of, so a shop without outcomes ranks as without it. Reads a snapshot; who writes it is no
concern of this model.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.bandit.head import HeadSnapshot
from recommender.field_rates import ALL
from recommender.item_effects import ItemEffects
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
"""Widest last layer; a narrower one leaves zeros."""
PHI_WIDTH: Final = 1 + len(PHI_CODES) + HIDDEN
PHI_SCHEMA: Final = "phi/" + blake2b("|".join((*PHI_CODES, str(HIDDEN))).encode(), digest_size=6).hexdigest()
_SURE: Final = 1.0
"""Standard deviations that a difference must exceed before any of it counts."""


class LearnedLately:
    """How much more or less often candidates are clicked than predicted, as far as it is sure.

    Says nothing without a click model: over the other rankers alone it has nothing to add to their weights, and no
    calibrated chance to start from (measured: docs/experiments.md).

    Args:
        head: as it is now; without one nothing is said yet.
        effects: what it leaves over; None says nothing of it.
    """

    code = Code.LATELY
    version = "2"

    def __init__(self, head: HeadSnapshot | None = None, effects: ItemEffects | None = None) -> None:
        self._head, self._effects = head, effects

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (far less often than predicted) to 1; what the head needs to learn from this slate goes with it."""
        predicted, n = request.said.get(Code.PREDICTED), len(request.candidates)
        if predicted is None or "click" not in predicted.beside:
            return without_detail(np.zeros(n))
        phi = phi_of(request, predicted)
        shown = {"phi": phi, "click": predicted.beside["click"].astype(np.float32)}
        if self._head is None:
            return Part(np.zeros(n), ("",) * n, shown=shown)
        chance = surely_different(self._head, phi)
        if self._effects is not None and self._effects.table is request.table:
            effects = effects_of(self._effects, request)
            chance = chance + effects - effects.mean()
        # On the scale of "predicted": half the difference in log-odds, to first order.
        return Part(np.tanh(chance / (2.0 * float(self._head.posterior.noise))), ("",) * n, shown=shown)


def effects_of(effects: ItemEffects, request: RankRequest) -> FloatArray:
    """Return what to expect of a request's candidates beyond click model and head, (n,), as chances of a click."""
    context = request.context
    profile = request.state.shoppers.find(context.shopper_key)
    segment = shopper_segment("new" if profile is None or not profile.signs else "known")
    outcomes = 0.0 if profile is None else profile.rates.shown.read(ALL, context.now)
    return effects.of(request.rows, segment, outcomes, context.stated)


def shopper_segment(shopper: str) -> str:
    """Return the name of a segment of shoppers: of those "known" or "new"."""
    return f"{shopper} shoppers"


def phi_of(request: RankRequest, predicted: Part) -> NDArray[np.float32]:
    """Return the head's features of n candidates, (n, PHI_WIDTH), each in [-1, 1]; the first is always 1."""
    phi = np.zeros((len(request.candidates), PHI_WIDTH), dtype=np.float32)
    phi[:, 0] = 1.0
    for column, code in enumerate(PHI_CODES, start=1):
        if code in request.said:
            phi[:, column] = request.said[code].values
    put_hidden(phi, predicted)
    return phi


def put_hidden(phi: NDArray[np.float32], predicted: Part) -> None:
    """Put the click model's last layer (mean 0, deviation 1) behind the other features, squashed.

    Args:
        phi: (n, PHI_WIDTH), changed.
        predicted: what the click model said of the n items.
    """
    hidden = np.tanh(predicted.beside["hidden"][:, :HIDDEN] / 2.0)
    first = 1 + len(PHI_CODES)
    phi[:, first : first + hidden.shape[1]] = hidden


def surely_different(head: HeadSnapshot, phi: NDArray[np.float32]) -> FloatArray:
    """Return how candidates differ from their mean by the head, as far as it exceeds the head's own doubt.

    Args:
        head: of as many features.
        phi: (n, d).

    Returns:
        (n,), differences in the chance of a click.
    """
    wide = phi.astype(np.float64)
    mean, variance = head.predict(wide - wide.mean(axis=0))
    sure: FloatArray = np.sign(mean) * np.maximum(0.0, np.abs(mean) - _SURE * np.sqrt(variance))
    return sure
