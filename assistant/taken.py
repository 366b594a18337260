"""What shoppers took after which words, out of the event log: what a catalogue's ranker and encoder can learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from assistant.config import Settings
from assistant.errors import DataFolderBusy
from assistant.terminal import warn
from recommender.events import Event, EventLog, EventType
from retrieval.taken import Taken

WEIGHTS: Mapping[EventType, float] = {EventType.CLICK: 1.0, EventType.ADD_TO_CART: 2.0, EventType.PURCHASE: 3.0}
"""How much it says about words that a product was taken after them."""


def taken_of(events: Iterable[Event], find_query: Callable[[str], str | None]) -> Iterator[Taken]:
    """Tell what was taken by which words; behaviour without words is passed over.

    Args:
        events: of shoppers.
        find_query: decision id -> the words that it answered; None or empty without any.
    """
    for event in events:
        if event.type in WEIGHTS and event.decision_id is not None:
            query = find_query(event.decision_id)
            if query:
                yield Taken(query, event.item_id, WEIGHTS[event.type])


def taken_in(log: EventLog) -> Iterator[Taken]:
    """Read what was taken out of a log."""

    @lru_cache(maxsize=10_000)
    def find_query(decision_id: str) -> str | None:
        decision = log.find_decision(decision_id)
        return None if decision is None else decision.context.query

    after = 0
    while rows := log.events(after=after):
        after = rows[-1][0]
        yield from taken_of((event for _, event in rows), find_query)


def taken_so_far(settings: Settings) -> Iterator[Taken]:
    """Read what was taken in this data folder; nothing, and a warning, where a running server holds it."""
    from assistant.store import SqlEventLog, open_store
    from assistant.store.engine import FILE

    if not (settings.data / FILE).exists():
        return
    try:
        store = open_store(settings.data)
    except DataFolderBusy:
        warn("The data folder is in use, so what shoppers took is left out; stop the server to learn from that too.")
        return
    try:
        yield from taken_in(SqlEventLog(store))
    finally:
        store.close()
