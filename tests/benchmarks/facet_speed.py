"""How long facet counts take, over made-up products that state ten values each and have two variants.

python -m tests.benchmarks.facet_speed --items 1000000
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np

from retrieval.facets import Facets
from retrieval.product import Attribute, Money, Product, Variant

ATTRIBUTES = 8
VALUES = 12
REPEATS = 7


def made_up(n_items: int, rng: np.random.Generator) -> list[Product]:
    """Products of 40 brands that state eight attributes, and have a size and a colour; equal parts are one object."""
    price = Money(1_000, "USD")
    stated = [[Attribute(f"a{name}", f"v{value}") for value in range(VALUES)] for name in range(ATTRIBUTES)]
    options = [{"size": str(size), "colour": f"c{size % 7}"} for size in range(30)]
    picks = rng.integers(0, VALUES, (n_items, ATTRIBUTES)).tolist()
    others = rng.integers(0, 40, (n_items, 3)).tolist()
    return [
        Product(
            f"p{row}",
            "Thing",
            tuple(Variant(f"p{row}-{place}", price, options[size % 30]) for place, size in enumerate(other[1:])),
            brand=f"b{other[0]}",
            attributes={f"a{name}": stated[name][value] for name, value in enumerate(pick)},
        )
        for row, (pick, other) in enumerate(zip(picks, others, strict=True))
    ]


def main() -> None:
    """Print the median milliseconds at several shares of the catalogue, with and without a filter on variants."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    given = parser.parse_args()
    rng = np.random.default_rng(3)
    products = made_up(given.items, rng)
    started = time.process_time()
    facets = Facets(products)
    report: dict[str, object] = {"items": given.items, "build_cpu_s": round(time.process_time() - started, 1)}
    fitting = rng.random(2 * given.items) < 0.7
    for share in (0.001, 0.01, 0.1, 0.5, 1.0):
        rows = np.flatnonzero(rng.random(given.items) < share).astype(np.int64)
        for name, mask in (("", None), ("_filtered", fitting)):
            times = []
            for _ in range(REPEATS):
                started = time.perf_counter()
                facets.count(rows, mask)
                times.append(time.perf_counter() - started)
            report[f"{share:g}{name}_ms"] = round(1000 * float(np.median(times)), 2)
    print(json.dumps(report))  # noqa: T201


if __name__ == "__main__":
    main()
