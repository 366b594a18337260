"""The owner's rules and the kill switch: kept with who and when, and obeyed by a running server at once.

`controls` is asked with every decision, so it looks at the file's date only, and reads the file when that has moved.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
import structlog
from pydantic import TypeAdapter

from assistant.errors import StoreError
from assistant.store.engine import Store
from assistant.store.ranking import owner_rules, ranking_switches
from assistant.support.ledger import Entry, Ledger
from recommender.errors import RuleBroken
from recommender.exploring import Controls
from recommender.owner_rules import OwnerRules, Rule, read_rule

log = structlog.get_logger()
Ranking = Literal["learned", "default"]
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
# Two changes within one tick of the file system's clock leave one date: a young file is read again.
_YOUNG_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Switch:
    """How the kill switch stands: who threw it, when and why."""

    ranking: Ranking
    because: str
    thrown_by: str
    thrown_at: datetime


class RankingDesk:
    """Keeps what people decide over the ranking of one catalogue.

    Args:
        store: of assistant.store.ranking.
        catalogue: its name.
        now: aware clock.
    """

    def __init__(self, store: Store, catalogue: str, now: Callable[[], datetime]) -> None:
        self._store, self._catalogue, self._now = store, catalogue, now
        self._rules = Ledger[Rule](store, owner_rules, catalogue, now, _RULE.validate_json)
        self._lock = threading.Lock()
        self._date: tuple[int, int, int] | None = None
        self._known = False
        self._controls = Controls()

    def rules(self) -> tuple[Entry[Rule], ...]:
        """Return the rules that stand, oldest first."""
        return self._rules.standing()

    def history(self) -> tuple[Entry[Rule], ...]:
        """Return every rule that there ever was, oldest first."""
        return self._rules.entries()

    def add(self, given: object, who: str) -> Rule:
        """Keep a rule; it acts from the next slate on.

        Args:
            given: see `recommender.owner_rules.read_rule`; an id in it is replaced.
            who: for the record.

        Raises:
            RuleBroken: it is none.
        """
        return self._rules.add(read_rule(given), who)

    def remove(self, rule_id: str, who: str) -> Rule:
        """Let a rule act no more; its row stays.

        Raises:
            RuleBroken: there is no such rule.
        """
        removed = self._rules.end(rule_id, who)
        if removed is None:
            raise RuleBroken(f"There is no rule {rule_id!r} that stands: it was removed, or never there.")
        return removed

    def throw(self, ranking: Ranking, who: str, because: str) -> Switch:
        """Throw the kill switch, or back.

        Args:
            ranking: "default" ranks by the settings' weights alone and tries nothing out.
            who, because: for the record.
        """
        switch = Switch(ranking, because, who, self._now())
        with self._store.write() as connection:
            last = connection.execute(sa.select(sa.func.max(ranking_switches.c.seq))).scalar() or 0
            row = {
                "seq": last + 1,
                "catalogue": self._catalogue,
                "ranking": ranking,
                "because": because,
                "thrown_by": who,
                "thrown_at": switch.thrown_at,
            }
            connection.execute(sa.insert(ranking_switches).values(row))
        return switch

    def switches(self) -> tuple[Switch, ...]:
        """Return every throw of the switch, oldest first; where there was none, the learned ranking serves."""
        query = (
            sa.select(ranking_switches)
            .where(ranking_switches.c.catalogue == self._catalogue)
            .order_by(ranking_switches.c.seq)
        )
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Switch(row.ranking, row.because, row.thrown_by, row.thrown_at) for row in rows)

    def controls(self) -> Controls:
        """Return what stands now. A file that cannot be read changes nothing: what stood before stands on.

        Raises:
            StoreError: it could not be read even once.
        """
        with self._lock:
            try:
                date, young = self._look()
                if date != self._date:
                    self._controls = self._read()
                    self._date, self._known = None if young else date, True
            except (StoreError, OSError) as error:
                if not self._known:
                    raise
                log.error("rules.not_read", reason=str(error))
            return self._controls

    def close(self) -> None:
        """Let the file go."""
        self._store.close()

    def _look(self) -> tuple[tuple[int, int, int], bool]:
        found = os.stat(self._store.path)
        age = self._now().timestamp() * 1e9 - found.st_mtime_ns
        return (found.st_mtime_ns, found.st_size, found.st_ino), abs(age) < _YOUNG_NS

    def _read(self) -> Controls:
        rules = OwnerRules(rules=tuple(entry.body for entry in self.rules()))
        switches = self.switches()
        learned = not switches or switches[-1].ranking == "learned"
        same = rules == self._controls.rules
        # The same object while nothing changes, so that rules are not compiled again for nothing.
        return Controls(self._controls.rules if same else rules, learned)
