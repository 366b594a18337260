"""Who takes part in the benchmark, and how each finds its constants: on the item held out for tuning, never another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from scipy import sparse

from recommender.sequences.base import SequenceModel
from recommender.sequences.content import Content
from recommender.sequences.data import Floats, Sequences
from recommender.sequences.folds import Fold
from recommender.sequences.linear import MAX_ITEMS, Ease
from recommender.sequences.measures import Doubles, ndcg, ranks
from recommender.sequences.pairs import ITEM_KNN, Pairs, PairSettings
from recommender.sequences.popularity import Popularity, Random

_TUNED_ON: Final = 4000
_BATCH: Final = 500
_HALF_LIFE_S: Final = 30 * 86_400.0

Learn = Callable[[Fold], SequenceModel]
"""Fits a model on a fold's data; the fold's targets choose constants and stop training, nothing else."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Args:
        name: as printed.
        learn: see Learn.
        instant: whether it fits in seconds without torch and without solving a matrix of all items.
        stacked: whether the stacks use it.
    """

    name: str
    learn: Learn
    instant: bool = True
    stacked: bool = True


def instant_rows(attributes: sparse.csr_matrix | None, seed: int) -> tuple[Row, ...]:
    """Return the rows that fit in seconds; `content` only where there are attributes."""
    markov = PairSettings(source_power=0.5, distance_decay=0.8)
    grid = [replace(markov, window=w, recency=r) for w in (5, 10) for r in (0.6, 0.7, 0.8)]
    rows = [
        Row("random", lambda fold: Random(seed).refresh(fold.data), stacked=False),
        Row("popularity", lambda fold: Popularity().refresh(fold.data)),
        Row("recent popularity", best_of([partial(Popularity, d, _HALF_LIFE_S) for d in (0.5, 0.7, 0.9)])),
        Row("item-knn", best_of(_pairs([replace(ITEM_KNN, recency=r) for r in (0.5, 0.6, 0.8)]))),
        Row("co-occurrence", best_of(_pairs([PairSettings(0, source_power=0.5, recency=r) for r in (0.6, 0.8)]))),
        Row("markov recipe", lambda fold: Pairs(PairSettings()).refresh(fold.data), stacked=False),
        Row("markov", best_of(_pairs(grid))),
        Row("markov both ways", best_of(_pairs([replace(one, backward=0.7, target_power=0.25) for one in grid]))),
        Row("next only", best_of(_pairs([replace(markov, window=1, recency=r) for r in (0.4, 0.6)]))),
    ]
    if attributes is not None:
        grid_content = [(r, p) for r in (0.4, 0.7) for p in (0.2, 0.5)]
        rows.append(Row("content", best_of([partial(Content, attributes, *g) for g in grid_content])))
    return tuple(rows)


def linear_rows(n_items: int) -> tuple[Row, ...]:
    """Return the rows that solve a matrix of items x items; none above MAX_ITEMS."""
    if n_items > MAX_ITEMS:
        return ()
    return (Row("ease", lambda fold: Ease().refresh(fold.data), instant=False),)


def deep_rows(seed: int, folder: Path | None, told: Callable[[str, int, float | None], None]) -> tuple[Row, ...]:
    """Return the rows that need torch.

    Args:
        seed: of the networks.
        folder: for checkpoints, made where it is missing; None keeps none.
        told: called with (row, passes done, validation NDCG@10).
    """
    from recommender.sequences.sasrec import SasRec, SasRecSettings

    name, path = "sasrec", None if folder is None else folder / "sasrec.safetensors"

    def learn(fold: Fold) -> SequenceModel:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        model = SasRec(SasRecSettings(), seed=seed, checkpoint=path, told=lambda done, figure: told(name, done, figure))
        return model.fit(fold.data, fold.users, fold.targets)

    return (Row(name, learn, instant=False),)


def best_of(makers: Sequence[Callable[[], SequenceModel]]) -> Learn:
    """Fit all and keep the one with the best NDCG@10 on the fold's targets, of at most 4,000 users."""

    def learn(fold: Fold) -> SequenceModel:
        if len(makers) == 1:
            return makers[0]().refresh(fold.data)
        some = np.random.default_rng(0).permutation(len(fold.users))[:_TUNED_ON]
        sample = Fold(fold.data, fold.users[some], fold.targets[some])
        fitted = [make().refresh(fold.data) for make in makers]
        return max(fitted, key=lambda model: float(ndcg(model_ranks(model, sample)).mean()))

    return learn


def _pairs(grid: Sequence[PairSettings]) -> list[Callable[[], SequenceModel]]:
    return [partial(Pairs, one) for one in grid]


def model_ranks(model: SequenceModel, fold: Fold) -> Doubles:
    """Return the rank of each target among all items that its user has not had, (n,)."""
    places = [
        ranks(masked_scores(model, fold.data.part(fold.users[some])), fold.targets[some])
        for some in np.array_split(np.arange(len(fold.users)), -(-len(fold.users) // _BATCH))
    ]
    return np.concatenate(places)


def masked_scores(model: SequenceModel, known: Sequences) -> Floats:
    """Score all items, -inf for what each user has had, (users, items)."""
    scores = model.score(known)
    scores[known.users, known.items] = -np.inf
    return scores
