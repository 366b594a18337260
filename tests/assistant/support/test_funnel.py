"""Funnels over a log whose counts are known by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from assistant.store import SqlEventLog, Store, open_store
from assistant.store.tables import conversations, decisions, events, messages, sessions
from assistant.support.funnel import Asked, Funnel, Funnels
from assistant.support.funnel_sql import FIRST_VISITS, slates_since, wrote_since
from recommender.events import Decision, DecisionContext, Event, EventType, Reason, SlateItem, Stream
from tests.assistant.house import House
from tests.assistant.store.postgres import postgres, written
from tests.fakes.clock import ManualClock

ITEMS = ("a", "b", "c")


class Log:
    """Writes slates and what came of them, `days` ago."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self._log, self._clock, self._numbers = SqlEventLog(store), clock, count()

    def slate(
        self,
        shopper: str,
        visit: str,
        *did: tuple[EventType, str],
        days: float = 0.0,
        surface: str = "search",
        stream: Stream = "live",
        hidden: tuple[str, ...] = (),
        paid: tuple[str, ...] = (),
    ) -> None:
        number = next(self._numbers)
        at = (self._clock() - timedelta(days=days)).timestamp()
        context = DecisionContext(shopper, visit, "t", surface, at, seed=0)
        reasons = (Reason("sponsored", "", 0.0),)
        slots = tuple(SlateItem(item, i, 0.0, 1.0, reasons if item in paid else ()) for i, item in enumerate(ITEMS))
        decision = Decision(f"d{number}", context, slots, 1.0, "greedy/1", "none", ITEMS, (0.0,) * 3, stream=stream)
        rows = [
            *((EventType.IMPRESSION, item) for item in ITEMS if item not in paid),
            *((EventType.NOT_SHOWN, item) for item in hidden),
            *did,
        ]
        events = [
            Event(f"e{number}-{i}", kind, item, shopper, visit, at + i, f"d{number}", 0, 500 if "purch" in kind else 0)
            for i, (kind, item) in enumerate(rows)
        ]
        self._log.append_many([decision], events)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ManualClock())
    yield made
    made.store.close()


@pytest.fixture
def log(house: House) -> Log:
    return Log(house.store, house.clock)


def _measure(house: House, **asked: object) -> Funnel:
    return Funnels(house.store, house.clock, "UTC").measure(Asked(**asked))  # type: ignore[arg-type]


CLICK, CART, BUY = EventType.CLICK, EventType.ADD_TO_CART, EventType.PURCHASE


def test_visits_are_counted_as_far_as_they_come(house: House, log: Log) -> None:
    log.slate("ann", "v1", (CLICK, "a"), (CART, "a"), (BUY, "a"))
    log.slate("ann", "v2", (CLICK, "a"), (CLICK, "a"), (CLICK, "b"))
    log.slate("bob", "v3", (CART, "c"))  # A cart without a click: the card's own button.
    log.slate("cem", "v4")
    found = _measure(house)
    assert (found.chats, found.saw, found.clicked, found.carted, found.bought) == (4, 4, 3, 2, 1)
    assert (found.figures.click_rate.hits, found.figures.click_rate.tries, found.figures.click_rate.clusters) == (
        3,
        12,
        3,
    )
    assert (found.figures.order_rate.hits, found.figures.order_rate.tries, found.figures.worth.total) == (1, 4, 500)
    assert [found.reached[step].tries for step in ("shown", "clicked", "carted", "bought")] == [4, 4, 3, 2]


def test_a_visit_that_only_wrote_counts_as_a_chat(house: House, log: Log) -> None:
    session = house.sessions.open(None)
    house.conversations.append_user(session.principal, session.conversation_id, "m1", "hello")
    house.sessions.open(None)  # Has said nothing.
    log.slate("ann", "v1")
    found = _measure(house)
    assert (found.chats, found.saw) == (2, 1)
    assert found.reached["shown"].value == 0.5


def test_what_the_shopper_never_saw_was_not_shown(house: House, log: Log) -> None:
    log.slate("ann", "v1", hidden=("b", "c"))
    log.slate("bob", "v2", hidden=ITEMS)
    found = _measure(house)
    assert (found.saw, found.figures.click_rate.tries) == (1, 1)


