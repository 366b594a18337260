"""The database file: one writer, several readers, one process per data folder.

The only place that knows SQLite. It knows no table. SQLite up to 3.51.2 can corrupt a write-ahead log when several
connections write, and Python ships such a version: so a rollback journal (TRUNCATE), synced at every commit, and one
writing connection. Reads happen on connections of their own, inside a transaction, so that several SELECTs of one
read see one state.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool, StaticPool

from assistant.errors import DataFolderBusy, StoreBroken, StoreError
from assistant.store.clock import Clock, system_clock
from assistant.store.migrations import MIGRATIONS, migrate

FILE = "aisle.db"
Migrations = tuple[tuple[int, tuple[str, ...]], ...]
LOCK_FILE = "aisle.lock"
_HOLDER_FILE = "aisle.pid"
_WAIT_S = 10.0
_BROKEN = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CORRUPT_INDEX", "SQLITE_CORRUPT_SEQUENCE", "SQLITE_CORRUPT_VTAB"}
_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(_WAIT_S * 1000)}",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
)


class Store:
    """An open database; made by `open_store`. Every method may be called from any thread."""

    def __init__(
        self,
        path: Path,
        lock: filelock.BaseFileLock | None,
        clock: Clock,
        migrations: Migrations | None = MIGRATIONS,
    ) -> None:
        """Args:
        path: the file.
        lock: held while it is open; None for a file that several processes share.
        clock: time of migrations.
        migrations: what makes its tables; None leaves them to the process that holds the folder.
        """
        self.path = path
        self._lock = lock
        self._writing = threading.Lock()
        self._inside = threading.local()
        self._closed = False
        self._writer = _engine(path, "BEGIN IMMEDIATE", (), poolclass=StaticPool)
        self._reader = _engine(
            path, "BEGIN", ("PRAGMA query_only = ON",), poolclass=QueuePool, pool_size=4, max_overflow=12
        )
        if migrations is None:
            return
        try:
            with _plain_errors(path), self._writer.connect() as connection:
                _check(connection, path)
                connection.rollback()
                migrate(connection, clock(), migrations)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open the one writing transaction: committed at the end, rolled back on any error.

        Raises:
            StoreError: another writer held it too long, the disk is full, or the database cannot be read.
        """
        self._refuse_nesting()
        if not self._writing.acquire(timeout=_WAIT_S):
            raise StoreError("The store is busy; please try again.")
        try:
            self._refuse_closed()
            with _plain_errors(self.path), self._writer.begin() as connection, self._entered(connection):
                yield connection
        finally:
            self._writing.release()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a reading transaction: everything read inside is of one moment; writing in it fails.

        Inside another transaction of this thread it is that one, so that what is read fits together.
        """
        if (outer := self._outer()) is not None:
            yield outer
            return
        self._refuse_closed()
        with _plain_errors(self.path), self._reader.connect() as connection, self._entered(connection):
            yield connection

    def close(self) -> None:
        """Wait for a write to end, close the connections and let the data folder go; a second call does nothing."""
        self._refuse_nesting()
        with self._writing:
            self._closed = True
            self._reader.dispose()
            self._writer.dispose()
            if self._lock is not None:
                self._lock.release()

    def _refuse_closed(self) -> None:
        # Another process may hold the folder by now.
        if self._closed:
            raise StoreError("The store is closed.")

    def _outer(self) -> sa.Connection | None:
        connection: sa.Connection | None = getattr(self._inside, "connection", None)
        return connection

    @contextmanager
    def _entered(self, connection: sa.Connection) -> Iterator[None]:
        self._inside.connection = connection
        try:
            yield
        finally:
            self._inside.connection = None

    def _refuse_nesting(self) -> None:
        # A writer waits for readers to finish before it commits: waiting for one's own read would never end.
        if self._outer() is not None:
            raise RuntimeError("a transaction is already open in this thread; pass its connection on instead")


def open_store(data: Path, clock: Clock = system_clock) -> Store:
    """Open the database of a data folder, creating both where they are missing.

    Args:
        data: the folder, e.g. Path("~/.local/share/aisle").expanduser().
        clock: time of migrations.

    Raises:
        DataFolderBusy: another process holds the folder.
        StoreBroken: the database cannot be read; nothing is changed or deleted.
        StoreError: the folder cannot be used, or a newer version wrote it.
    """
    check_data_folder(data)
    try:
        lock = _hold(data)
    except OSError as error:
        raise unusable(data, error) from error
    try:
        return Store(data / FILE, lock, clock)
    except BaseException:
        lock.release()
        raise


def open_beside(data: Path, clock: Clock = system_clock) -> Store:
    """Open the database to read from it, also while a server holds the data folder; the folder is not held.

    Raises:
        StoreBroken: the database cannot be read; nothing is changed or deleted.
        StoreError: there is none, or the folder cannot be used.
    """
    if not (data / FILE).is_file():
        raise StoreError(f"There is no database in {data} yet: nothing was shown to shoppers there.")
    # Whoever holds the folder has checked the database and brought it up to date.
    with suppress(DataFolderBusy):
        open_store(data, clock).close()
    return Store(data / FILE, None, clock, None)


def check_data_folder(data: Path) -> None:
    """Create a data folder where it is missing.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(data, error) from error


def unusable(data: Path, error: OSError) -> StoreError:
    """Say that a data folder cannot be used, and why."""
    return StoreError(f"The data folder {data} cannot be used ({error.strerror}); choose another with AISLE_DATA.")


def _hold(data: Path) -> filelock.BaseFileLock:
    # Not per thread: whoever closes the store need not be the thread that opened it.
    lock = filelock.FileLock(data / LOCK_FILE, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout as error:
        who = f"process {pid}" if (pid := read_pid(data)) else "another process"
        raise DataFolderBusy(
            f"The data folder {data} is in use by {who}; stop it, or choose another folder with AISLE_DATA."
        ) from error
    try:
        (data / _HOLDER_FILE).write_text(f"{os.getpid()}\n", encoding="ascii")
    except OSError:
        lock.release()
        raise
    return lock


def read_pid(data: Path) -> str | None:
    """The process that last held a data folder; None where it cannot be read."""
    try:
        text = (data / _HOLDER_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.isdigit() else None


def _engine(path: Path, begin: str, pragmas: tuple[str, ...], **pool: Any) -> sa.Engine:
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, **pool)

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own, lazy BEGIN would let a read grow into a write
        for pragma in _PRAGMAS + pragmas:
            connection.execute(pragma).close()

    @sa.event.listens_for(engine, "begin")
    def begin_now(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _check(connection: sa.Connection, path: Path) -> None:
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise StoreBroken(_way_out(path, str(verdict)))


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turn what the driver says about the file itself into this package's errors; the rest are bugs and pass."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        name = getattr(error.orig, "sqlite_errorname", "")
        if name in _BROKEN:
            raise StoreBroken(_way_out(path, str(error.orig))) from error
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreError("The store is busy; please try again.") from error
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            raise StoreError(f"The disk that holds {path.parent} is full or failing; nothing was saved.") from error
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY_", "SQLITE_PERM")) or (
            name == "SQLITE_READONLY" and not os.access(path, os.W_OK)
        ):
            raise StoreError(f"{path} cannot be written; check who owns the folder.") from error
        raise


def _way_out(path: Path, reason: str) -> str:
    return (
        f"The database {path} cannot be read ({reason}). Nothing was changed: move {path.name} and, if it is there, "
        f"{path.name}-journal out of the folder, then put a backup in their place or start again with an empty store."
    )
