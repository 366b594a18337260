"""A second look at the head of a ranking: a slower model reads query and product together, and moves what is near it.

Knows scores and texts, neither where a model comes from nor what the ranking was made of. Whatever goes wrong here
leaves the ranking as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import RetrievalError
from retrieval.index import Scores

HEAD = 30
"""Products that are looked at again; what the first places are taken from."""
BUDGET_S = 0.5
CLEAR_LEAD = 0.5
CROSS_WEIGHT = 2.0
_BATCH = 10
_NO_SPREAD = 1e-9


class Reranker(Protocol):
    """Reads a query and a text together.

    Args:
        name: tells models apart.
    """

    @property
    def name(self) -> str: ...

    def score(self, query: str, texts: Sequence[str]) -> Scores:
        """Say how well texts answer a query.

        Returns:
            float32 of shape (n_texts,), higher is better; comparable for one query only.

        Raises:
            IndexBroken: the model failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """A head in its new order.

    Args:
        places: of the old order, best first, shape (n,).
        scores: what the model gave, in the old order, shape (n,).
    """

    places: NDArray[np.intp]
    scores: Scores


class HeadReranker:
    """Reorders the heads of rankings; safe to use from several threads.

    Args:
        reranker: what reads.
        warn: told once, in a sentence, why a head kept its order although it was looked at.
        budget_s: seconds after which a head keeps its order; it is looked at between batches of ten texts.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        reranker: Reranker,
        warn: Callable[[str], None],
        budget_s: float = BUDGET_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reranker = reranker
        self._warn = warn
        self._budget_s = budget_s
        self._clock = clock
        self._warned = False

    def reorder(self, query: str, scores: NDArray[np.float64], texts: Sequence[str]) -> Head | None:
        """Order a head anew.

        Both sides count in units of their own spread, because the scale of a model that somebody else trained is not
        known: gaps stay, so what it holds for equally wrong decides nothing, and a model that tells nothing apart
        changes nothing. It counts twice, as it reads query and product together; the order before counts as well,
        as it holds part numbers, kinds and brands of a shop that the model has never seen.

        Args:
            query: the words.
            scores: of the ranking, best first, shape (n,).
            texts: of its products, in the same order.

        Returns:
            None where the order stays: fewer than two, a clear leader, time is over, or the model failed.
        """
        if len(texts) < 2 or has_clear_leader(scores):
            return None
        found = self._read(query, texts)
        if found is None:
            return None
        blended = _in_spreads(scores) + CROSS_WEIGHT * _in_spreads(found.astype(np.float64))
        return Head(np.argsort(-blended, kind="stable"), found)

    def _read(self, query: str, texts: Sequence[str]) -> Scores | None:
        deadline = self._clock() + self._budget_s
        parts: list[Scores] = []
        for start in range(0, len(texts), _BATCH):
            if self._clock() > deadline:
                self._tell(f"took longer than {self._budget_s:g} s")
                return None
            batch = texts[start : start + _BATCH]
            try:
                parts.append(np.asarray(self._reranker.score(query, batch), np.float32))
            except RetrievalError:
                self._tell("failed")
                return None
            if parts[-1].shape != (len(batch),) or not np.isfinite(parts[-1]).all():
                self._tell("gave something else than one finite number per text")
                return None
        return np.concatenate(parts)

    def _tell(self, reason: str) -> None:
        """Say once why the order stays."""
        if not self._warned:
            self._warned = True
            self._warn(f"The cross-encoder {self._reranker.name} {reason}; results keep the order they had.")


def has_clear_leader(scores: NDArray[np.float64]) -> bool:
    """Whether the first is ahead of the second by half of the whole head's spread, as a part number's product is.

    Args:
        scores: best first, shape (n,), n at least 2.
    """
    spread = float(scores[0] - scores[-1])
    return len(scores) > 2 and spread > 0 and float(scores[0] - scores[1]) >= CLEAR_LEAD * spread


def _in_spreads(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances from the mean in standard deviations; all 0 where scores are the same."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > _NO_SPREAD else np.zeros(len(scores), np.float64)
