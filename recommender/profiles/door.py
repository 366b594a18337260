"""The door to profiles: shown, changed, left, forgotten. Reached as `Recommender.profiles`.

An edit is recorded as an event, so that replaying the log repeats it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable

from recommender.events import Event, EventType
from recommender.item_table import ItemTable
from recommender.profiles.edits import Edit
from recommender.profiles.interest import Key, keys_of
from recommender.profiles.view import ProfileView, view_of
from recommender.state import BehaviourState


class Profiles:
    """Reads and changes profiles. Safe for several threads.

    Args:
        state: the behaviour now.
        table: the catalogue now.
        lock: guards it.
        record: logs an event and learns from it.
        forget_slates: forgets who saw the slates of visits.
    """

    def __init__(
        self,
        state: Callable[[], BehaviourState],
        table: Callable[[], ItemTable],
        lock: threading.RLock,
        record: Callable[[Event], bool],
        forget_slates: Callable[[Collection[str]], None],
    ) -> None:
        self._state = state
        self._table = table
        self._lock = lock
        self._record = record
        self._forget_slates = forget_slates

    def view(self, shopper_key: str, session_key: str, now: float) -> ProfileView:
        """Return what is known of a shopper at `now` (epoch seconds)."""
        with self._lock:
            return view_of(self._state(), shopper_key, session_key, now)

    def consent(self, shopper_key: str) -> bool | None:
        """Return what a shopper chose, or None where nothing was chosen."""
        with self._lock:
            return self._state().consents.get(shopper_key)

    def unit(self, shopper_key: str, session_key: str) -> str:
        """Return whom trials, caps and shares of traffic count in a visit; see `BehaviourState.unit`."""
        with self._lock:
            return self._state().unit(shopper_key, session_key)

    def known_values(self) -> tuple[Key, ...]:
        """Return every field and value that can be learned from the catalogue's items, in their order."""
        with self._lock:
            items = self._table().items
        return tuple(dict.fromkeys((field, value) for item in items for field, value, _ in keys_of(item)))

    def edit(self, edit: Edit, *, shopper_key: str, session_key: str, now: float, event_id: str) -> None:
        """Log a change and carry it out; the same event id twice changes nothing more."""
        self._record(Event(event_id, EventType.EDIT, edit.to_text(), shopper_key, session_key, now))

    def forget(self, shopper_keys: Iterable[str], session_keys: Collection[str]) -> None:
        """Let profiles and visits go whose events were erased from the log; the crowd's counts stay."""
        with self._lock:
            state = self._state()
            for key in shopper_keys:
                state.forget_shopper(key)
            for key in session_keys:
                state.visits.drop(key)
            self._forget_slates(session_keys)
