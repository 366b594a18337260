"""What is told of a trained encoder: data, recipe, figures before and after, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from retrieval.encoder_training.judging import Gain

CARD_FILE = "card.json"


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one view, or of all questions together.

    Args:
        questions: how many were asked.
        before, after: mean nDCG@10 of search by meaning alone.
        gain: after less before.
    """

    questions: int
    before: float
    after: float
    gain: Gain


@dataclass(frozen=True, slots=True)
class Card:
    """A training and its verdict.

    Args:
        catalogue, catalogue_version: what it was trained on.
        texts_sha256: over the texts of the products, in the order of the catalogue.
        products: how many there are.
        base: name of the encoder that it began from.
        recipe: see `loop.Recipe`.
        train_pairs: by view.
        development: mean nDCG@10 on the development questions by round, the first before any training.
        steps: batches seen.
        seconds: wall-clock time, since it was last gone on with.
        rows: figures on the held-out questions by view, and of "all".
        kept: whether it was better, and so was written.
        folder: where it lies; None where it was not kept.
        encoder: its name as it stands beside vectors; None where it was not kept.
    """

    catalogue: str
    catalogue_version: int
    texts_sha256: str
    products: int
    base: str
    recipe: Mapping[str, Any]
    train_pairs: Mapping[str, int]
    development: tuple[float, ...]
    steps: int
    seconds: float
    rows: Mapping[str, Row]
    kept: bool
    folder: str | None = None
    encoder: str | None = None

    def json(self) -> dict[str, Any]:
        """The card as JSON values."""
        return asdict(self)

    def save(self, folder: Path) -> None:
        """Write the card beside the weights."""
        (folder / CARD_FILE).write_text(json.dumps(self.json(), indent=1), "utf-8")


def is_better(rows: Mapping[str, Row]) -> bool:
    """Decide whether an encoder is kept: surely better on all questions together, and surely worse in no view."""
    return rows["all"].gain.low > 0 and all(row.gain.high >= 0 for row in rows.values())
