"""Rows far apart come together, in the order of the file, and leave nothing behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from retrieval.errors import ImportFailed
from retrieval.importers.spool import MAX_GROUP_ROWS, Spool


def test_groups_come_in_the_order_of_their_first_rows() -> None:
    with Spool() as spool:
        for line, key in enumerate("bacab", 1):
            spool.add(key, line, {"n": line, "text": "帐\ud800"})
        groups = list(spool.groups())
    assert [(group.key, [row.line for row in group.rows]) for group in groups] == [
        ("b", [1, 5]),
        ("a", [2, 4]),
        ("c", [3]),
    ]
    assert groups[0].rows[0].values == {"n": 1, "text": "帐\ud800"}


def test_a_group_without_measure_is_kept_in_part_and_counted_whole() -> None:
    with Spool() as spool:
        for line in range(MAX_GROUP_ROWS + 500):
            spool.add("a", line, {})
        (group,) = spool.groups()
    assert (len(group.rows), group.n_rows) == (MAX_GROUP_ROWS, MAX_GROUP_ROWS + 500)


def test_marks_are_counted_and_joined() -> None:
    with Spool() as spool:
        spool.add("id:1", 1, {}, None)
        spool.add("SKU", 2, {}, "id:1")
        spool.add("other", 3, {}, "id:3")
        spool.add("more", 4, {}, "id:3")
        spool.join_marks()
        assert [(group.key, len(group.rows)) for group in spool.groups()] == [("SKU", 2), ("other", 1), ("more", 1)]
        assert spool.is_repeated("id:3")
        assert not spool.is_repeated("id:1")


def _fill(spool: Spool) -> None:
    for line in range(20_000):
        spool.add(str(line), line, {"text": "x" * 500})


def test_a_full_disk_is_told_plainly() -> None:
    with Spool() as spool:
        spool._database.execute("PRAGMA max_page_count = 20")
        with pytest.raises(ImportFailed, match="temporary folder"):
            _fill(spool)


def test_it_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with Spool() as spool:
        _fill(spool)
        assert sum(1 for _ in spool.groups()) == 20_000
    with pytest.raises(sqlite3.ProgrammingError):
        spool._database.execute("SELECT 1")
    assert list(tmp_path.iterdir()) == []
