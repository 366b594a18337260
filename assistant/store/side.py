"""Files beside the shop's database: a running server holds the data folder for itself, but these are open to commands.

SQLite's own locks order whoever writes; only making the tables needs a lock of ours, held for that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import filelock

from assistant.errors import StoreError
from assistant.store.clock import Clock, system_clock
from assistant.store.engine import Migrations, Store, unusable

_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class SideFile:
    """One such file.

    Args:
        stem: of its name, e.g. "staff".
        holds: what is in it, for people, e.g. "the staff".
        migrations: what makes its tables.
    """

    stem: str
    holds: str
    migrations: Migrations

    @property
    def name(self) -> str:
        """Of the file in the data folder."""
        return f"{self.stem}.db"

    def open(self, data: Path, clock: Clock = system_clock) -> Store:
        """Open the file of a data folder, also while a server has the folder; makes what is missing.

        Args:
            data: the folder.
            clock: time of migrations.

        Raises:
            StoreBroken: the file cannot be read; nothing is changed.
            StoreError: the folder cannot be used, or a newer version wrote the file.
        """
        path = data / self.name
        try:
            data.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            with filelock.FileLock(data / f"{self.stem}.lock", timeout=_WAIT_S):
                return Store(path, None, clock, self.migrations)
        except filelock.Timeout as error:
            raise StoreError(f"The file of {self.holds} is busy; please try again.") from error
        except OSError as error:
            raise unusable(data, error) from error
