"""An additive ranker: a weighted sum of features, so that what each of them contributes can be told.

Trained listwise: the softmax of the scores shall put its mass where the gains are (ListNet's top-one probabilities, Cao
et al. 2007). The problem is convex, so the same data give the same weights. Knows nothing of products.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IMPORT_AGAIN, IndexBroken

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one query, with what finding each is worth.

    Args:
        features: shape (n_candidates, n_features).
        gains: 0 and more, at least one above 0; shape (n_candidates,).
    """

    features: Matrix
    gains: Vector


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """Scores candidates.

    Args:
        names: of the features, in order.
        weights: per feature, of its value in standard deviations.
        means, deviations: of each feature over the training data.
    """

    names: tuple[str, ...]
    weights: Vector
    means: Vector
    deviations: Vector

    def contributions(self, features: Matrix) -> Matrix:
        """Return what each feature adds to each score, shape (n_candidates, n_features)."""
        return np.asarray((features - self.means) / self.deviations * self.weights)

    def score(self, features: Matrix) -> Vector:
        """Return the score of each candidate, shape (n_candidates,)."""
        return np.asarray(self.contributions(features).sum(axis=1))

    def save(self, path: Path, about: Mapping[str, object]) -> None:
        """Write the ranker, and what is known of its training, as JSON."""
        numbers = {name: getattr(self, name).tolist() for name in ("weights", "means", "deviations")}
        path.write_text(json.dumps({"names": self.names, **numbers, "about": about}, indent=1), "utf-8")

    @classmethod
    def load(cls, path: Path, known: Collection[str]) -> LinearRanker:
        """Read a ranker.

        Args:
            path: of the file.
            known: names of the features that there are.

        Raises:
            IndexBroken: it is missing, damaged or made for features that there are none of.
        """
        try:
            row = json.loads(path.read_text("utf-8"))
            names = tuple(str(name) for name in row["names"])
            numbers = [np.array(row[name], np.float64) for name in ("weights", "means", "deviations")]
            sound = all(part.shape == (len(names),) and np.isfinite(part).all() for part in numbers)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexBroken(f"The ranker cannot be read: {IMPORT_AGAIN}.") from error
        if not sound or not set(names) <= set(known):
            raise IndexBroken(f"The ranker was made for another version of Aisle: {IMPORT_AGAIN}.")
        return cls(names, *numbers)


def fit(
    names: Sequence[str],
    queries: Sequence[Judged],
    *,
    l2: float,
    weights: Vector | None = None,
    rising: Collection[str] = (),
) -> LinearRanker:
    """Train on judged queries.

    Args:
        names: of the features.
        queries: at least one.
        weights: how much each query counts, shape (len(queries),); None counts them alike.
        l2: penalty of the squared weights.
        rising: features that may not count against a candidate.

    Raises:
        ValueError: there is no query.
    """
    from scipy.optimize import minimize

    if not queries:
        raise ValueError("there is no query to learn from")
    shares = np.ones(len(queries)) if weights is None else weights
    shares = shares / shares.sum()
    table = np.vstack([query.features for query in queries])
    means, deviations = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    groups = [((q.features - means) / deviations, q.gains / q.gains.sum()) for q in queries]

    def loss(learned: Vector) -> tuple[float, Vector]:
        value, slope = l2 * float(learned @ learned), 2 * l2 * learned
        for (features, wanted), share in zip(groups, shares.tolist(), strict=True):
            scores = features @ learned
            scores -= scores.max()
            mass = np.exp(scores)
            total = float(mass.sum())
            value -= share * float(wanted @ scores - np.log(total))
            slope = slope + share * ((mass / total - wanted) @ features)
        return value, slope

    bounds = [(0.0 if name in rising else None, None) for name in names]
    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", bounds=bounds)
    return LinearRanker(tuple(names), np.asarray(found.x, np.float64), means, deviations)
