"""Texts a second that the encoder embeds: float32 and bfloat16 in turn, in one run.

`python -m tests.benchmarks.embedding_rate [N]` embeds the texts of N products of Icecat (512 without a number) several
times with each, one after the other, so that whatever else the machine does meets both. It prints the median rates,
their ratio, the CPU's features, and how far the vectors are from those of float32.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from retrieval.embeddings import product_text
from retrieval.encoder import Dtype, load_encoder
from retrieval.importers.column_map import MAPS, RowReader, load_map

FILE = Path(__file__).parents[3] / "shared" / "datasets" / "icecat" / "products.jsonl.gz"
ROUNDS = 5
DTYPES: tuple[Dtype, ...] = ("float32", "bfloat16")
_FEATURES = ("amx_bf16", "avx512_bf16", "avx512_vnni", "avx512f")


def texts(n: int) -> list[str]:
    """Texts of the first n products."""
    reader = RowReader(load_map(MAPS / "icecat.yaml"), "USD")
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return [product_text(reader.read(json.loads(line))) for line, _ in zip(file, range(n), strict=False)]


def measure(n: int) -> dict[str, object]:
    """Embed n texts ROUNDS times with each dtype, in turn."""
    encoders = {dtype: load_encoder(dtype=dtype) for dtype in DTYPES}
    wall: dict[Dtype, list[float]] = {dtype: [] for dtype in DTYPES}
    spent: dict[Dtype, list[float]] = {dtype: [] for dtype in DTYPES}
    chosen, vectors = texts(n), {}
    for encoder in encoders.values():
        encoder.encode(chosen[:64])
    for _ in range(ROUNDS):
        for dtype, encoder in encoders.items():
            began, cpu = time.perf_counter(), time.process_time()
            vectors[dtype] = encoder.encode(chosen)
            wall[dtype].append(n / (time.perf_counter() - began))
            spent[dtype].append(n / (time.process_time() - cpu))
    cosines = np.sum(vectors["float32"] * vectors["bfloat16"], axis=1)
    flags = Path("/proc/cpuinfo").read_text("utf-8").split("flags", 1)[-1].splitlines()[0].split()
    return {
        "texts": n,
        "texts_per_s": {dtype: round(statistics.median(rates), 1) for dtype, rates in wall.items()},
        "texts_per_cpu_s": {dtype: round(statistics.median(rates), 1) for dtype, rates in spent.items()},
        "ratio": round(statistics.median(b / a for a, b in zip(*wall.values(), strict=True)), 2),
        "ratio_cpu": round(statistics.median(b / a for a, b in zip(*spent.values(), strict=True)), 2),
        "lowest_cosine": round(float(cosines.min()), 5),
        "features": [name for name in _FEATURES if name in flags],
        "load_average": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 512), indent=1))  # noqa: T201
