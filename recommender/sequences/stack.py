"""An additive stack: each model's say about each candidate, through a curve of its own, adds up to the score.

The curves are fitted on the item held out for tuning, with models that have not learned it (out-of-fold scores), by a
softmax over each user's candidates (conditional logit, McFadden 1974). Because the parts add up, each is the exact
contribution of one model. A gate keeps the best single model where the stack is no better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from recommender.sequences.data import Floats, Ints
from recommender.sequences.measures import Doubles, ndcg

DEPTH: Final = 100
"""A model's best so many are candidates."""
_KNOTS: Final = (2.0, 4.0, 8.0, 20.0)
_RIDGE: Final = 1e-3
_FLOOR: Final = 1e-5
CURVE: Final = ("log share", "share", "listed", *(f"rank/{knot:g}" for knot in _KNOTS))
"""What one model's curve is made of: its share of all scores (as it is, and its logarithm), whether the item is among
its best DEPTH, and hinges on the logarithm of the rank there."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may be shown to n users, with what every model says of it.

    Args:
        users: the user of each candidate, 0 to n - 1 in order, (c,).
        items: item row of each, (c,).
        parts: (c, models x len(CURVE)) float32.
        starts: where each user's candidates begin, then c, (n + 1,).
    """

    users: Ints
    items: Ints
    parts: Floats
    starts: Ints

    def by(self, models: Sequence[int]) -> Candidates:
        """Return what some of the models listed, described by these alone."""
        columns = np.concatenate([np.arange(m * len(CURVE), (m + 1) * len(CURVE)) for m in models])
        listed = self.parts[:, [m * len(CURVE) + CURVE.index("listed") for m in models]].any(axis=1)
        counts = np.bincount(self.users[listed], minlength=len(self.starts) - 1)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Candidates(self.users[listed], self.items[listed], self.parts[np.ix_(listed, columns)], starts)


def gather_candidates(scores: Sequence[Floats], best: Sequence[Ints], logits: Sequence[bool]) -> Candidates:
    """Take the best of every model and describe them by all models.

    Args:
        scores: of each model, (n, items), -inf where an item may not be shown.
        best: of each model, its best items, best first, (n, up to DEPTH); see measures.best_items.
        logits: of each model, see SequenceModel.
    """
    places = [_places(one, listed) for one, listed in zip(scores, best, strict=True)]
    users, items = np.nonzero(np.maximum.reduce(places))
    parts = [
        _curve(_shares(one, is_logit, users, items), place[users, items])
        for one, is_logit, place in zip(scores, logits, places, strict=True)
    ]
    starts = np.concatenate([[0], np.cumsum(np.bincount(users, minlength=len(scores[0])))]).astype(np.int64)
    return Candidates(users.astype(np.int64), items.astype(np.int64), np.concatenate(parts, axis=1), starts)


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Put the candidates of several groups of users after one another."""
    users = np.cumsum([0, *(len(one.starts) - 1 for one in parts)])
    counts = np.concatenate([np.diff(one.starts) for one in parts])
    return Candidates(
        np.concatenate([one.users + first for one, first in zip(parts, users, strict=False)]),
        np.concatenate([one.items for one in parts]),
        np.concatenate([one.parts for one in parts]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def _places(scores: Floats, best: Ints) -> NDArray[np.uint8]:
    """Return 1 for each user's best item and so on, and 0 where it is not listed or nothing is known, (n, items)."""
    held = np.take_along_axis(scores, best, axis=1)
    places = np.zeros(scores.shape, dtype=np.uint8)
    known = np.isfinite(held) & (held != 0)
    np.put_along_axis(places, best, np.where(known, np.arange(1, best.shape[1] + 1), 0).astype(np.uint8), axis=1)
    return places


