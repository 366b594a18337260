"""Visits of people and of machines, with what each of them is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from recommender.data.reason import Reason
from recommender.events import Event, EventType

NOW = 1_700_000_000.0
ITEM_IDS = tuple(f"item-{i}" for i in range(400))


def show(decision_id: str, item_ids: Sequence[str], who: str, at: float) -> list[Event]:
    """The impressions of one slate."""
    return [
        Event(f"{decision_id}:{place}", EventType.IMPRESSION, item_id, who, who, at, decision_id, place)
        for place, item_id in enumerate(item_ids)
    ]


def click(slate: Sequence[Event], place: int, at: float) -> Event:
    shown = slate[place]
    return Event(
        f"click:{shown.event_id}",
        EventType.CLICK,
        shown.item_id,
        shown.shopper_key,
        shown.session_key,
        at,
        shown.decision_id,
        place,
    )


def person(who: str, at: float, rng: random.Random, *, n_slates: int | None = None) -> list[Event]:
    """Some slates, few clicks, log-normal times between them; sometimes two clicks in a hurry."""
    events: list[Event] = []
    for number in range(n_slates or rng.randint(1, 6)):
        at += rng.lognormvariate(3.0, 0.9)
        slate = show(f"{who}/{number}", rng.sample(ITEM_IDS, 6), who, at)
        events += slate
        for place in range(6):
            if rng.random() < 0.12:
                at += rng.choice((rng.lognormvariate(2.5, 1.0), 1.0))
                events.append(click(slate, place, at))
    return events


def robots(rng: random.Random) -> Mapping[Reason, list[Event]]:
    """One machine for each sign, none of which shows another."""
    return {
        Reason.BOT_RATE: _machine("scraper", 150, lambda: rng.uniform(0.1, 0.6), ()),
        Reason.BOT_REGULAR: _machine("timer", 40, lambda: 20.0 * rng.uniform(0.95, 1.05), ()),
        # Back at the list a second after each click, so the click has no dwell.
        Reason.BOT_HURRIED: _machine("glancer", 60, lambda: rng.choice((0.8, 1.2)), (rng.lognormvariate(2.5, 1.0),)),
        Reason.BOT_EVERY_SLOT: _machine(
            "clicker", 12, lambda: rng.lognormvariate(3.5, 0.8), (5.0, 9.0, 2.0, 4.0, 11.0, 3.0)
        ),
    }


def _machine(who: str, n_slates: int, gap: Callable[[], float], waits: Sequence[float]) -> list[Event]:
    """Slates, and in each of them a click on the next place after each wait."""
    events: list[Event] = []
    at = NOW - 80_000.0
    for number in range(n_slates):
        at += gap()
        slate = show(f"{who}/{number}", [ITEM_IDS[(number * 6 + i) % len(ITEM_IDS)] for i in range(6)], who, at)
        events += slate
        for place, wait in enumerate(waits):
            at += wait
            events.append(click(slate, place, at))
    return events
