"""Rows a second and peak memory of every importer, on files that are made as they are read.

`python -m tests.benchmarks.importer_speed` prints a table. Each figure is of a process of its own, because memory that
was once taken is not given back.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from retrieval.importers import IMPORTERS
from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.rows import RawRow
from tests.contracts.importer import ImporterContract, stream_of
from tests.retrieval.importers import test_csv_file, test_google_merchant, test_jsonl_file, test_shopify
from tests.retrieval.importers.test_woocommerce import TestWooCommerce

KINDS: dict[str, type[ImporterContract]] = {
    "csv": test_csv_file.TestCsv,
    "jsonl": test_jsonl_file.TestJsonl,
    "google, TSV": test_google_merchant.TestTsv,
    "google, RSS": test_google_merchant.TestRss,
    "shopify, CSV": test_shopify.TestOldCsv,
    "shopify, JSON": test_shopify.TestJson,
    "woocommerce": TestWooCommerce,
}
SIZES = (20_000, 200_000)


def measure(kind: str, n_rows: int) -> dict[str, float]:
    """Read a file to products and throw them away.

    Returns:
        "rows_per_cpu_s", and "peak_mb" of the whole process.
    """
    contract = KINDS[kind]()
    reader = RowReader(load_map(None), "USD")
    started = time.process_time()
    n_read = 0
    for row in IMPORTERS[contract.name].read(stream_of(contract, n_rows, 200)):
        assert isinstance(row, RawRow)
        reader.read(row.values)
        n_read += 1
    assert n_read == n_rows
    spent = time.process_time() - started
    return {"rows_per_cpu_s": n_rows / spent, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Print the table, or with two arguments one measurement as JSON."""
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))  # noqa: T201
        return
    print("| format | rows a CPU second | " + " | ".join(f"peak MB at {size:,} rows" for size in SIZES) + " |")  # noqa: T201
    print("|---|" + "---|" * (1 + len(SIZES)))  # noqa: T201
    for kind in KINDS:
        found = []
        for size in SIZES:
            command = [sys.executable, "-m", __spec__.name, kind, str(size)]
            found.append(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
        peaks = " | ".join(f"{one['peak_mb']:.0f}" for one in found)
        print(f"| {kind} | {found[-1]['rows_per_cpu_s']:,.0f} | {peaks} |")  # noqa: T201


if __name__ == "__main__":
    main()
