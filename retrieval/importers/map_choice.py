"""Which of the column maps that come with Aisle fits a file: the one whose columns the first rows have."""

from __future__ import annotations

import gzip
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from retrieval.errors import ImportFailed
from retrieval.importers import IMPORTERS
from retrieval.importers.column_map import MAPS, load_map
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.rows import RejectedRow

_ROWS = 20
_GZIP = b"\x1f\x8b"


def choose_map(path: Path) -> Path | None:
    """Choose a column map for a file.

    Args:
        path: CSV or JSON lines, plain or gzip.

    Returns:
        The packaged map of which most columns occur; None for other formats, which know their columns.

    Raises:
        ImportFailed: the file cannot be read.
    """
    try:
        columns = _columns(path)
    except (OSError, EOFError) as error:
        raise ImportFailed(f"{path.name} cannot be read.") from error
    maps = {file: load_map(file).columns for file in sorted(MAPS.glob("*.yaml"))}
    return max(maps, key=lambda file: len(maps[file] & columns)) if columns else None


def _columns(path: Path) -> frozenset[str]:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
        stream.seek(0)
        if not packed:
            return _columns_of(path, stream)
        with gzip.GzipFile(fileobj=stream) as unpacked:
            return _columns_of(path, cast(BinaryIO, unpacked))


def _columns_of(path: Path, stream: BinaryIO) -> frozenset[str]:
    head = Head(path.name, stream.read(HEAD_BYTES))
    stream.seek(0)
    format = next(one for one in IMPORTERS.values() if one.recognises(head))
    if not format.takes_map:
        return frozenset()
    rows = islice(format.read(stream), _ROWS)
    return frozenset(name for row in rows if not isinstance(row, RejectedRow) for name in row.values)
