"""A Postgres of its own for a test: made by initdb, reached by psql over a socket in a folder, gone afterwards.

Statements are written out with their values, so no driver is needed.
"""

from __future__ import annotations

import csv
import io
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from assistant.store.migrations import MIGRATIONS


class Postgres:
    """An open, empty database with the shop's tables.

    Args:
        folder: of its socket.
        user: whom the processes belong to; None for whoever runs the tests.
    """

    def __init__(self, folder: Path, user: str | None) -> None:
        self._folder, self._user = folder, user

    def run(self, *statements: str) -> list[list[str]]:
        """Carry out statements as one transaction; return the rows of the last one, values as psql writes them."""
        command = ["psql", "-X", "-q", "-1", "-t", "--csv", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder)]
        done = _run([*command, "-d", "postgres", "-f", "-"], self._user, ";\n".join(statements) + ";\n")
        return list(csv.reader(io.StringIO(done)))

    def types(self, statement: sa.Executable) -> list[str]:
        """Return the type of each column that a query gives."""
        described = "SELECT data_type FROM information_schema.columns WHERE table_name = 'told'"
        return [kind for (kind,) in self.run(f"CREATE TEMPORARY TABLE told AS {written(statement)}", described)]

    def copy(self, source: sa.Connection, *tables: sa.Table) -> None:
        """Take over all rows of tables."""
        rows = [(table, row._asdict()) for table in tables for row in source.execute(sa.select(table))]
        self.run(*(written(sa.insert(table).values(row)) for table, row in rows))


def written(statement: sa.Executable) -> str:
    """Write a statement with its values, as Postgres takes it."""
    # The driver's sign for parameters, %, would be doubled.
    dialect = postgresql.dialect(paramstyle="named")
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Open a database, or skip the test where there is no Postgres."""
    if not all(map(shutil.which, ("initdb", "pg_ctl", "psql"))):
        pytest.skip("Postgres is not installed")
    # It refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="aisle-postgres-"))
    try:
        if user is not None:
            try:
                shutil.chown(folder, user)
            except LookupError:
                pytest.skip("Postgres does not run as root, and there is no user for it")
        data = str(folder / "data")
        _run(["initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync"], user)
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        _run(["pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start"], user)
        try:
            opened = Postgres(folder, user)
            opened.run(*(statement for _, statements in MIGRATIONS for statement in statements))
            yield opened
        finally:
            _run(["pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], user)
    finally:
        shutil.rmtree(folder)


def _run(command: Sequence[str], user: str | None, words: str = "") -> str:
    account = {} if user is None else {"PGUSER": user, "HOME": pwd.getpwnam(user).pw_dir}
    with tempfile.TemporaryFile("w+") as said:
        # A pipe would stay open in the server that pg_ctl leaves behind.
        done = subprocess.run(
            command,
            input=words,
            text=True,
            stdout=said,
            stderr=subprocess.STDOUT,
            user=user,
            cwd="/",
            env={**os.environ, **account},
            timeout=60,
            check=False,
        )
        said.seek(0)
        answer = said.read()
    if done.returncode:
        raise AssertionError(f"{command[0]} failed: {answer}")
    return answer
