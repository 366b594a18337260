"""From chats to orders: how many visits come how far, and how often cards are clicked and bought.

One pass over the slates of a period; the database adds up what came of each. Whose visit it was is a pseudonymous key.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assistant.store import Clock, Store
from assistant.store.tables import conversations, decisions, events, messages, sessions
from recommender.events import APART, SPONSORED, EventType
from recommender.rates import Rate, clustered_rate

Who = Literal["all", "new", "known"]
Part = Literal["shoppers", "uniform", "sponsored"]
_PAID: Final = f'"code":"{SPONSORED}"'
"""Stands once in a decision's row for each paid place; within words the quotes would be written otherwise."""
_STEPS: Final = ("shown", "clicked", "carted", "bought")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the log is counted.

    Args:
        days: so many last days.
        surface: "search", "recommend", …; "" for all.
        who: "new" for first visits, "known" for later ones.
        part: "shoppers"; "uniform" for the hold-out that draws evenly; "sponsored" for paid places.
    """

    days: int = 30
    surface: str = ""
    who: Who = "all"
    part: Part = "shoppers"


@dataclass(frozen=True, slots=True)
class Day:
    """One day: visits that saw cards, and of them those that ordered from cards; how often cards were clicked."""

    day: date
    visits: int
    ordered: int
    clicks: Rate


@dataclass(frozen=True, slots=True)
class Funnel:
    """What came of a period's cards.

    Args:
        asked: which part.
        chats: visits that wrote a message or saw cards.
        saw, clicked, carted, bought: visits that came so far.
        reached: "saw", "clicked", "carted", "bought" -> share of the visits of the step before, people apart.
        click_rate: cards clicked of cards shown.
        order_rate: visits that ordered of visits that saw cards.
        value_minor: of what was bought from these cards, minor units.
        days: every day of the period.
        surfaces: all that there are in the period.
        events: read from the log.
        seconds: that it took, of this thread's processor time.
    """

    asked: Asked
    chats: int
    saw: int
    clicked: int
    carted: int
    bought: int
    reached: Mapping[str, Rate]
    click_rate: Rate
    order_rate: Rate
    value_minor: int
    days: tuple[Day, ...]
    surfaces: tuple[str, ...]
    events: int
    seconds: float


class _Slate(NamedTuple):
    decision_id: str
    shopper: str
    visit: str
    at: float
    shown: int
    clicked: int
    carted: int
    bought: int
    value: int
    paid_clicked: int
    paid_carted: int
    paid_bought: int
    paid_value: int
    paid_shown: int
    events: int
    surface: str
    stream: str

    def paid(self) -> _Slate:
        """The same of its paid places alone."""
        return self._replace(
            shown=self.paid_shown,
            clicked=self.paid_clicked,
            carted=self.paid_carted,
            bought=self.paid_bought,
            value=self.paid_value,
        )


class Funnels:
    """Counts funnels.

    Args:
        store: the shop's database.
        clock: the time.
        timezone: of the shop; days begin at its midnight.
        outsiders: keys of shoppers and visits that are no customer's: staff and robots.
    """

    def __init__(
        self, store: Store, clock: Clock, timezone: str, outsiders: Callable[[], Collection[str]] = frozenset
    ) -> None:
        self._store, self._clock, self._zone, self._outsiders = store, clock, ZoneInfo(timezone), outsiders

    def measure(self, asked: Asked) -> Funnel:
        """Count a period."""
        began = time.thread_time()
        now = self._clock()
        first_day = now.astimezone(self._zone).date() - timedelta(days=asked.days - 1)
        out = self._outsiders()
        since = datetime.combine(first_day, datetime.min.time(), self._zone)
        with self._store.read() as connection:
            every = (_Slate(*row) for row in connection.execute(_slates(since.timestamp())))
            everything = [slate for slate in every if slate.visit not in out and slate.shopper not in out]
            wrote = {
                f"s:{row.session_id[:24]}": f"c:{row.customer_id}" if row.customer_id else f"s:{row.session_id[:24]}"
                for row in connection.execute(_wrote(since))
            }
            firsts = _first_visits(connection) if asked.who != "all" else {}
        counted = (slate.paid() for slate in everything) if asked.part == "sponsored" else everything
        slates = [slate for slate in counted if slate.shown > 0 and _belongs(slate, asked, firsts)]
        wrote = {visit: who for visit, who in wrote.items() if visit not in out and who not in out}
        kept = {visit: who for visit, who in wrote.items() if _is(asked.who, who, visit, firsts)}
        return self._count(asked, slates, everything, kept, first_day, began)

    def _count(
        self,
        asked: Asked,
        slates: list[_Slate],
        everything: list[_Slate],
        wrote: Mapping[str, str],
        first_day: date,
        began: float,
    ) -> Funnel:
        visits = _visits(slates)
        chats = {**wrote, **{visit: one.shopper for visit, one in visits.items()}}
        reached, before = {}, dict.fromkeys(chats, 1)
        for step in _STEPS:
            came = {visit: int(getattr(one, step) > 0) for visit, one in visits.items()}
            reached[step] = clustered_rate(_by_person((chats[v], came.get(v, 0), n) for v, n in before.items()))
            before = {visit: 1 for visit in before if came.get(visit)}
        return Funnel(
            asked=asked,
            chats=len(chats),
            saw=reached["shown"].hits,
            clicked=reached["clicked"].hits,
            carted=reached["carted"].hits,
            bought=reached["bought"].hits,
            reached=reached,
            click_rate=_clicks(slates),
            order_rate=clustered_rate(_by_person((one.shopper, int(one.bought > 0), 1) for one in visits.values())),
            value_minor=sum(slate.value for slate in slates),
            days=self._days(slates, first_day, asked.days),
            surfaces=tuple(sorted({slate.surface for slate in everything if slate.surface})),
            events=sum(slate.events for slate in everything),
            seconds=time.thread_time() - began,
        )

    def _days(self, slates: Iterable[_Slate], first: date, n: int) -> tuple[Day, ...]:
        of_day: dict[date, list[_Slate]] = defaultdict(list)
        for slate in slates:
            of_day[datetime.fromtimestamp(slate.at, self._zone).date()].append(slate)
        found = []
        for day in (first + timedelta(days=number) for number in range(n)):
            visits = _visits(of_day[day])
            ordered = sum(one.bought > 0 for one in visits.values())
            found.append(Day(day, len(visits), ordered, _clicks(of_day[day])))
        return tuple(found)


@dataclass(slots=True)
class _Visit:
    shopper: str
    shown: int = 0
    clicked: int = 0
    carted: int = 0
    bought: int = 0


def _visits(slates: Iterable[_Slate]) -> dict[str, _Visit]:
    """Add slates up per visit. Nobody gets to a step without those before it, so a later one implies the earlier."""
    visits: dict[str, _Visit] = {}
    for slate in slates:
        one = visits.setdefault(slate.visit, _Visit(slate.shopper))
        one.shown += slate.shown
        one.bought += slate.bought
        one.carted += slate.carted or slate.bought
        one.clicked += slate.clicked or slate.carted or slate.bought
    return visits


def _clicks(slates: Iterable[_Slate]) -> Rate:
    return clustered_rate(_by_person((slate.shopper, min(slate.clicked, slate.shown), slate.shown) for slate in slates))


def _by_person(rows: Iterable[tuple[str, int, int]]) -> list[tuple[int, int]]:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for shopper, hits, tries in rows:
        found[shopper][0] += hits
        found[shopper][1] += tries
    return [(hits, tries) for hits, tries in found.values()]


def _belongs(slate: _Slate, asked: Asked, firsts: Mapping[str, str]) -> bool:
    return (
        (asked.part == "sponsored" or (slate.stream == "uniform") == (asked.part == "uniform"))
        and (not asked.surface or slate.surface == asked.surface)
        and _is(asked.who, slate.shopper, slate.visit, firsts)
    )


def _is(who: Who, shopper: str, visit: str, firsts: Mapping[str, str]) -> bool:
    return who == "all" or (firsts.get(shopper, visit) == visit) == (who == "new")


def _slates(since: float) -> sa.Select[Any]:
    """One row per slate shown since a time, with what came of it up to now: of its cards, and of its paid places."""
    items = _items(since).subquery()
    seen = items.c.shown > 0
    totals = (
        sa.select(
            items.c.decision_id,
            sa.func.min(items.c.shopper).label("shopper"),
            sa.func.min(items.c.visit).label("visit"),
            sa.func.min(items.c.at).label("at"),
            *(_summed(seen, items.c[step]).label(step) for step in (*_STEPS, "value")),
            *(_summed(~seen & ~items.c.hidden, items.c[step]).label(f"paid_{step}") for step in (*_STEPS, "value")),
            sa.func.sum(items.c.events).label("events"),
        )
        .group_by(items.c.decision_id)
        .subquery()
    )
    body = sa.type_coerce(decisions.c.body, sa.JSON)
    n_paid = (sa.func.length(decisions.c.body) - sa.func.length(sa.func.replace(decisions.c.body, _PAID, ""))) / len(
        _PAID
    )
    return sa.select(
        *(column for column in totals.c if column.name not in ("paid_shown", "events")),
        n_paid.label("paid_shown"),
        totals.c.events,
        sa.func.coalesce(body["context"]["surface"].as_string(), ""),
        sa.func.coalesce(body["stream"].as_string(), "live"),
    ).join(decisions, decisions.c.decision_id == totals.c.decision_id)


def _items(since: float) -> sa.Select[Any]:
    """One row per slate and item. What is paid for has no impression: nothing may be learned from it."""
    kind = events.c.type

    def did(event: EventType) -> sa.ColumnElement[int]:
        return sa.func.max(sa.case((kind == event.value, 1), else_=0))

    shown = did(EventType.IMPRESSION) - did(EventType.NOT_SHOWN)
    return (
        sa.select(
            events.c.decision_id,
            sa.func.min(events.c.shopper_key).label("shopper"),
            sa.func.min(events.c.session_key).label("visit"),
            sa.func.min(events.c.at).label("at"),
            shown.label("shown"),
            (did(EventType.NOT_SHOWN) == 1).label("hidden"),
            did(EventType.CLICK).label("clicked"),
            did(EventType.ADD_TO_CART).label("carted"),
            did(EventType.PURCHASE).label("bought"),
            sa.func.sum(sa.case((kind == EventType.PURCHASE.value, events.c.value_minor), else_=0)).label("value"),
            sa.func.count().label("events"),
        )
        .where(events.c.at >= since, events.c.decision_id.is_not(None), ~events.c.item_id.startswith(APART))
        .group_by(events.c.decision_id, events.c.item_id)
    )


def _summed(where: sa.ColumnElement[bool], value: Any) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((where, value), else_=0))


def _wrote(since: datetime) -> sa.Select[Any]:
    return (
        sa.select(conversations.c.session_id, sa.func.max(sessions.c.customer_id).label("customer_id"))
        .join(messages, messages.c.conversation_id == conversations.c.id)
        .join(sessions, sessions.c.session_id == conversations.c.session_id, isouter=True)
        .where(messages.c.role == "shopper", messages.c.at >= since)
        .group_by(conversations.c.session_id)
    )


def _first_visits(connection: sa.Connection) -> dict[str, str]:
    """Return each shopper's first visit."""
    query = sa.select(events.c.shopper_key, events.c.session_key, sa.func.min(events.c.at))
    firsts: dict[str, tuple[float, str]] = {}
    for shopper, visit, at in connection.execute(query.group_by(events.c.shopper_key, events.c.session_key)):
        if shopper not in firsts or at < firsts[shopper][0]:
            firsts[shopper] = (at, visit)
    return {shopper: visit for shopper, (_, visit) in firsts.items()}
