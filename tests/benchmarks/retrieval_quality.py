"""Ranking quality and speed on the Icecat judgments, all systems in one run.

    python -m tests.benchmarks.retrieval_quality            # imports into a folder of its own, some minutes
    python -m tests.benchmarks.retrieval_quality --root DIR # keeps the imported catalogue there for the next run

nDCG@10 with gain 2^rating - 1, unjudged documents count 0; the same over judged documents only; recall@100 of ratings
2 and 3. `dev` is the half of the queries on which thresholds and weights were chosen, `test` the other half.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from retrieval.encoder import Encoder, load_encoder
from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing
from retrieval.filters import AttributeIn, PriceRange
from retrieval.importers.column_map import MAPS
from retrieval.loader import import_file
from retrieval.results import SearchRequest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "icecat"
Judgments = Mapping[str, Mapping[str, int]]
System = Callable[[str], Sequence[str]]


def read_judgments(path: Path) -> Judgments:
    """Read `query,docid,rating` rows."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    with path.open() as file:
        for row in csv.DictReader(file):
            found[row["query"]][row["docid"]] = int(row["rating"])
    return found


def development_half(judgments: Judgments) -> frozenset[str]:
    """Return every second query in alphabetical order."""
    return frozenset(sorted(judgments)[::2])


def ndcg(ids: Sequence[str], ratings: Mapping[str, int], k: int = 10) -> float:
    """Return nDCG@k with gain 2^rating - 1 (Burges et al. 2005); documents without a rating count 0."""
    gains = [2 ** ratings.get(product_id, 0) - 1 for product_id in ids[:k]]
    ideal = sorted((2**rating - 1 for rating in ratings.values()), reverse=True)[:k]
    return _dcg(gains) / _dcg(ideal)


def _dcg(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(place + 2) for place, gain in enumerate(gains)))


def recall(ids: Sequence[str], ratings: Mapping[str, int], k: int = 100) -> float | None:
    """Return the share of documents rated 2 or 3 among the first k; None where there is none."""
    relevant = {product_id for product_id, rating in ratings.items() if rating >= 2}
    return len(relevant & set(ids[:k])) / len(relevant) if relevant else None


def measure(system: System, judgments: Judgments) -> dict[str, float]:
    """Return the mean figures of a system over the queries that have a relevant document."""
    queries = [query for query in sorted(judgments) if max(judgments[query].values()) > 0]
    development = development_half(judgments)
    found = {query: list(system(query)) for query in queries}
    scores = {query: ndcg(found[query], judgments[query]) for query in queries}
    judged = [ndcg([i for i in found[q] if i in judgments[q]], judgments[q]) for q in queries]
    recalls = [value for q in queries if (value := recall(found[q], judgments[q])) is not None]
    known = [sum(i in judgments[q] for i in found[q][:10]) / 10 for q in queries]
    return {
        "ndcg@10": statistics.mean(scores.values()),
        "ndcg@10_dev": statistics.mean(score for query, score in scores.items() if query in development),
        "ndcg@10_test": statistics.mean(score for query, score in scores.items() if query not in development),
        "ndcg@10_judged": statistics.mean(judged),
        "recall@100": statistics.mean(recalls),
        "judged@10": statistics.mean(known),
    }


def systems(words: Retrieval, fused: Retrieval, encoder: Encoder) -> dict[str, System]:
    """Return the systems to compare, each from a query to product ids, best first."""
    found = fused.vectors()
    assert found is not None
    ids, vectors = found

    def dense(query: str) -> Sequence[str]:
        cosines = vectors @ encoder.encode([query])[0]
        return [ids[row] for row in np.argsort(-cosines)[:100].tolist()]

    def through(retrieval: Retrieval) -> System:
        return lambda query: [hit.product_id for hit in retrieval.search(SearchRequest(query, k=100)).hits]

    return {"bm25": through(words), "dense": dense, "fused": through(fused)}


def latencies(retrieval: Retrieval, queries: Sequence[str]) -> dict[str, float]:
    """Return medians and 95th percentiles in ms: texts not seen before, texts said again, and under a filter."""
    wishes = (PriceRange("USD", max_minor=10_000), AttributeIn("product_colour", ("Black",)))
    retrieval.warm(load_encoder())
    result = {}
    for name, constraints in (("new_text", ()), ("again", ()), ("filtered", wishes)):
        times = []
        for query in queries:
            started = time.perf_counter()
            retrieval.search(SearchRequest(query, constraints))
            times.append(1_000 * (time.perf_counter() - started))
        result[f"{name}_p50_ms"] = statistics.median(times)
        result[f"{name}_p95_ms"] = float(np.percentile(times, 95))
    return result


def main() -> None:
    """Run and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, help="folder of catalogues to keep and use again")
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(parser.parse_args().root or Path(folder)), indent=1))  # noqa: T201


def run(root: Path) -> dict[str, object]:
    """Import where needed, and measure."""
    judgments = read_judgments(FOLDER / "judgments.csv")
    encoder = load_encoder()
    try:
        words = Retrieval.open(root, "icecat")
    except CatalogueMissing:
        import_file(
            FOLDER / "products.jsonl.gz", root=root, name="icecat", column_map=MAPS / "icecat.yaml", encoder=encoder
        )
        words = Retrieval.open(root, "icecat")
    fused = Retrieval.open(root, "icecat")
    fused.warm(encoder)
    compared = systems(words, fused, encoder)
    nothing = [query for query in sorted(judgments) if not max(judgments[query].values())]
    return {
        "systems": {name: measure(system, judgments) for name, system in compared.items()},
        "queries": sum(max(ratings.values()) > 0 for ratings in judgments.values()),
        "found_without_relevant": {query: fused.search(SearchRequest(query)).total for query in nothing},
        "latency": latencies(fused, sorted(judgments)),
    }


if __name__ == "__main__":
    main()
