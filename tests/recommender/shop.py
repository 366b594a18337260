"""A shop of six items whose right answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from recommender.events import Candidate, DecisionContext, Event, EventType, Item
from recommender.item_table import build_table
from recommender.models.base import RankRequest
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState

NOW = 1_700_000_000.0

ITEMS: Mapping[str, Item] = {
    item.item_id: item
    for item in (
        Item("tent-1", "tents", "outdoor", "Alp", 10_000, rating=4.8, rating_count=100, in_stock=True),
        Item("tent-2", "tents", "outdoor", "Bor", 12_000, rating=3.0, rating_count=80, in_stock=True),
        Item("tent-3", "tents", "outdoor", "Alp", 30_000, in_stock=True),
        Item("stove-1", "stoves", "outdoor", "Alp", 5_000, discount=0.5, in_stock=True),
        Item("stove-2", "stoves", "outdoor", "Cam", 5_500, rating=4.9, rating_count=300, in_stock=False),
        Item("mat-1", "mats", "sleep", "Cam", 3_000),
    )
}
ALL = tuple(Candidate(item_id) for item_id in ITEMS)


class EventMaker:
    """Makes events with fresh ids, a second apart."""

    def __init__(self, start: float = NOW) -> None:
        self._numbers = count()
        self._start = start

    def __call__(self, kind: EventType, item_id: str, session: str, shopper: str | None = None) -> Event:
        number = next(self._numbers)
        return Event(f"made-{self._start}-{number}", kind, item_id, shopper or session, session, self._start + number)

    def visits(self, n: int, *steps: tuple[EventType, str]) -> list[Event]:
        """Let n visitors do the same."""
        name = next(self._numbers)
        return [self(kind, item_id, f"visit-{name}-{i}") for i in range(n) for kind, item_id in steps]


def make_state(events: Iterable[Event], settings: RecommenderSettings | None = None) -> BehaviourState:
    state = BehaviourState(settings or RecommenderSettings())
    for event in events:
        state.apply(event, ITEMS.get(event.item_id))
    return state


def make_context(
    surface: str = "recommend", *, shopper: str = "ann", session: str = "today", query: str = "", k: int = 6
) -> DecisionContext:
    return DecisionContext(shopper, session, "turn-1", surface, NOW + 1000.0, seed=7, query=query, k=k)


def make_request(
    state: BehaviourState, candidates: tuple[Candidate, ...] = ALL, context: DecisionContext | None = None
) -> RankRequest:
    table = build_table(ITEMS)
    rows = table.rows([candidate.item_id for candidate in candidates])
    return RankRequest(context or make_context(), candidates, rows, table, state, None, RecommenderSettings())


def busy_events() -> list[Event]:
    """Four look at tent-1 and then stove-1; three buy tent-1 and mat-1; ann looks at tent-1 and dislikes tent-2."""
    make = EventMaker()
    return [
        *make.visits(4, (EventType.CLICK, "tent-1"), (EventType.CLICK, "stove-1")),
        *make.visits(3, (EventType.PURCHASE, "tent-1"), (EventType.PURCHASE, "mat-1")),
        make(EventType.DISMISS, "tent-2", "yesterday", "ann"),
        make(EventType.CLICK, "tent-1", "today", "ann"),
    ]


def busy_request() -> RankRequest:
    """Everything has some evidence."""
    relevant = tuple(Candidate(item_id, relevance=1 - i / 10) for i, item_id in enumerate(ITEMS))
    return make_request(make_state(busy_events()), relevant)


def quiet_request(*candidates: Candidate) -> RankRequest:
    """A fresh shop: no behaviour at all."""
    return make_request(make_state(()), candidates or ALL)
