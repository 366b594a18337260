"""What every sequence model can do."""

from __future__ import annotations

from typing import Protocol, Self

from recommender.sequences.data import Floats, Sequences


class SequenceModel(Protocol):
    """One model of what comes next."""

    @property
    def logits(self) -> bool:
        """True where scores are logarithms of probabilities up to a constant; False where 0 means "nothing known"."""

    def refresh(self, data: Sequences) -> Self:
        """Learn the sequences as they are now; what was chosen on a validation item stays as it is.

        Args:
            data: all sequences; the same rows stand for the same items.
        """

    def score(self, data: Sequences) -> Floats:
        """Score every item for each user after the items given, (users, items); may be written to."""
