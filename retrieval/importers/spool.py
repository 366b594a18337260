"""Rows kept in a temporary file until the whole file is read, because rows of one product may lie far apart in it.

The file is SQLite's own private one: it has no name, is deleted when it is closed or the process ends, and only a few
megabytes of it are ever in memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from types import TracebackType

from retrieval.errors import ImportFailed
from retrieval.product_json import MAX_VARIANTS

MAX_GROUP_ROWS = MAX_VARIANTS + 1_000
"""Rows of one product that are kept: its variants, and rows that only add pictures."""
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as it was read."""

    line: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one key, in the order of the file; `n_rows` counts those beyond MAX_GROUP_ROWS too."""

    key: str
    rows: tuple[Kept, ...]
    n_rows: int


class Spool:
    """Rows by key. Used as a context, which deletes the file at its end."""

    def __init__(self) -> None:
        with _plain_errors():
            # No name: a temporary database on disk that nobody else can open.
            self._database = sqlite3.connect("")
            self._database.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000;"
                "CREATE TABLE kept (key TEXT NOT NULL, line INTEGER NOT NULL, row TEXT NOT NULL, mark TEXT)"
            )
        self._waiting: list[tuple[str, int, str, str | None]] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, key: str, line: int, values: Mapping[str, object], mark: str | None = None) -> None:
        """Keep a row.

        Args:
            key: of its group.
            line: physical line it begins on.
            values: JSON values by name.
            mark: another name of the row, for `is_repeated` and `join_marks`.

        Raises:
            ImportFailed: the temporary folder is full.
        """
        self._waiting.append((key, line, json.dumps(values, ensure_ascii=True), mark))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def groups(self) -> Iterator[Group]:
        """Yield the groups in the order of their first rows."""
        self._flush()
        with _plain_errors():
            self._database.execute("CREATE INDEX IF NOT EXISTS by_key ON kept (key, line)")
            found = self._database.execute(
                "SELECT kept.key, kept.line, kept.row FROM (SELECT key, MIN(line) AS first FROM kept GROUP BY key) AS g"
                " JOIN kept ON kept.key = g.key ORDER BY g.first, g.key, kept.line, kept.rowid"
            )
            for key, rows in groupby(found, key=lambda row: row[0]):
                yield _group(str(key), rows)

    def join_marks(self) -> None:
        """Move rows whose key is another row's mark to that row's group; called after all rows are in."""
        self._flush()
        with _plain_errors():
            self._database.execute("CREATE INDEX IF NOT EXISTS by_mark ON kept (mark)")
            self._database.execute(
                "UPDATE kept SET key = (SELECT p.key FROM kept AS p WHERE p.mark = kept.key LIMIT 1)"
                " WHERE EXISTS (SELECT 1 FROM kept AS p WHERE p.mark = kept.key)"
            )

    def is_repeated(self, mark: str) -> bool:
        """Whether several rows were kept with this mark; asked after all rows are in."""
        with _plain_errors():
            self._database.execute("CREATE INDEX IF NOT EXISTS by_mark ON kept (mark)")
            return len(self._database.execute("SELECT 1 FROM kept WHERE mark = ? LIMIT 2", (mark,)).fetchall()) > 1

    def _flush(self) -> None:
        with _plain_errors():
            self._database.executemany("INSERT INTO kept VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


def _group(key: str, rows: Iterator[tuple[str, int, str]]) -> Group:
    kept: list[Kept] = []
    n_rows = 0
    for _, line, values in rows:
        n_rows += 1
        if n_rows <= MAX_GROUP_ROWS:
            kept.append(Kept(line, json.loads(values)))
    return Group(key, tuple(kept), n_rows)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ImportFailed(
            f"The temporary folder cannot take the rows of the file ({error}): make room in it."
        ) from error
