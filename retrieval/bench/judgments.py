"""Judged queries, and what a ranking is worth by them. Knows nothing of how a ranking is made."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ImportFailed

Ratings = Mapping[str, int]
"""Product id -> 0 (irrelevant) to 3 (exact), of one query."""
COLUMNS = ("query", "docid", "rating")
_HIGHEST = 3
RELEVANT = 2
DEPTH, RECALL_DEPTH = 10, 100
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the queries that have a relevant document.

    Args:
        ndcg: nDCG@10, where a document without a rating counts 0.
        ndcg_judged: nDCG@10 of the judged documents alone, in the same order.
        recall: share of the documents rated 2 or 3 among the first 100.
        judged: share of the first 10 that has a rating.
    """

    ndcg: float
    ndcg_judged: float
    recall: float
    judged: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the rival's mean a mean is, with the 95 % interval of a paired bootstrap over the queries."""

    ratio: float
    low: float
    high: float


def read_judgments(path: Path) -> dict[str, dict[str, int]]:
    """Read rows `query,docid,rating`.

    Raises:
        ImportFailed: the file cannot be read, or a row is no judgment; the message names the line.
    """
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise ImportFailed(f"{path.name} needs the columns {', '.join(COLUMNS)}.")
            for row in reader:
                found[row["query"]][row["docid"]] = _rating(row["rating"], path, reader.line_num)
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(f"{path.name} cannot be read: check that it is there and is UTF-8 text.") from error
    if not any(max(ratings.values()) > 0 for ratings in found.values()):
        raise ImportFailed(f"{path.name} holds no query with a relevant document.")
    return dict(found)


def _rating(text: str | None, path: Path, line: int) -> int:
    if text is None or not text.strip().isdecimal() or int(text) > _HIGHEST:
        raise ImportFailed(f"Line {line} of {path.name} has no rating from 0 to {_HIGHEST}.")
    return int(text)


def answerable(judgments: Mapping[str, Ratings]) -> list[str]:
    """Return the queries that have a relevant document, in alphabetical order."""
    return sorted(query for query, ratings in judgments.items() if max(ratings.values()) > 0)


def ndcg(ids: Sequence[str], ratings: Ratings, k: int = DEPTH) -> float:
    """Return nDCG@k with gain 2^rating - 1 (Burges et al. 2005); documents without a rating count 0."""
    gains = [2 ** ratings.get(product_id, 0) - 1 for product_id in ids[:k]]
    ideal = sorted((2**rating - 1 for rating in ratings.values()), reverse=True)[:k]
    return _dcg(gains) / _dcg(ideal)


def _dcg(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(place + 2) for place, gain in enumerate(gains)))


def recall(ids: Sequence[str], ratings: Ratings, k: int = RECALL_DEPTH) -> float | None:
    """Return the share of documents rated 2 or 3 among the first k; None where there is none."""
    relevant = {product_id for product_id, rating in ratings.items() if rating >= RELEVANT}
    return len(relevant & set(ids[:k])) / len(relevant) if relevant else None


def ndcg_of_judged(ids: Sequence[str], ratings: Ratings) -> float:
    """Return nDCG@10 with documents without a rating left out."""
    return ndcg([product_id for product_id in ids if product_id in ratings], ratings)


def figures(found: Mapping[str, Sequence[str]], judgments: Mapping[str, Ratings]) -> Figures:
    """Measure a system.

    Args:
        found: answerable query -> product ids, best first.
        judgments: ratings of these queries and others.
    """
    recalls = [value for query, ids in found.items() if (value := recall(ids, judgments[query])) is not None]
    return Figures(
        ndcg=_mean(ndcg(ids, judgments[query]) for query, ids in found.items()),
        ndcg_judged=_mean(ndcg_of_judged(ids, judgments[query]) for query, ids in found.items()),
        recall=_mean(recalls),
        judged=_mean(_share_judged(ids, judgments[query]) for query, ids in found.items()),
    )


def _share_judged(ids: Sequence[str], ratings: Ratings) -> float:
    return sum(product_id in ratings for product_id in ids[:DEPTH]) / DEPTH


def _mean(values: object) -> float:
    return float(np.mean(list(values)))  # type: ignore[call-overload]


def ratio(ours: NDArray[np.float64], rival: NDArray[np.float64], seed: int = 0) -> Ratio:
    """Compare means over the same queries.

    Args:
        ours, rival: a measure of each query, shape (n_queries,).
        seed: of the resamples, of which there are 10,000.
    """
    rng = np.random.default_rng(seed)
    picked = rng.integers(len(ours), size=(_RESAMPLES, len(ours)))
    low, high = np.percentile(ours[picked].mean(axis=1) / rival[picked].mean(axis=1), [2.5, 97.5])
    return Ratio(float(ours.mean() / rival.mean()), float(low), float(high))
