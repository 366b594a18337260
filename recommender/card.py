"""The model card: what was trained on what, how it compares, and whether it serves.

Knows no model; it is the written outcome of one training.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    """One model on the held-out impressions: mean log loss (lower is better) and AUC (0.5 is chance)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    log_loss: float
    auc: float


class ModelCard(BaseModel):
    """What one training gave.

    Args:
        trained_at: UTC.
        seed: of the start values, the order of examples and the bootstrap.
        n_train, n_validation, n_test: impressions, in order of time.
        n_decisions: slates.
        positive_rate: share of all impressions with interest.
        rows: models on the held-out impressions; the baselines first, the click model last.
        gain: log loss of the best baseline minus the click model's.
        gain_low, gain_high: 95 % bootstrap interval of the gain, over slates.
        best_epoch, epochs: of the training.
        served: whether the click model is used.
        verdict: one sentence saying why or why not.
        sha256: of the tensor file.
        features: names of the dense features.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trained_at: datetime
    seed: int
    n_train: int
    n_validation: int
    n_test: int
    n_decisions: int
    positive_rate: float
    rows: tuple[Row, ...]
    gain: float
    gain_low: float
    gain_high: float
    best_epoch: int
    epochs: int
    served: bool
    verdict: str
    sha256: str
    features: tuple[str, ...]

    def to_markdown(self) -> str:
        """Write the card for people."""
        table = "\n".join(f"| {row.name} | {row.log_loss:.4f} | {row.auc:.4f} |" for row in self.rows)
        when = self.trained_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return (
            f"# Click model, {when}\n\n{self.verdict}\n\n"
            f"| model | log loss | AUC |\n|---|---|---|\n{table}\n\n"
            f"Held out: the last {self.n_test} impressions in time; trained on {self.n_train}, stopped on "
            f"{self.n_validation} (epoch {self.best_epoch} of {self.epochs}, seed {self.seed}). "
            f"Gain over the best baseline {self.gain:.4f} [{self.gain_low:.4f}, {self.gain_high:.4f}], "
            f"95 % bootstrap over slates. {self.n_decisions} slates, {self.positive_rate:.1%} of impressions with "
            f"interest. SHA-256 {self.sha256}.\n"
        )
