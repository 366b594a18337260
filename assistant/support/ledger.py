"""What people decided and can take back: kept with who and when, numbered, and never deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sa

from assistant.store.engine import Store
from recommender.standing import Standing

T = TypeVar("T", bound=Standing)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """Something decided, by whom and when, and who took it back, if anybody did."""

    body: T
    added_by: str
    added_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody has taken it back."""
        return self.ended_at is None


class Ledger(Generic[T]):
    """Keeps the decisions of one kind over one catalogue.

    Args:
        store: of assistant.store.ranking.
        table: in it, made by its `_ledger`.
        catalogue: its name.
        now: aware clock.
        read: a body from its JSON.
    """

    def __init__(
        self, store: Store, table: sa.Table, catalogue: str, now: Callable[[], datetime], read: Callable[[str], T]
    ) -> None:
        self._store, self._table, self._catalogue, self._now, self._read = store, table, catalogue, now, read

    def entries(self) -> tuple[Entry[T], ...]:
        """Return everything that was ever decided, oldest first."""
        c = self._table.c
        query = sa.select(c.body, c.added_by, c.added_at, c.ended_by, c.ended_at)
        with self._store.read() as connection:
            rows = connection.execute(query.where(c.catalogue == self._catalogue).order_by(c.seq)).all()
        return tuple(Entry(self._read(body), *record) for body, *record in rows)

    def standing(self) -> tuple[Entry[T], ...]:
        """Return what nobody has taken back, oldest first."""
        return tuple(entry for entry in self.entries() if entry.stands)

    def add(self, body: T, who: str) -> T:
        """Keep something, and return it with its number."""
        with self._store.write() as connection:
            last = connection.execute(sa.select(sa.func.max(self._table.c.seq))).scalar() or 0
            numbered = body.model_copy(update={"id": str(last + 1)})
            row = {
                "seq": last + 1,
                "catalogue": self._catalogue,
                "body": numbered.model_dump_json(),
                "added_by": who,
                "added_at": self._now(),
            }
            connection.execute(sa.insert(self._table).values(row))
        return numbered

    def end(self, number: str, who: str) -> T | None:
        """Take something back, and return it; its row stays. None where it does not stand: of two, one is first."""
        found = next((entry.body for entry in self.standing() if entry.body.id == number), None)
        if found is None:
            return None
        c = self._table.c
        ending = sa.update(self._table).where(c.seq == int(number), c.ended_at.is_(None))
        with self._store.write() as connection:
            done = connection.execute(ending.values({c.ended_by: who, c.ended_at: self._now()}))
        return found if done.rowcount else None
