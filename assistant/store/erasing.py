"""Erase what ties behaviour to a person. The shop's counts stay: what is left belongs to nobody.

Everything of a customer's visits goes, what they did there before they signed in or agreed to a profile too: an event
loses its shopper and its visit, a decision its shopper, visit, turn and words, a purchase its shopper; they are
replaced by keys that are drawn for this erasure and kept nowhere else. What a shopper changed in their profile goes
away, all but their last word about whether one may be kept; so does their part in experiments, and what ties lines of
carts and orders to a slate.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from assistant.keys import customer_key, visit_key
from assistant.store.engine import Store
from assistant.store.experiments import exposures
from assistant.store.tables import (
    cart_lines,
    decision_traces,
    decisions,
    events,
    order_lines,
    orders,
    purchases,
    staff_visits,
)
from assistant.store.tables import sessions as open_sessions
from recommender.events import EventType
from recommender.profiles.edits import ERASED, Edit, EditKind, anonymous_key

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did.

    Args:
        keys: the keys whose profile is to be let go: the shopper's and those of guests who signed in as them.
        sessions: keys of the visits that are nobody's now.
        events: events that belong to nobody now.
        decisions: likewise.
        edits: changes of the profile that were removed.
        exposures: units taken out of experiments.
    """

    keys: frozenset[str]
    sessions: frozenset[str]
    events: int
    decisions: int
    edits: int
    exposures: int


class Eraser:
    """Erases behaviour from a shop's files.

    Args:
        store: where behaviour is kept.
        experiments: the experiments' file; None where there is none.
    """

    def __init__(self, store: Store, experiments: Store | None = None) -> None:
        self._store, self._experiments = store, experiments

    def erase(self, shopper_key: str) -> Erased:
        """Erase one shopper's behaviour; see `erase_behaviour`."""
        return erase_behaviour(self._store, shopper_key, self._experiments)


@dataclass(slots=True)
class _Whose:
    """Whose rows go: the keys of the person, and those of their visits with what replaces each."""

    keys: set[str]
    fresh: dict[str, str] = field(default_factory=dict)

    def new(self, session_key: str) -> str:
        return self.fresh.setdefault(session_key, _nobody())

    def owns(self, shopper_key: str, session_key: str) -> bool:
        return shopper_key in self.keys or session_key in self.fresh


def erase_behaviour(store: Store, shopper_key: str, experiments: Store | None = None) -> Erased:
    """Erase one shopper's behaviour, in one transaction for each file.

    Args:
        store: where it is kept.
        shopper_key: as in Event, e.g. "c:maya".
        experiments: the experiments' file; None where there is none.
    """
    with store.write() as connection:
        whose = _Whose(_joined(connection, shopper_key))
        for session_key in _visits(connection, shopper_key, whose.keys):
            whose.new(session_key)
        rows = _events(connection, whose)
        done = [row for row in rows if row["type"] != EventType.EDIT]
        for row in done:
            visit = whose.new(row["session_key"])
            new = {"session_key": visit, "shopper_key": anonymous_key(visit)}
            connection.execute(sa.update(events).where(events.c.seq == row["seq"]).values(new))
        edits = [row for row in rows if row["type"] == EventType.EDIT]
        kept = _last_word(edits, shopper_key)
        gone = [row["seq"] for row in edits if row["seq"] != kept]
        for some in _batches(gone):
            connection.execute(sa.delete(events).where(events.c.seq.in_(some)))
        # The choice stays the person's; in which visit it was made does not.
        connection.execute(sa.update(events).where(events.c.seq == kept).values(session_key=_nobody()))
        changed = _erase_decisions(connection, whose)
        _erase_purchases(connection, whose)
        for old, new_key in whose.fresh.items():
            # One of the shop's own people, erased as a customer, still counts for nothing.
            mine = sa.update(staff_visits).where(staff_visits.c.session_key == old)
            connection.execute(mine.values(session_key=new_key))
        # Before this file is written: should the other one fail, nothing is done, and all of it can be asked for again.
        left = 0 if experiments is None else _leave_experiments(experiments, {*whose.keys, *whose.fresh})
    return Erased(frozenset(whose.keys), frozenset(whose.fresh), len(done), changed, len(gone), left)


