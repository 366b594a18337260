"""The model card: what was trained on what, how it compares, and what serves.

Knows no model; it is the written outcome of one training.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from recommender.data.card import FeatureRow

_N_TOLD = 5


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadFigures(_Frozen):
    """One model's figures for one head on the held-out impressions.

    Args:
        log_loss: mean; lower is better.
        auc: 0.5 is chance; None where nothing, or everything, was taken.
        gauc: the same within shoppers.
        ece: expected calibration error, 0 to 1.
    """

    log_loss: float
    auc: float | None
    gauc: float | None
    ece: float


class Row(_Frozen):
    """One model on the held-out impressions."""

    name: str
    click: HeadFigures
    cart: HeadFigures
    buy: HeadFigures


class Gain(_Frozen):
    """Log loss saved, with its 95 % interval of a paired bootstrap over shoppers."""

    mean: float
    low: float
    high: float


class UnseenShoppers(_Frozen):
    """The model fitted without a fifth of the shoppers, on later impressions of just these."""

    n_impressions: int
    click: HeadFigures


class ModelCard(_Frozen):
    """What one training gave.

    Args:
        trained_at: UTC.
        seed: of the start values, the order of examples and the bootstrap.
        n_train, n_validation, n_test: impressions, in order of time.
        n_decisions: slates.
        n_test_new: held-out impressions of shoppers who are not in the training.
        new_shoppers_auc: of clicks there, by the model that serves; None where it cannot be told.
        positive_rate: share of all impressions that were clicked, carted or bought.
        rows: models on the held-out impressions; the baselines first, the network last.
        rival: the best baseline there.
        challenger, gain: the model that had to beat it, or came nearest to that, and its gain in log loss of clicks.
        over_popularity: of what serves, or would, over popularity.
        best_epoch, epochs: of the network's training.
        params: settings that a search found, by model; empty where the defaults were used.
        model: what serves, or would.
        served: whether it does.
        verdict: one sentence saying why or why not.
        sha256: of the model.
        features: names of the dense features that the model reads.
        unseen: how the model does for shoppers that it never saw; None where they did too little to tell.
        importance: of each feature to the model that had all, on validation impressions.
    """

    trained_at: datetime
    seed: int
    n_train: int
    n_validation: int
    n_test: int
    n_decisions: int
    n_test_new: int
    new_shoppers_auc: float | None
    positive_rate: float
    rows: tuple[Row, ...]
    rival: str
    challenger: str
    gain: Gain
    over_popularity: Gain
    best_epoch: int
    epochs: int
    params: dict[str, dict[str, Any]]
    model: str
    served: bool
    verdict: str
    sha256: str
    features: tuple[str, ...]
    importance: tuple[FeatureRow, ...] = ()
    unseen: UnseenShoppers | None = None

    @property
    def told_most(self) -> str:
        """Say which features tell most, and how many were left out."""
        most = sorted(self.importance, key=lambda row: -row.importance)[:_N_TOLD]
        names = ", ".join(f"{row.name} {row.importance:.4f}" for row in most)
        n_out = sum(not row.used for row in self.importance)
        return (
            f"Most tell {names} (rise of the log loss when shuffled); {n_out} of {len(self.importance)} are left out."
        )

    def _told_unseen(self) -> str:
        if self.unseen is None:
            return ""
        click = self.unseen.click
        return (
            f"Fitted without a fifth of the shoppers, on {self.unseen.n_impressions} later impressions of just these: "
            f"log loss {click.log_loss:.4f}, AUC {_number(click.auc)}. "
        )

    def to_markdown(self) -> str:
        """Write the card for people."""
        table = "\n".join(_line(row) for row in self.rows)
        when = self.trained_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        gain = self.gain
        return (
            f"# Click model, {when}\n\n{self.verdict}\n\n"
            "| model | log loss | AUC | gAUC | ECE | cart AUC | buy AUC |\n|---|---|---|---|---|---|---|\n"
            f"{table}\n\n"
            f"Held out: the last {self.n_test} impressions in time, {self.n_test_new} of them of shoppers who are not "
            f"in the training; trained on {self.n_train}, stopped and calibrated on {self.n_validation} (network: "
            f"epoch {self.best_epoch} of {self.epochs}, seed {self.seed}). Gain of {self.challenger} over "
            f"{self.rival}, the best baseline, {gain.mean:.4f} [{gain.low:.4f}, {gain.high:.4f}], 95 % bootstrap over "
            f"shoppers. {self.n_decisions} slates, {self.positive_rate:.1%} of impressions with interest. "
            f"{self.told_most} {self._told_unseen()}SHA-256 {self.sha256}.\n"
        )


def _line(row: Row) -> str:
    click = row.click
    return (
        f"| {row.name} | {click.log_loss:.4f} | {_number(click.auc)} | {_number(click.gauc)} | {click.ece:.4f} | "
        f"{_number(row.cart.auc)} | {_number(row.buy.auc)} |"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
