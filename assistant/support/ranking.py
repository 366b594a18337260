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
from recommender.errors import RuleBroken
from recommender.exploring import Controls
from recommender.owner_rules import OwnerRules, Rule, read_rule

log = structlog.get_logger()
Ranking = Literal["learned", "default"]
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
# Two changes within one tick of the file system's clock leave one date: a young file is read again.
_YOUNG_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule, who added it and when, and who took it away, if anybody did."""

    rule: Rule
    added_by: str
    added_at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None


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
        self._lock = threading.Lock()
        self._date: tuple[int, int, int] | None = None
        self._known = False
        self._controls = Controls()

    def rules(self) -> tuple[KeptRule, ...]:
        """Return the rules that stand, oldest first."""
        return tuple(kept for kept in self.history() if kept.removed_at is None)

    def history(self) -> tuple[KeptRule, ...]:
        """Return every rule that there ever was, oldest first."""
        query = sa.select(owner_rules).where(owner_rules.c.catalogue == self._catalogue).order_by(owner_rules.c.seq)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            KeptRule(_RULE.validate_json(row.body), row.added_by, row.added_at, row.removed_by, row.removed_at)
            for row in rows
        )

    def add(self, given: object, who: str) -> Rule:
        """Keep a rule; it acts from the next slate on.

        Args:
            given: see `recommender.owner_rules.read_rule`; an id in it is replaced.
            who: for the record.

        Raises:
            RuleBroken: it is none.
        """
        rule = read_rule(given)
        with self._store.write() as connection:
            last = connection.execute(sa.select(sa.func.max(owner_rules.c.seq))).scalar() or 0
            rule = rule.model_copy(update={"id": str(last + 1)})
            row = {
                "seq": last + 1,
                "catalogue": self._catalogue,
                "body": rule.model_dump_json(),
                "added_by": who,
                "added_at": self._now(),
            }
            connection.execute(sa.insert(owner_rules).values(row))
        return rule

    def remove(self, rule_id: str, who: str) -> Rule:
        """Let a rule act no more; its row stays.

        Raises:
            RuleBroken: there is no such rule.
        """
        found = next((kept.rule for kept in self.rules() if kept.rule.id == rule_id), None)
        if found is None:
            raise RuleBroken(f"There is no rule {rule_id!r}; aisle rules list shows those that stand.")
        with self._store.write() as connection:
            connection.execute(
                sa.update(owner_rules)
                .where(owner_rules.c.seq == int(rule_id), owner_rules.c.removed_at.is_(None))
                .values(removed_by=who, removed_at=self._now())
            )
        return found

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
        rules = OwnerRules(rules=tuple(kept.rule for kept in self.rules()))
        switches = self.switches()
        learned = not switches or switches[-1].ranking == "learned"
        same = rules == self._controls.rules
        # The same object while nothing changes, so that rules are not compiled again for nothing.
        return Controls(self._controls.rules if same else rules, learned)
