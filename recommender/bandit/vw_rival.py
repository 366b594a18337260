"""Vowpal Wabbit's SquareCB as an agent of the comparison. The only home of vowpalwabbit; nothing serves with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from recommender.bandit.agents import Shown
from recommender.bandit.simulators import Offer
from recommender.errors import RecommenderError
from recommender.item_table import FloatArray, IntArray

SPACE: Final[Mapping[str, tuple[float, float]]] = {
    "gamma_scale": (10.0, 3000.0),
    "learning_rate": (0.01, 1.0),
    "power_t": (0.05, 0.5),
}
_OPTIONS: Final = "--cb_explore_adf --squarecb --cb_type mtr --gamma_exponent 0.5 --quiet --noconstant -b 12"


def require_vowpal_wabbit() -> None:
    """Check that the rival is installed.

    Raises:
        RecommenderError: it is not.
    """
    try:
        import vowpalwabbit  # noqa: F401
    except ImportError:
        raise RecommenderError(
            "Vowpal Wabbit is not installed. Install it with pip install 'aisle[bench]', or leave it out with --no-vw."
        ) from None


class VowpalWabbit:
    """One workspace per row; it gets the same features, and the click model's prediction as one more.

    Args:
        params: parameter -> (rows,).
        rng: draws slots, and thins outcomes whose weight is below 1.
        with_base: whether there is a click model.
    """

    corrects = False

    def __init__(self, params: Mapping[str, FloatArray], rng: np.random.Generator, *, with_base: bool) -> None:
        from vowpalwabbit import Workspace

        names = list(params)
        self._rows: list[Any] = [
            Workspace(f"{_OPTIONS} " + " ".join(f"--{name} {params[name][row]}" for name in names))
            for row in range(len(params[names[0]]))
        ]
        self._rng, self._with_base = rng, with_base

    def act(self, offer: Offer, slots: int) -> Shown:
        """Ask for the probabilities of one slot, and draw all slots from them without replacement."""
        chosen = np.zeros((len(self._rows), slots), dtype=np.int64)
        taken = np.zeros((len(self._rows), slots))
        for row, workspace in enumerate(self._rows):
            left = np.array(workspace.predict(self._lines(offer, row)), dtype=np.float64)
            for slot in range(slots):
                left = left / left.sum()
                place = min(int((np.cumsum(left) <= self._rng.random()).sum()), int(np.flatnonzero(left)[-1]))
                chosen[row, slot], taken[row, slot] = place, left[place]
                left[place] = 0.0
        return Shown(chosen, taken)

    def learn(self, offer: Offer, chosen: IntArray, p: FloatArray, reward: FloatArray, weight: FloatArray) -> None:
        """Learn one example per row; its weight is a chance, as its labels carry none."""
        counted = self._rng.random(len(weight)) < weight
        for row in np.flatnonzero(counted):
            lines = self._lines(offer, int(row))
            lines[chosen[row]] = f"0:{-reward[row]:g}:{p[row]:.6f} " + lines[chosen[row]]
            self._rows[row].learn(lines)

    def correct(self, offer: Offer, chosen: IntArray, reward: FloatArray, days: int) -> None:
        """Say that it cannot.

        Raises:
            RecommenderError: always.
        """
        raise RecommenderError("Vowpal Wabbit cannot correct an outcome that it has counted.")

    def judge(self, foreseen: FloatArray, clicked: FloatArray, weight: FloatArray) -> None:
        """Do nothing: it foresees nothing that it would be judged by."""

    def end_day(self) -> None:
        """Forget nothing: its learning rate does that."""

    def _lines(self, offer: Offer, row: int) -> list[str]:
        phi = offer.phi[row]
        if self._with_base:
            phi = np.concatenate([phi, offer.base[row][:, None]], axis=1)
        line = "| " + " ".join(f"{j}:%.4f" for j in range(phi.shape[1]))
        return ("\n".join([line] * len(phi)) % tuple(phi.ravel().tolist())).split("\n")
