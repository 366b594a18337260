"""Erase what ties behaviour to a person. The shop's counts stay: what is left belongs to nobody.

An event loses its shopper and its visit, a decision its shopper, visit, turn and words, a purchase its shopper; they
are replaced by keys that are drawn for this erasure and kept nowhere else. What a shopper changed in their profile goes
away, all but their last word about whether one may be kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from assistant.store.engine import Store
from assistant.store.tables import decision_traces, decisions, events, purchases
from recommender.events import EventType
from recommender.profiles.edits import Edit, EditKind, anonymous_key

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
    """

    keys: frozenset[str]
    sessions: frozenset[str]
    events: int
    decisions: int
    edits: int


class Eraser:
    """Erases behaviour from a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def erase(self, shopper_key: str) -> Erased:
        """Erase one shopper's behaviour; see `erase_behaviour`."""
        return erase_behaviour(self._store, shopper_key)


def erase_behaviour(store: Store, shopper_key: str) -> Erased:
    """Erase one shopper's behaviour, in one transaction.

    Args:
        store: where it is kept.
        shopper_key: as in Event, e.g. "c:maya".
    """
    with store.write() as connection:
        keys = _joined(connection, shopper_key)
        rows = connection.execute(sa.select(events).where(events.c.shopper_key.in_(keys))).mappings().all()
        done = [row for row in rows if row["type"] != EventType.EDIT]
        fresh = {row["session_key"]: f"e:{secrets.token_hex(12)}" for row in rows}
        changed = _erase_decisions(connection, {row["decision_id"] for row in done if row["decision_id"]}, fresh)
        for row in done:
            visit = fresh[row["session_key"]]
            new = {"session_key": visit, "shopper_key": anonymous_key(visit)}
            connection.execute(sa.update(events).where(events.c.seq == row["seq"]).values(new))
        kept = _last_word([row for row in rows if row["type"] == EventType.EDIT], shopper_key)
        gone = [row["seq"] for row in rows if row["type"] == EventType.EDIT and row["seq"] != kept]
        connection.execute(sa.delete(events).where(events.c.seq.in_(gone)))
        _erase_purchases(connection, keys)
    return Erased(frozenset(keys), frozenset(fresh), len(done), changed, len(gone))


def _joined(connection: sa.Connection, shopper_key: str) -> set[str]:
    """The shopper's key and those of the guests who became them."""
    mine = sa.and_(events.c.shopper_key == shopper_key, events.c.type == EventType.EDIT.value)
    edits = (Edit.from_text(text) for text in connection.execute(sa.select(events.c.item_id).where(mine)).scalars())
    return {shopper_key, *(edit.value for edit in edits if edit and edit.kind is EditKind.JOIN)}


def _last_word(edits: list[Any], shopper_key: str) -> int | None:
    """Sequence number of the last choice about consent: without it, a no would be forgotten too."""
    said = [row["seq"] for row in edits if row["shopper_key"] == shopper_key and _is_consent(row["item_id"])]
    return max(said, default=None)


def _is_consent(text: str) -> bool:
    edit = Edit.from_text(text)
    return edit is not None and edit.kind is EditKind.CONSENT


def _erase_decisions(connection: sa.Connection, ids: Collection[str], fresh: dict[str, str]) -> int:
    changed, listed = 0, sorted(ids)
    for start in range(0, len(listed), _BATCH):
        some = decisions.c.decision_id.in_(listed[start : start + _BATCH])
        # What was computed for this shopper goes; the probabilities of what was shown stay in the body.
        traces = decision_traces.c.decision_id.in_(listed[start : start + _BATCH])
        connection.execute(sa.delete(decision_traces).where(traces))
        rows = connection.execute(sa.select(decisions.c.decision_id, decisions.c.body).where(some)).all()
        for decision_id, body in rows:
            row = json.loads(body)
            about = row["context"]
            visit = fresh.setdefault(about["session_key"], f"e:{secrets.token_hex(12)}")
            about.update(shopper_key=anonymous_key(visit), session_key=visit, turn_id="", query="")
            new = sa.update(decisions).where(decisions.c.decision_id == decision_id)
            connection.execute(new.values(body=json.dumps(row, separators=(",", ":"), ensure_ascii=False)))
            changed += 1
    return changed


def _erase_purchases(connection: sa.Connection, keys: Collection[str]) -> None:
    for order_id, lines in connection.execute(sa.select(purchases.c.order_id, purchases.c.lines)).all():
        if any(key in lines for key in keys):
            rows = json.loads(lines)
            for row in rows:
                if row.get("shopper_key") in keys:
                    row["shopper_key"] = row["session_key"] = f"e:{secrets.token_hex(12)}"
            mine = sa.update(purchases).where(purchases.c.order_id == order_id)
            connection.execute(mine.values(lines=json.dumps(rows)))
