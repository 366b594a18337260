"""One writer, one process, and a plain sentence for every way in which a database can fail."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import DataFolderBusy, StoreBroken, StoreError
from assistant.store import Store, open_beside, open_store
from assistant.store.counters import take
from assistant.store.engine import FILE
from assistant.store.tables import counters

_VALUE = sa.select(counters.c.value).where(counters.c.name == "orders")


def _add_one(store: Store) -> int:
    with store.write() as connection:
        return take(connection, "orders")


def _value(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(_VALUE).scalar_one())


def test_what_was_written_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    number = _add_one(store)
    store.close()
    again = open_store(tmp_path)
    assert _value(again) == number
    again.close()


def test_the_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    store = open_store(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / FILE).is_file()
    store.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "truncate"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("secure_delete", 1),
        ("busy_timeout", 10_000),
    ],
)
def test_both_kinds_of_connection_are_set_up_for_safety(store: Store, pragma: str, value: object) -> None:
    with store.write() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    with store.read() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    before = _value(store)

    def fail() -> None:
        with store.write() as connection:
            take(connection, "orders")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _value(store) == before


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError), store.read() as connection:
        take(connection, "orders")


def test_a_read_sees_one_moment_and_a_write_elsewhere_waits_for_it(store: Store) -> None:
    with store.read() as connection:
        before = connection.execute(_VALUE).scalar_one()
        writer = threading.Thread(target=_add_one, args=(store,))
        writer.start()
        assert connection.execute(_VALUE).scalar_one() == before
    writer.join()
    assert _value(store) == before + 1


@pytest.mark.parametrize("outer", ["read", "write"])
def test_a_write_inside_another_transaction_is_a_bug_that_is_told_at_once(store: Store, outer: str) -> None:
    with getattr(store, outer)(), pytest.raises(RuntimeError, match="already open"), store.write():
        raise AssertionError
    _add_one(store)


def test_a_read_inside_another_transaction_is_of_the_same_moment(store: Store) -> None:
    with store.write() as connection:
        number = take(connection, "orders")
        assert _value(store) == number
    with store.read():
        writer = threading.Thread(target=_add_one, args=(store,))
        before = _value(store)
        writer.start()
        assert _value(store) == before == number
    writer.join()
    assert _value(store) == number + 1


def test_numbers_are_never_given_twice_to_many_threads(store: Store) -> None:
    taken: list[int] = []
    threads = [threading.Thread(target=lambda: taken.append(_add_one(store))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(10_001, 10_017))


def test_a_second_store_on_the_folder_is_refused_with_the_holders_process(store: Store) -> None:
    with pytest.raises(DataFolderBusy, match=rf"process {os.getpid()}; stop it, or choose another folder"):
        open_store(store.path.parent)


def test_a_second_process_is_refused(store: Store) -> None:
    code = (
        "import sys, pathlib\n"
        "from assistant.errors import DataFolderBusy\n"
        "from assistant.store import open_store\n"
        "try: open_store(pathlib.Path(sys.argv[1]))\n"
        "except DataFolderBusy as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(store.path.parent)], capture_output=True, text=True, check=True
    )
    assert f"in use by process {os.getpid()}" in done.stdout


def test_the_folder_is_free_after_closing_and_closing_twice_is_harmless(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    first.close()
    first.close()
    open_store(tmp_path).close()


def test_the_folder_is_free_when_another_thread_closed_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    closer = threading.Thread(target=store.close)
    closer.start()
    closer.join()
    open_store(tmp_path).close()


def test_a_closed_store_neither_reads_nor_writes(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        _value(store)
    with pytest.raises(StoreError, match="closed"):
        _add_one(store)


def test_closing_waits_for_a_write_to_end(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    closer = threading.Thread(target=store.close)
    with store.write() as connection:
        closer.start()
        number = take(connection, "orders")
    closer.join()
    again = open_store(tmp_path)
    assert _value(again) == number
    again.close()


def test_the_holders_file_may_be_unreadable(store: Store) -> None:
    (store.path.parent / "aisle.pid").write_bytes(b"\xff\xfe")
    with pytest.raises(DataFolderBusy, match="another process"):
        open_store(store.path.parent)


def _database(folder: Path) -> bytes:
    store = open_store(folder)
    for _ in range(3):
        _add_one(store)
    store.close()
    return (folder / FILE).read_bytes()


@pytest.mark.parametrize("damage", ["text", "torn", "header", "scribbled"])
def test_a_damaged_database_is_refused_with_a_way_out_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    good = _database(tmp_path)
    bad = {
        "text": b"this is no database\n" * 300,
        "torn": good[: len(good) // 2],
        "header": b"\0" * 100 + good[100:],
        "scribbled": good[:4096] + b"\x5a" * (len(good) - 4096),
    }[damage]
    (tmp_path / FILE).write_bytes(bad)
    with pytest.raises(StoreBroken, match=r"Nothing was changed: move aisle\.db and"):
        open_store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == bad


def test_the_folder_is_free_again_after_a_damaged_database_was_moved_away(tmp_path: Path) -> None:
    _database(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be read as one" * 50)
    with pytest.raises(StoreBroken):
        open_store(tmp_path)
    (tmp_path / FILE).rename(tmp_path / "aside")
    open_store(tmp_path).close()


def test_damage_that_appears_while_running_is_told_as_such(store: Store) -> None:
    size = store.path.stat().st_size
    store.path.write_bytes(store.path.read_bytes()[:4096] + b"\x5a" * (size - 4096))
    with pytest.raises(StoreBroken):
        _value(store)


def test_a_full_disk_is_told_nothing_is_half_done_and_writing_goes_on_when_there_is_space(store: Store) -> None:
    insert = sa.text("INSERT INTO decisions SELECT COALESCE(MAX(seq), 0) + 1, :id, :body FROM decisions")

    def write() -> None:
        with store.write() as connection:
            take(connection, "orders")
            connection.execute(insert, {"id": "d", "body": "x" * 100_000})

    with store.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full or failing; nothing was saved"):
        write()
    assert _value(store) == 10_000
    with store.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    write()
    assert _value(store) == 10_001


def test_a_writer_outside_makes_the_store_busy_not_broken(store: Store) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(store.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy; please try again"):
        _add_one(store)
    other.rollback()
    other.close()
    _add_one(store)


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path / "data")


def test_what_a_server_holds_can_be_read_beside_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        open_beside(tmp_path)
    held = open_store(tmp_path)
    number = _add_one(held)
    beside = open_beside(tmp_path)
    assert _value(beside) == number
    assert _add_one(held) == number + 1
    assert _value(beside) == number + 1
    beside.close()
    held.close()
    alone = open_beside(tmp_path)
    open_store(tmp_path).close()  # The folder is not held.
    assert _value(alone) == number + 1
    alone.close()
