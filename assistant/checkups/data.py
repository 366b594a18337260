"""The data folder, its disk and its database. Looked at without a lock of one's own and without writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from assistant.checkups.check import Check, Patient

LITTLE_BYTES = 2**30
TOO_LITTLE_BYTES = 200 * 2**20
LARGE_BYTES = 500 * 2**20
"""Files beyond it are read whole only with --deep."""
_WAIT_S = 2.0


def data_folder(patient: Patient) -> Iterator[Check]:
    """Whether it is there and can be written, and who holds it."""
    folder = patient.settings.data
    if not folder.exists():
        above = _existing(folder)
        if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
            yield Check("data folder", "ok", f"{folder} is not there yet; the first import or start makes it.")
        else:
            yield Check(
                "data folder",
                "problem",
                f"{folder} is not there and cannot be made in {above}.",
                "Choose another folder with AISLE_DATA.",
            )
    elif not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        why = "cannot be written" if folder.is_dir() else "is no folder"
        yield Check(
            "data folder", "problem", f"{folder} {why}.", "Give it to the user that runs Aisle, or set AISLE_DATA."
        )
    else:
        yield Check("data folder", "ok", f"{folder}, {_holder(folder)}.")


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.absolute().parents) if one.exists())


def _holder(folder: Path) -> str:
    """Who holds the folder's lock, by trying a shared lock for a moment: nothing is made or written."""
    from assistant.store.engine import LOCK_FILE, read_pid

    try:
        import fcntl

        with (folder / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return "which no aisle is using"
    except BlockingIOError:
        pid = read_pid(folder)
        return f"in use by a running aisle, process {pid}" if pid else "in use by a running aisle"
    except (ImportError, OSError):
        return "who uses it cannot be told here"
    return "which no aisle is using"


def disk(patient: Patient) -> Iterator[Check]:
    """Room for the next import."""
    free = shutil.disk_usage(_existing(patient.settings.data)).free
    told = f"{free / 2**30:.1f} GB are free where the data lie."
    if free < TOO_LITTLE_BYTES:
        yield Check("disk", "problem", told, "Make room: messages and orders cannot be saved on a full disk.")
    elif free < LITTLE_BYTES:
        yield Check("disk", "warning", told, "Make room before the next import.")
    else:
        yield Check("disk", "ok", told)


def database(patient: Patient) -> Iterator[Check]:
    """SQLite's version, and a look through the pages of the store."""
    from assistant.store.engine import FILE
    from assistant.store.migrations import MIGRATIONS

    version = f"SQLite {sqlite3.sqlite_version}"
    path = patient.settings.data / FILE
    if not path.exists():
        yield Check("database", "ok", f"{version}; the store is made at the first start.")
        return
    if path.stat().st_size > LARGE_BYTES and not patient.deep:
        yield Check("database", "skipped", f"{version}; {path.name} is large.", "Look through it with --deep.")
        return
    try:
        verdict, number = _look_through(path)
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            yield Check("database", "skipped", f"{version}; a running aisle is writing just now.", "Try again.")
            return
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) and path.with_name(f"{FILE}-journal").exists():
            yield Check(
                "database",
                "warning",
                f"{version}; a write was interrupted, and the next start takes it back.",
                "Start aisle once, then look again.",
            )
            return
        verdict, number = str(error), None
    except sqlite3.DatabaseError as error:
        verdict, number = str(error), None
    if verdict != "ok":
        yield Check(
            "database",
            "problem",
            f"{path} is damaged ({' '.join(verdict.split())[:120]}).",
            f"Stop aisle, move {path.name} out of the folder, and put a backup in its place.",
            "conversations, carts and orders",
        )
    elif number is not None and number > MIGRATIONS[-1][0]:
        yield Check(
            "database",
            "problem",
            f"A newer Aisle wrote the store (its version is {number}, this one knows {MIGRATIONS[-1][0]}).",
            "Install the newer Aisle, or set AISLE_DATA to another folder.",
        )
    else:
        yield Check("database", "ok", f"{version}; the store is sound ({path.stat().st_size / 2**20:.1f} MB).")


def look_through(path: Path) -> str:
    """What SQLite says of a file's pages: "ok", or what is wrong.

    Raises:
        sqlite3.DatabaseError: it is no database, or cannot be opened.
    """
    with closing(_open(path)) as connection:
        return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])


def _look_through(path: Path) -> tuple[str, int | None]:
    verdict = look_through(path)
    with closing(_open(path)) as connection:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchall()
        return verdict, connection.execute("SELECT MAX(number) FROM migrations").fetchone()[0] if tables else None


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