def _shares(scores: Floats, logits: bool, users: Ints, items: Ints) -> Floats:
    """Return the candidates' shares of all scores of their user, (c,), in [0, 1]."""
    top = scores.max(axis=1) if logits else np.zeros(len(scores), dtype=np.float32)
    raised = np.exp(scores - top[:, None]) if logits else np.maximum(scores, 0.0)
    shares: Floats = raised[users, items] / np.maximum(raised.sum(axis=1), 1e-12)[users]
    return shares


def _curve(shares: Floats, places: NDArray[np.uint8]) -> Floats:
    on = places > 0
    rank = np.log(np.where(on, places, DEPTH + 1).astype(np.float32))
    hinges = [np.maximum(0.0, np.float32(np.log(knot)) - rank) for knot in _KNOTS]
    columns = [np.log(shares + _FLOOR) - np.log(_FLOOR), 4.0 * shares, on.astype(np.float32), *hinges]
    return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Stack:
    """Fitted curves.

    Args:
        names: of the models.
        weights: (models x len(CURVE),).
    """

    names: tuple[str, ...]
    weights: Doubles

    def score(self, candidates: Candidates) -> Doubles:
        """Return each candidate's score, (c,): the sum of its contributions."""
        total: Doubles = candidates.parts @ self.weights
        return total

    def contributions(self, candidates: Candidates) -> Mapping[str, Doubles]:
        """Return what each model adds to each candidate's score, name -> (c,)."""
        n = len(CURVE)
        return {
            name: candidates.parts[:, i * n : (i + 1) * n] @ self.weights[i * n : (i + 1) * n]
            for i, name in enumerate(self.names)
        }


def fit_stack(names: Sequence[str], candidates: Candidates, targets: Ints) -> Stack:
    """Fit the curves.

    Args:
        names: of the models, in the order of the candidates' parts.
        candidates: of n users, by models that have not learned the targets.
        targets: what each user took, (n,); users whose item no model listed teach nothing.
    """
    taken = candidates.items == targets[candidates.users]
    known = np.unique(candidates.users[taken])
    rows = np.concatenate([np.arange(candidates.starts[u], candidates.starts[u + 1]) for u in known])
    starts = np.concatenate([[0], np.cumsum(np.diff(candidates.starts)[known])[:-1]])
    counts = np.diff(candidates.starts)[known]
    parts, chosen = candidates.parts[rows], taken[rows]
    wanted = parts[chosen].sum(axis=0, dtype=np.float64)

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        scores = parts @ weights.astype(np.float32)
        top = np.maximum.reduceat(scores, starts)
        raised = np.exp(scores - np.repeat(top, counts))
        total = np.add.reduceat(raised, starts)
        shares = raised / np.repeat(total, counts)
        value = float((np.log(total) + top).sum() - scores[chosen].sum()) / len(known)
        slope = (shares @ parts - wanted) / len(known)
        return value + _RIDGE * float(weights @ weights), slope.astype(np.float64) + 2.0 * _RIDGE * weights

    start = np.zeros(parts.shape[1])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return Stack(tuple(names), found.x)


def candidate_ranks(candidates: Candidates, scores: Doubles, targets: Ints) -> Doubles:
    """Return the rank of each user's target, ties half; infinite where it is not among the candidates, (n,)."""
    taken = candidates.items == targets[candidates.users]
    ranks = np.full(len(targets), np.inf)
    for at in np.flatnonzero(taken):
        user = candidates.users[at]
        own = scores[candidates.starts[user] : candidates.starts[user + 1]]
        ranks[user] = 0.5 + (own > scores[at]).sum() + 0.5 * (own == scores[at]).sum()
    return ranks


def cross_fitted(names: Sequence[str], candidates: Candidates, targets: Ints, seed: int) -> Doubles:
    """Return NDCG@10 of each user by a stack fitted on the other half of the users, (n,)."""
    half = np.random.default_rng(seed).permutation(len(targets)) % 2 == 0
    figures = np.zeros(len(targets))
    for part in (half, ~half):
        fitted = fit_stack(names, candidates, np.where(part, -1, targets))
        figures[part] = ndcg(candidate_ranks(candidates, fitted.score(candidates), targets))[part]
    return figures
