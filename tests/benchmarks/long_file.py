"""One long broken file, made as it is read: rows a second, peak memory, and whether each planted error is told.

`python -m tests.benchmarks.long_file 1000000` reads a CSV file of a million rows to products and throws them away.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from retrieval.importers import IMPORTERS
from retrieval.importers.column_map import RowReader, load_map
from retrieval.importers.rows import RejectedRow
from retrieval.product_json import BadRow
from tests.contracts.importer import Made

_EVERY = 1_000
_BROKEN = (
    b"p,too,few\n",
    b"p,No price,,Norrfell\n",
    b"p,Bad price,free,Norrfell\n",
    b"p,Not \xff UTF-8,5.00,Norrfell\n",
    b'p,"Not closed,5.00,Norrfell\n',
)
_N_LINES = 2


def _lines(n_rows: int) -> Iterator[bytes]:
    """A header, then rows of two lines; every _EVERY-th row is one broken line."""
    yield b"id,title,price,brand\n"
    for row in range(n_rows):
        if row % _EVERY == _EVERY - 1:
            yield _BROKEN[row // _EVERY % len(_BROKEN)]
        else:
            yield f'p{row},"Lamp {row}\nof steel",{row % 900}.95,Norrfell\n'.encode()


def _planted(n_rows: int) -> list[int]:
    """Lines of the broken rows."""
    n_broken = n_rows // _EVERY
    return [2 + number * (_N_LINES * (_EVERY - 1) + 1) + _N_LINES * (_EVERY - 1) for number in range(n_broken)]


def measure(n_rows: int) -> dict[str, float]:
    """Read the file.

    Returns:
        "rows_per_cpu_s", "peak_mb" of the whole process, and "planted" errors, all of which were told by their lines.
    """
    reader, told, n_read = RowReader(load_map(None), "USD"), [], 0
    started = time.process_time()
    for row in IMPORTERS["csv"].read(io.BufferedReader(Made(lambda: _lines(n_rows)), 65_536)):
        n_read += 1
        try:
            if isinstance(row, RejectedRow):
                raise BadRow(row.reason)
            reader.read(row.values)
        except BadRow:
            told.append(row.line)
    spent = time.process_time() - started
    assert n_read == n_rows
    assert told == _planted(n_rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows_per_cpu_s": n_rows / spent, "peak_mb": peak, "planted": len(told)}


def measure_apart(n_rows: int) -> dict[str, float]:
    """Measure in a process of its own, because memory that was once taken is not given back."""
    command = [sys.executable, "-m", "tests.benchmarks.long_file", str(n_rows)]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))  # noqa: T201