def _joined(connection: sa.Connection, shopper_key: str) -> set[str]:
    """The shopper's key and those of the guests who became them."""
    mine = sa.and_(events.c.shopper_key == shopper_key, events.c.type == EventType.EDIT.value)
    edits = (Edit.from_text(text) for text in connection.execute(sa.select(events.c.item_id).where(mine)).scalars())
    return {shopper_key, *(edit.value for edit in edits if edit and edit.kind is EditKind.JOIN)}


def _visits(connection: sa.Connection, shopper_key: str, keys: Collection[str]) -> set[str]:
    """Keys of the shopper's visits: those they acted in by name, those open now, and those they ordered in."""
    named = sa.select(events.c.session_key).where(events.c.shopper_key.in_(keys))
    found = {key for key in connection.execute(named.distinct()).scalars() if not key.startswith(ERASED)}
    # A guest's key is that of their visit.
    found |= {key for key in keys if key.startswith(visit_key(""))}
    for table in (open_sessions, orders):
        theirs = sa.select(table.c.session_id, table.c.customer_id).where(table.c.customer_id.is_not(None))
        found |= {
            visit_key(row.session_id)
            for row in connection.execute(theirs)
            if row.session_id and customer_key(row.customer_id) == shopper_key
        }
    return found


def _events(connection: sa.Connection, whose: _Whose) -> list[Any]:
    rows: dict[int, Any] = {}
    for column, wanted in ((events.c.shopper_key, whose.keys), (events.c.session_key, whose.fresh)):
        for some in _batches(wanted):
            query = sa.select(events).where(column.in_(some)).order_by(events.c.seq)
            rows.update((row["seq"], row) for row in connection.execute(query).mappings())
    return [rows[seq] for seq in sorted(rows)]


def _last_word(edits: list[Any], shopper_key: str) -> int | None:
    """Sequence number of the last choice about consent: without it, a no would be forgotten too."""
    said = [row["seq"] for row in edits if row["shopper_key"] == shopper_key and _is_consent(row["item_id"])]
    return max(said, default=None)


def _is_consent(text: str) -> bool:
    edit = Edit.from_text(text)
    return edit is not None and edit.kind is EditKind.CONSENT


def _erase_decisions(connection: sa.Connection, whose: _Whose) -> int:
    about = sa.type_coerce(decisions.c.body, sa.JSON)["context"]
    query = sa.select(
        decisions.c.decision_id, about["shopper_key"].as_string(), about["session_key"].as_string()
    ).order_by(decisions.c.seq)
    owned = [row[0] for row in connection.execute(query) if whose.owns(row[1], row[2])]
    for some in _batches(owned):
        # What was computed for this shopper goes; the probabilities of what was shown stay in the body.
        connection.execute(sa.delete(decision_traces).where(decision_traces.c.decision_id.in_(some)))
        for table in (cart_lines, order_lines):
            connection.execute(sa.update(table).where(table.c.decision_id.in_(some)).values(decision_id=None))
        bodies = sa.select(decisions.c.decision_id, decisions.c.body).where(decisions.c.decision_id.in_(some))
        for decision_id, body in connection.execute(bodies).all():
            row = json.loads(body)
            visit = whose.new(row["context"]["session_key"])
            row["context"].update(
                shopper_key=anonymous_key(visit), session_key=visit, turn_id="", query="", age_years=None
            )
            new = sa.update(decisions).where(decisions.c.decision_id == decision_id)
            connection.execute(new.values(body=json.dumps(row, separators=(",", ":"), ensure_ascii=False)))
    return len(owned)


def _erase_purchases(connection: sa.Connection, whose: _Whose) -> None:
    for order_id, lines in connection.execute(sa.select(purchases.c.order_id, purchases.c.lines)).all():
        rows = json.loads(lines)
        owned = [row for row in rows if whose.owns(row["shopper_key"], row["session_key"])]
        for row in owned:
            row["shopper_key"] = row["session_key"] = _nobody()
        if owned:
            mine = sa.update(purchases).where(purchases.c.order_id == order_id)
            connection.execute(mine.values(lines=json.dumps(rows)))


def _leave_experiments(experiments: Store, units: Collection[str]) -> int:
    with experiments.write() as connection:
        return sum(
            connection.execute(sa.delete(exposures).where(exposures.c.unit_key.in_(some))).rowcount
            for some in _batches(units)
        )


def _nobody() -> str:
    return f"{ERASED}{secrets.token_hex(12)}"


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]
