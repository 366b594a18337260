"""Simulated shoppers over a year: slates shown by a known chance policy, and what people whose tastes are known did.

The logging policy draws a slate without replacement from the candidates (Plackett-Luce): an item's weight is 1 for an
ordinary item and up to 2 for a charming one, so it is nearly uniform and every candidate has a fair chance.

When somebody comes, and for what: the time of a visit is drawn by the year's traffic, and a category is wanted in
proportion to exp(mean u of its products) times its season (seasons.yaml). Neither touches what is shown of it.

The choice model, per slot k (0-based) of a slate:

- looked at with probability 1 / (1 + 0.22 k) (position bias);
- an item that is looked at is clicked with probability sigmoid(1.3 u - 2.5);
- a clicked item goes into the cart with probability sigmoid(0.9 u - 1.9), and a carted one is bought with 0.5, which
  ends the visit;
- an item that is looked at but not clicked is dismissed with probability 0.5 * sigmoid(-1.6 - u);
- with a purchase, each category that fits with it is visited with probability 0.45: one thing of it is bought along,
  chosen by exp(1.5 u), on its product page (no decision);
- an order with clothing or shoes comes back with about 0.27, any other with 0.06: a RETURN event for each thing in it.

u is the utility in tastes.py. Prices, stock and tastes do not change over the time simulated. The first shoppers are
the shop's customers: each comes again until as many orders are placed as the year has for that customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from assistant.demo.catalogue import Made, Progress
from assistant.demo.seasons import Seasons, load_seasons
from assistant.demo.tastes import Tastes, draw_tastes, load_segments
from assistant.demo.visits import Purchase, Visits
from recommender.events import Decision, Event

DAYS = 365
N_SHOPPERS = 800
N_CUSTOMERS = 197
ORDERS_PER_CUSTOMER = 773 / N_CUSTOMERS
_MAX_VISITS = 60


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What was shown and what happened, in order of time, what was ordered, and the truth behind it."""

    decisions: tuple[Decision, ...]
    events: tuple[Event, ...]
    purchases: tuple[Purchase, ...]
    tastes: Tastes


def simulate(
    catalogue: Sequence[Made],
    *,
    seed: int,
    now: datetime,
    n_shoppers: int = N_SHOPPERS,
    progress: Progress | None = None,
) -> Behaviour:
    """Let shoppers visit the demo shop over the last year.

    Args:
        catalogue: from `make_catalogue`.
        seed: the same seed, catalogue and `now` give the same behaviour.
        now: aware datetime; everything happens before it.
        n_shoppers: 1 or more; the first 197 of them are customers.
        progress: called with ("shoppers", done, total).
    """
    rng = np.random.default_rng([seed, DAYS])
    seasons, end = load_seasons(), now.timestamp()
    tastes = draw_tastes(catalogue, load_segments(), n_shoppers, rng)
    visits = Visits(catalogue, tastes, seasons, end, rng)
    wanted = _orders_wanted(min(n_shoppers, N_CUSTOMERS), rng)
    for shopper in range(n_shoppers):
        if shopper < len(wanted):
            _come_until(wanted[shopper], shopper, visits, seasons, end, rng)
        else:
            for visit in range(1 + int(rng.poisson(2.2))):
                visits.play(shopper, visit, _moment(seasons, end, rng))
        if progress and ((shopper + 1) % 50 == 0 or shopper + 1 == n_shoppers):
            progress("shoppers", shopper + 1, n_shoppers)
    decisions = sorted(visits.decisions, key=lambda decision: (decision.context.now, decision.decision_id))
    purchases = sorted(visits.purchases, key=lambda purchase: (purchase.at, purchase.session_key))
    return Behaviour(tuple(decisions), _numbered(visits.events), tuple(purchases), tastes)


def _orders_wanted(n_customers: int, rng: np.random.Generator) -> list[int]:
    """Share the year's orders among the customers: one each at least, and some buy a lot."""
    rest = round(ORDERS_PER_CUSTOMER * n_customers) - n_customers
    return [1 + int(extra) for extra in rng.multinomial(rest, rng.dirichlet(np.full(n_customers, 2.0)))]


def _come_until(
    n_orders: int, shopper: int, visits: Visits, seasons: Seasons, end: float, rng: np.random.Generator
) -> None:
    bought = 0
    for visit in range(_MAX_VISITS):
        bought += visits.play(shopper, visit, _moment(seasons, end, rng))
        if bought == n_orders:
            return


def _moment(seasons: Seasons, end: float, rng: np.random.Generator) -> float:
    """Draw when a visit begins, seconds since the epoch: more in busy months, and never after now."""
    while True:
        at = end - float(rng.uniform(0.05, DAYS)) * 86_400
        if rng.random() * max(seasons.traffic) < seasons.traffic[datetime.fromtimestamp(at, UTC).month - 1]:
            return round(at, 1)


def _numbered(events: Iterable[Event]) -> tuple[Event, ...]:
    in_order = sorted(events, key=lambda event: event.at)
    return tuple(replace(event, event_id=f"demo-event-{number:06d}") for number, event in enumerate(in_order, start=1))
