"""From chats to orders: how many visits come how far, and how often cards are clicked and bought.

One pass over the slates of a period; the database adds up what came of each. Whose visit it was is a pseudonymous key.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assistant.store import Clock, Store
from assistant.support.funnel_sql import FIRST_VISITS, STEPS, slates_since, wrote_since
from recommender.rates import Mean, Rate, clustered_mean, clustered_rate

Who = Literal["all", "new", "known"]
Part = Literal["shoppers", "uniform", "sponsored"]


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
class Figures:
    """What a period's cards were worth.

    Args:
        click_rate: cards clicked of cards shown.
        order_rate: visits that ordered of visits that saw cards.
        worth: minor units that were bought from these cards, per visit that saw cards.
    """

    click_rate: Rate
    order_rate: Rate
    worth: Mean


@dataclass(frozen=True, slots=True)
class Funnel:
    """What came of a period's cards.

    Args:
        asked: which part.
        chats: visits that wrote a message or saw cards.
        saw, clicked, carted, bought: visits that came so far.
        reached: "saw", "clicked", "carted", "bought" -> share of the visits of the step before, people apart.
        figures: of the period.
        before: of the period of the same length before it.
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
    figures: Figures
    before: Figures
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
        since, before = (
            datetime.combine(day, datetime.min.time(), self._zone)
            for day in (first_day, first_day - timedelta(days=asked.days))
        )
        with self._store.read() as connection:
            every = (_Slate(*row) for row in connection.execute(slates_since(before.timestamp())))
            everything = [slate for slate in every if slate.visit not in out and slate.shopper not in out]
            wrote = {
                f"s:{row.session_id[:24]}": f"c:{row.customer_id}" if row.customer_id else f"s:{row.session_id[:24]}"
                for row in connection.execute(wrote_since(since))
            }
            firsts = _first_visits(connection) if asked.who != "all" else {}
        counted = (slate.paid() for slate in everything) if asked.part == "sponsored" else everything
        meant = [slate for slate in counted if slate.shown > 0 and _belongs(slate, asked, firsts)]
        slates = [slate for slate in meant if slate.at >= since.timestamp()]
        earlier = _figures([slate for slate in meant if slate.at < since.timestamp()])
        everything = [slate for slate in everything if slate.at >= since.timestamp()]
        wrote = {visit: who for visit, who in wrote.items() if visit not in out and who not in out}
        kept = {visit: who for visit, who in wrote.items() if _is(asked.who, who, visit, firsts)}
        return self._count(asked, slates, everything, kept, earlier, first_day, began)

    def _count(
        self,
        asked: Asked,
        slates: list[_Slate],
        everything: list[_Slate],
        wrote: Mapping[str, str],
        before: Figures,
        first_day: date,
        began: float,
    ) -> Funnel:
        visits = _visits(slates)
        chats = {**wrote, **{visit: one.shopper for visit, one in visits.items()}}
        reached, left = {}, dict.fromkeys(chats, 1)
        for step in STEPS:
            came = {visit: int(getattr(one, step) > 0) for visit, one in visits.items()}
            reached[step] = clustered_rate(_by_person((chats[v], came.get(v, 0), n) for v, n in left.items()))
            left = {visit: 1 for visit in left if came.get(visit)}
        return Funnel(
            asked=asked,
            chats=len(chats),
            saw=reached["shown"].hits,
            clicked=reached["clicked"].hits,
            carted=reached["carted"].hits,
            bought=reached["bought"].hits,
            reached=reached,
            figures=_figures(slates),
            before=before,
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
    value: int = 0


def _visits(slates: Iterable[_Slate]) -> dict[str, _Visit]:
    """Add slates up per visit. Nobody gets to a step without those before it, so a later one implies the earlier."""
    visits: dict[str, _Visit] = {}
    for slate in slates:
        one = visits.setdefault(slate.visit, _Visit(slate.shopper))
        one.shown += slate.shown
        one.bought += slate.bought
        one.value += slate.value
        one.carted += slate.carted or slate.bought
        one.clicked += slate.clicked or slate.carted or slate.bought
    return visits


def _figures(slates: Sequence[_Slate]) -> Figures:
    visits = _visits(slates).values()
    return Figures(
        _clicks(slates),
        clustered_rate(_by_person((one.shopper, int(one.bought > 0), 1) for one in visits)),
        clustered_mean(_by_person((one.shopper, one.value, 1) for one in visits)),
    )


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


def _first_visits(connection: sa.Connection) -> dict[str, str]:
    """Return each shopper's first visit."""
    firsts: dict[str, tuple[float, str]] = {}
    for shopper, visit, at in connection.execute(FIRST_VISITS):
        if shopper not in firsts or at < firsts[shopper][0]:
            firsts[shopper] = (at, visit)
    return {shopper: visit for shopper, (_, visit) in firsts.items()}
