"""The funnel in words and bars. Pure: no HTML but the drawing of the days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from assistant.support.funnel import Funnel
from recommender.rates import Mean, Rate
from ui.owner_charts import Point, daily_chart, nice_top
from ui.owner_words import percent, rate_words, spread
from ui.views import Look, MomentView, moment_view


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: how many visits came so far, and which share of those of the step before."""

    name: str
    what: str
    visits: str
    width: float
    share: str
    interval: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure with its interval, the same of the period before, and what it is made of."""

    name: str
    value: str
    interval: str
    before: str
    made_of: str


@dataclass(frozen=True, slots=True)
class DayView:
    """One day in a table."""

    day: str
    visits: int
    ordered: int
    shown: int
    clicks: str
    interval: str


@dataclass(frozen=True, slots=True)
class FunnelView:
    """The whole section.

    Args:
        steps: from chats to orders.
        figures: the rates.
        chart: one line of click rates over bars of visits.
        top: of the chart's scale.
        busiest: most visits of a day.
        first, last: days.
        days: the same in a table, newest first.
        surfaces: to choose from.
        events: read from the log.
        empty: whether there is nothing to show.
    """

    steps: tuple[StepView, ...]
    figures: tuple[FigureView, ...]
    chart: Markup
    top: str
    busiest: int
    first: MomentView
    last: MomentView
    days: tuple[DayView, ...]
    surfaces: tuple[str, ...]
    events: str
    empty: bool


def funnel_view(funnel: Funnel, money: Callable[[float], str], look: Look) -> FunnelView:
    """Write a funnel."""
    points = [Point(day.clicks.value, day.clicks.low, day.clicks.high, day.visits) for day in funnel.days]
    top = nice_top([point.high for point in points if point.value is not None and _seen(point)] or [0.0])
    days = [
        DayView(
            day.day.isoformat(),
            day.visits,
            day.ordered,
            day.clicks.tries,
            percent(day.clicks.value),
            spread(day.clicks.low, day.clicks.high) if day.clicks.tries else "",
        )
        for day in reversed(funnel.days)
    ]
    return FunnelView(
        steps=_steps(funnel),
        figures=_figures(funnel, money),
        chart=daily_chart(points, top),
        top=percent(top, 0),
        busiest=max((point.amount for point in points), default=0),
        first=_day(funnel, 0, look),
        last=_day(funnel, -1, look),
        days=tuple(days),
        surfaces=funnel.surfaces,
        events=f"{funnel.events:,}",
        empty=funnel.chats == 0,
    )


def _seen(point: Point) -> bool:
    """Whether an interval says something: a day of three cards must not flatten all others."""
    return point.high - point.low < 0.5


def _day(funnel: Funnel, which: int, look: Look) -> MomentView:
    from datetime import UTC, datetime

    return moment_view(datetime.combine(funnel.days[which].day, datetime.min.time(), UTC).replace(hour=12), look)


def _steps(funnel: Funnel) -> tuple[StepView, ...]:
    rows: tuple[tuple[str, str, int, Rate | None], ...] = (
        ("Chat", "wrote a message or saw cards", funnel.chats, None),
        ("Cards", "saw cards", funnel.saw, funnel.reached["shown"]),
        ("Click", "clicked a card", funnel.clicked, funnel.reached["clicked"]),
        ("Cart", "put one into the cart", funnel.carted, funnel.reached["carted"]),
        ("Order", "ordered one", funnel.bought, funnel.reached["bought"]),
    )
    most = max(funnel.chats, 1)
    return tuple(
        StepView(
            name,
            what,
            f"{visits:,}",
            round(100 * visits / most, 2),
            "" if rate is None or rate.value is None else percent(rate.value),
            "" if rate is None or rate.value is None else spread(rate.low, rate.high),
        )
        for name, what, visits, rate in rows
    )


def _figures(funnel: Funnel, money: Callable[[float], str]) -> tuple[FigureView, ...]:
    now, before = funnel.figures, funnel.before
    clicks, orders, worth = now.click_rate, now.order_rate, now.worth
    when = f"{funnel.asked.days} days before"
    return (
        FigureView(
            "Cards clicked",
            percent(clicks.value),
            spread(clicks.low, clicks.high) if clicks.tries else "",
            _compared(when, before.click_rate),
            f"{clicks.hits:,} of {clicks.tries:,} cards, {clicks.clusters:,} shoppers",
        ),
        FigureView(
            "Visits that ordered",
            percent(orders.value),
            spread(orders.low, orders.high) if orders.tries else "",
            _compared(when, before.order_rate),
            f"{orders.hits:,} of {orders.tries:,} visits with cards, {orders.clusters:,} shoppers",
        ),
        FigureView(
            "Sold per visit with cards",
            "–" if worth.value is None else money(worth.value),
            _between(worth, money),
            f"{when}: {money(before.worth.value)}, {_between(before.worth, money)}" if before.worth.value else "",
            f"{money(worth.total)} in all, of products that a card had shown",
        ),
    )


def _compared(when: str, rate: Rate) -> str:
    return f"{when}: {rate_words(rate)}" if rate.tries else ""


def _between(mean: Mean, money: Callable[[float], str]) -> str:
    if mean.low is None or mean.high is None:
        return "too few shoppers for an interval"
    return f"{money(max(mean.low, 0.0))} to {money(mean.high)}"
