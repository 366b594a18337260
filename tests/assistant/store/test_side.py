"""Files beside the database: tables are as the code speaks to them, several processes open one, others never read."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import StoreBroken
from assistant.store import Store, experiments, ranking, staff
from assistant.store.side import SideFile

FILES = [(module.FILE, module.METADATA) for module in (experiments, ranking, staff)]
each = pytest.mark.parametrize(("file", "tables"), FILES, ids=[file.stem for file, _ in FILES])


@each
def test_the_code_speaks_to_exactly_the_tables_that_are_made(
    tmp_path: Path, file: SideFile, tables: sa.MetaData
) -> None:
    store = file.open(tmp_path)
    with store.read() as connection:
        inspector = sa.inspect(connection)
        made = {
            name: [(column["name"], column["nullable"]) for column in inspector.get_columns(name)]
            for name in inspector.get_table_names()
            if name != "migrations"
        }
    store.close()
    assert made == {t.name: [(c.name, c.nullable) for c in t.c] for t in tables.tables.values()}
    assert [number for number, _ in file.migrations] == list(range(1, len(file.migrations) + 1))


@each
def test_only_the_owner_may_read_the_file(tmp_path: Path, file: SideFile, tables: sa.MetaData) -> None:
    file.open(tmp_path).close()
    assert stat.S_IMODE((tmp_path / file.name).stat().st_mode) == 0o600


def test_two_that_open_a_new_file_at_once_both_can(tmp_path: Path) -> None:
    opened: list[Store] = []
    threads = [threading.Thread(target=lambda: opened.append(staff.open_staff_store(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    for store in opened:
        store.close()


def test_a_broken_file_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / staff.FILE.name
    file.write_bytes(b"nonsense" * 600)
    with pytest.raises(StoreBroken, match=r"staff\.db cannot be read"):
        staff.open_staff_store(tmp_path)
    assert file.read_bytes() == b"nonsense" * 600
