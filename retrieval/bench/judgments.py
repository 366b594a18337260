"""Judged queries, and what a ranking is worth by them. Knows nothing of how a ranking is made."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.bench.bootstrap import Values, interval, resamples
from retrieval.errors import ImportFailed

Ratings = Mapping[str, int]
"""Product id -> 0 (irrelevant) to 3 (exact), of one query."""
COLUMNS = ("query", "docid", "rating")
_HIGHEST = 3
RELEVANT = 2
DEPTH, RECALL_DEPTH = 10, 100
MIN_QUERIES = 5
"""With a relevant document: they are put into so many folds."""


@dataclass(frozen=True, slots=True)
class Judgments:
    """What a file of judgments holds.

    Args:
        ratings: query -> ratings of its documents.
        repeated: rows that judge a document of a query again; the last one counts.
    """

    ratings: Mapping[str, Ratings]
    repeated: int

    def unknown(self, known: Collection[str]) -> list[str]:
        """The judged documents that a catalogue of the products `known` does not hold, in alphabetical order."""
        judged = {docid for ratings in self.ratings.values() for docid in ratings}
        return sorted(docid for docid in judged if docid not in known)


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


def read_judgments(path: Path) -> Judgments:
    """Read rows `query,docid,rating`.

    Raises:
        ImportFailed: the file cannot be read, a row is no judgment (the message names the line), or too few queries
            have a relevant document.
    """
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    repeated = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise ImportFailed(f"{path.name} needs the columns {', '.join(COLUMNS)}.")
            for row in reader:
                ratings = found[row["query"]]
                repeated += row["docid"] in ratings
                ratings[row["docid"]] = _rating(row["rating"], path, reader.line_num)
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(f"{path.name} cannot be read: check that it is there and is UTF-8 text.") from error
    except csv.Error as error:
        raise ImportFailed(f"{path.name} is no CSV file.") from error
    _check_enough(len(answerable(found)), path)
    return Judgments(dict(found), repeated)


def _check_enough(n: int, path: Path) -> None:
    if n < MIN_QUERIES:
        told = {0: "no query", 1: "one query"}.get(n, f"{n} queries")
        raise ImportFailed(
            f"{path.name} holds {told} with a relevant document, and {MIN_QUERIES} are needed: each query is ordered "
            "by what was learned from others."
        )


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


def measures(found: Mapping[str, Sequence[str]], judgments: Mapping[str, Ratings]) -> dict[str, Values]:
    """Measure a system on each query: by "ndcg", "ndcg_judged", "recall" and "judged", as Figures has their means.

    Args:
        found: answerable query -> product ids, best first.
        judgments: ratings of these queries and others.
    """
    pairs = [(ids, judgments[query]) for query, ids in found.items()]
    recalls = [value for ids, ratings in pairs if (value := recall(ids, ratings)) is not None]
    return {
        "ndcg": np.array([ndcg(ids, ratings) for ids, ratings in pairs]),
        "ndcg_judged": np.array([ndcg_of_judged(ids, ratings) for ids, ratings in pairs]),
        "recall": np.array(recalls, np.float64),
        "judged": np.array([_share_judged(ids, ratings) for ids, ratings in pairs]),
    }


def figures(measured: Mapping[str, Values]) -> Figures:
    """The means of what `measures` found; a recall that no query has is 0."""
    return Figures(**{name: float(values.mean()) if len(values) else 0.0 for name, values in measured.items()})


def _share_judged(ids: Sequence[str], ratings: Ratings) -> float:
    return sum(product_id in ratings for product_id in ids[:DEPTH]) / DEPTH


def ratio(ours: Values, rival: Values, seed: int = 0) -> Ratio | None:
    """Compare means over the same queries; None where the rival's is 0.

    Args:
        ours, rival: a measure of each query, shape (n_queries,).
        seed: of the resamples; those in which the rival's mean is 0 are left out.
    """
    if not rival.any():
        return None
    picked = resamples(len(ours), seed)
    own, others = ours[picked].mean(axis=1), rival[picked].mean(axis=1)
    low, high = interval(own[others > 0] / others[others > 0])
    return Ratio(float(ours.mean() / rival.mean()), low, high)