def test_parts_of_the_traffic_stand_apart(house: House, log: Log) -> None:
    log.slate("ann", "v1")
    log.slate("ann", "v2", stream="canary", surface="recommend")
    log.slate("bob", "v3", stream="uniform")
    assert [_measure(house, part=part).saw for part in ("shoppers", "uniform", "sponsored")] == [2, 1, 0]
    assert _measure(house, surface="recommend").saw == 1
    assert _measure(house).surfaces == ("recommend", "search")


def test_a_paid_place_counts_for_itself_and_never_for_the_ranking(house: House, log: Log) -> None:
    log.slate("ann", "v1", (CLICK, "a"), (CLICK, "c"), (BUY, "c"), paid=("c",))
    log.slate("bob", "v2", paid=("b",))
    ranked, paid = _measure(house), _measure(house, part="sponsored")
    assert (
        ranked.figures.click_rate.hits,
        ranked.figures.click_rate.tries,
        ranked.bought,
        ranked.figures.worth.total,
    ) == (1, 4, 0, 0)
    assert (paid.figures.click_rate.hits, paid.figures.click_rate.tries, paid.bought, paid.figures.worth.total) == (
        1,
        2,
        1,
        500,
    )


def test_first_visits_and_later_ones(house: House, log: Log) -> None:
    log.slate("ann", "v0", days=60)
    log.slate("ann", "v1", days=1)
    log.slate("bob", "v2", (CLICK, "a"))
    log.slate("bob", "v2", (CLICK, "a"))
    assert (_measure(house, who="known").saw, _measure(house, who="new").saw) == (1, 1)
    assert _measure(house, who="new").figures.click_rate.tries == 6


def test_a_period_ends_today_and_begins_at_midnight(house: House, log: Log) -> None:
    log.slate("ann", "v1", (CLICK, "a"))
    log.slate("bob", "v2", days=3)
    log.slate("cem", "v3", days=8)
    found = _measure(house, days=7)
    today = house.clock().date()
    assert [day.day for day in found.days] == [today - timedelta(days=n) for n in range(6, -1, -1)]
    assert {day.day: day.visits for day in found.days if day.visits} == {today: 1, today - timedelta(days=3): 1}
    assert found.days[-1].clicks.value == pytest.approx(1 / 3)
    assert isinstance(found.days[0].day, date)


def test_the_same_is_counted_for_the_period_before(house: House, log: Log) -> None:
    log.slate("ann", "v1", (CLICK, "a"), (BUY, "a"))
    log.slate("bob", "v2", (CLICK, "a"), (CLICK, "b"), days=9)
    log.slate("cem", "v3", (CLICK, "a"), days=20)
    found = _measure(house, days=7)
    assert (found.figures.click_rate.hits, found.figures.worth.value) == (1, 500)
    assert (found.before.click_rate.hits, found.before.click_rate.tries, found.before.worth.value) == (2, 3, 0)
    assert (found.chats, found.events) == (1, 5)


def test_an_empty_log_is_no_error(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    found = Funnels(store, ManualClock(), "UTC").measure(Asked())
    store.close()
    assert (found.chats, found.figures.click_rate.value, found.surfaces) == (0, None, ())


def test_postgres_counts_the_same(house: House, log: Log) -> None:
    log.slate("ann", "v1", (CLICK, "a"), (CLICK, "c"), (BUY, "c"), paid=("c",), surface="recommend")
    log.slate("bob", "v2", (CART, "b"), hidden=("a",), stream="uniform")
    session = house.sessions.open(None)
    house.conversations.append_user(session.principal, session.conversation_id, "m1", "hello")
    queries = (slates_since(0.0), wrote_since(house.clock() - timedelta(days=1)), FIRST_VISITS)
    with house.store.read() as here, postgres() as there:
        there.copy(here, conversations, sessions, messages, decisions, events)
        for query in queries:
            found = sorted(["" if value is None else str(value) for value in row] for row in here.execute(query))
            assert sorted(there.run(written(query))) == found != []
            # Sums would be decimals there, which are no Python numbers to calculate with.
            assert "numeric" not in there.types(query)
