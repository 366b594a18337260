"""What shoppers did, out of the store: what they took after which words, for a catalogue's ranker and encoder to learn
from, and what they bought together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.errors import DataFolderBusy
from assistant.terminal import warn
from recommender.events import Event, EventLog, EventType
from retrieval.taken import Taken

if TYPE_CHECKING:
    from assistant.store import Store

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
    """Read what was taken out of a log; what stood in a slate for money says nothing about words."""

    @lru_cache(maxsize=10_000)
    def find(decision_id: str) -> tuple[str, tuple[str, ...]]:
        decision = log.find_decision(decision_id)
        return ("", ()) if decision is None else (decision.context.query, decision.sponsored_ids)

    def organic(event: Event) -> bool:
        return event.decision_id is None or event.item_id not in find(event.decision_id)[1]

    after = 0
    while rows := log.events(after=after):
        after = rows[-1][0]
        yield from taken_of((event for _, event in rows if organic(event)), lambda decision_id: find(decision_id)[0])


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What shoppers did in a shop.

    Args:
        taken: what they took, after which words.
        baskets: product ids of each order, placed here or told by the shop's own checkout, that was not cancelled.
    """

    taken: tuple[Taken, ...] = ()
    baskets: tuple[tuple[str, ...], ...] = ()


def behaviour_so_far(settings: Settings) -> Behaviour:
    """Read what shoppers did in this data folder; nothing, and a warning, where a running server holds it."""
    from assistant.store import SqlEventLog, open_store
    from assistant.store.engine import FILE

    if not (settings.data / FILE).exists():
        return Behaviour()
    try:
        store = open_store(settings.data)
    except DataFolderBusy:
        warn("The data folder is in use, so what shoppers did is left out; stop the server to learn from that too.")
        return Behaviour()
    try:
        return Behaviour(tuple(taken_in(SqlEventLog(store))), _baskets(store))
    finally:
        store.close()


def _baskets(store: Store) -> tuple[tuple[str, ...], ...]:
    from assistant.support.order_rows import select_baskets
    from assistant.support.purchases import select_purchased

    with store.read() as connection:
        return select_baskets(connection) + select_purchased(connection)


def keep_bought(settings: Settings, name: str, baskets: Sequence[Sequence[str]]) -> None:
    """Put what is bought together beside a catalogue, in place of what was counted before; see graph.keep_stated.

    Args:
        settings: of the data folder.
        name: of the catalogue.
        baskets: product ids; those that the catalogue does not hold are passed over.
    """
    from assistant.places import catalogues_folder
    from retrieval.catalogue import read_catalogue
    from retrieval.errors import ImportFailed
    from retrieval.graph import keep_counted
    from retrieval.mining.baskets import bought_relations
    from retrieval.storage import catalogue_folder, current_version

    if not baskets:
        return
    root = catalogues_folder(settings)
    sold = read_catalogue(*current_version(root, name)).products
    own = [held for basket in baskets if (held := [one for one in basket if one in sold])]
    if not own:
        return
    try:
        keep_counted(bought_relations(own), catalogue_folder(root, name))
    except ImportFailed as error:
        warn(f"{error} Until then, what is bought together is not told.")
