"""What every ranking model is given and gives back.

A model ("ranker") says one thing about each candidate on a scale from -1 to 1; the stack in fusion.py weighs and adds
these, and the parts are the reasons. Held to tests/contracts/ranker.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.events import Candidate, DecisionContext
from recommender.item_table import FloatArray, IntArray, ItemTable
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState


@dataclass(frozen=True, slots=True)
class RankRequest:
    """One slate to score.

    Args:
        context: for whom and where.
        candidates: n of them, in the order given.
        rows: each candidate's row in the table, (n,).
        table: the catalogue.
        state: behaviour so far; rankers only read it.
        vectors: content vectors by table row, (items + 1, d), unit length, the last row zero; None before
            the encoder is warm.
        settings: numbers.
        said: reason code -> what the rankers asked before said of this request; filled by the stack.
    """

    context: DecisionContext
    candidates: Sequence[Candidate]
    rows: IntArray
    table: ItemTable
    state: BehaviourState
    vectors: NDArray[np.float32] | None
    settings: RecommenderSettings
    said: dict[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """What one ranker says.

    Args:
        values: (n,), each in [-1, 1]; 0 where there is no evidence.
        details: (n,) details for the reasons, e.g. an item id; empty texts where the code needs none.
        served: inputs that the values were computed from, by name, where the log should keep them.
        beside: (n, …) more that it knows of each candidate, by name, for rankers after it.
        shown: (n, …) by name, what learning from outcomes needs; the log keeps the rows of the items shown.
    """

    values: FloatArray
    details: tuple[str, ...]
    served: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    beside: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    shown: Mapping[str, NDArray[Any]] = field(default_factory=dict)


class Ranker(Protocol):
    """One ranking model."""

    @property
    def code(self) -> str:
        """Reason code of its part, e.g. "popular"; also its key in RANKERS and in the weights."""

    @property
    def version(self) -> str:
        """Changes whenever the same request could get other values."""

    def rank(self, request: RankRequest) -> Part:
        """Say something about every candidate.

        Args:
            request: see RankRequest; at least one candidate.
        """


def without_detail(values: FloatArray) -> Part:
    """Wrap values whose reason needs no detail."""
    return Part(values, ("",) * len(values))


def anchors(request: RankRequest, source: str, *, n_recent: int) -> tuple[str, ...]:
    """Return the items at hand: those named by the candidates' sources, otherwise the visit's latest ones.

    Args:
        request: its candidates may carry sources such as "similar_to:tent-2".
        source: the part before the colon, e.g. "similar_to".
        n_recent: how many of the visit's items to take where none is named.
    """
    prefix = f"{source}:"
    named = (s.removeprefix(prefix) for c in request.candidates for s in c.sources if s.startswith(prefix))
    distinct = tuple(dict.fromkeys(named))
    return distinct or request.state.recent_items(request.context.session_key)[:n_recent]
