"""How well robots and self-clicks are told from people, and what leaving them out does to a click model.

    python -m tests.benchmarks.robots [--visits 1500] [--seeds 5]

People have hidden tastes and look less at lower places; slates are drawn at random, so that the true chances are known
for every row. One visit in twelve is no customer's: eight kinds, two of which (one that waits as people do, and staff
that nobody named) cannot be told by how they act. The limits of `recommender.data` were set before this was written.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.terminal import say
from recommender.data.cleaning import clean
from recommender.data.settings import KnownTraffic
from recommender.events import Event, EventType, Item
from recommender.examples import collect_examples
from recommender.item_table import FloatArray
from recommender.metrics import auc
from recommender.settings import RecommenderSettings
from tests.recommender.data.traffic import NOW
from tests.recommender.simulator import N_BRANDS, N_CATEGORIES, make_items

ROBOTS = ("scraper", "timer", "jittered timer", "glancer", "clicker", "patient robot", "named staff", "unnamed staff")
_PEOPLE = ("casual", "eager", "hunter")
_DAYS = 30 * 86_400.0
Clicks = Callable[[int, str, float], float | None]
"""(place, item, chance) -> seconds until the click; None without one."""


@dataclass
class Log:
    """Events by visit, and of which kind each visit is."""

    events: list[Event] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    chances: dict[tuple[str, str], float] = field(default_factory=dict)


class World:
    """Makes visits of people and of others."""

    def __init__(self, items: Mapping[str, Item], seed: int) -> None:
        self.items, self.ids = items, list(items)
        self.rng = np.random.default_rng(seed)
        self.quality = dict(zip(items, self.rng.normal(0, 0.8, len(items)), strict=True))
        self.log = Log()

    def chance(self, taste: tuple[str, str], item_id: str) -> float:
        """The true probability of a click on an item that is looked at."""
        item = self.items[item_id]
        logit = -2.8 + self.quality[item_id] + 1.8 * (item.category == taste[0]) + 1.0 * (item.brand == taste[1])
        return float(1 / (1 + np.exp(-logit)))

    def visit(self, kind: str, name: str, at: float) -> None:
        """Let one visit happen."""
        self.log.kinds[name] = kind
        n, gap, clicks = self._habits(kind)
        taste = (f"category-{self.rng.integers(N_CATEGORIES)}", f"brand-{self.rng.integers(N_BRANDS)}")
        for number in range(n):
            at += gap()
            shown = [str(item_id) for item_id in self.rng.choice(self.ids, size=6, replace=False)]
            decision_id = f"{name}/{number}"
            self._add(EventType.IMPRESSION, shown, name, at, decision_id)
            for place, item_id in enumerate(shown):
                p = 0.85**place * self.chance(taste, item_id)
                self.log.chances[decision_id, item_id] = p
                wait = clicks(place, item_id, p)
                if wait is not None:
                    at += wait
                    self._add(EventType.CLICK, [item_id], name, at, decision_id, place)

    def _habits(self, kind: str) -> tuple[int, Callable[[], float], Clicks]:
        """How many slates, the wait before each, and the wait before a click or None without one."""
        rng = self.rng

        def log_normal(median: float, sigma: float) -> Callable[[], float]:
            return lambda: float(rng.lognormal(np.log(median), sigma))

        def when(choose: Callable[[int, str, float], float], wait: Callable[[], float]) -> Clicks:
            return lambda place, item_id, p: wait() if rng.random() < choose(place, item_id, p) else None

        own = ("brand-0",)
        human = when(lambda _, __, p: p, log_normal(12.0, 1.0))
        habits: dict[str, tuple[int, Callable[[], float], Clicks]] = {
            "casual": (int(rng.integers(1, 7)), log_normal(20.0, 0.9), human),
            "eager": (int(rng.integers(5, 26)), log_normal(8.0, 0.8), human),
            # In a hurry, and back from half of the products within two seconds: the hard ones among people.
            "hunter": (
                int(rng.integers(20, 61)),
                log_normal(4.0, 0.7),
                when(lambda _, __, p: min(1.0, 2 * p), log_normal(2.0, 0.8)),
            ),
            "scraper": (200, lambda: float(rng.uniform(0.2, 1.0)), when(lambda *_: 0.1, lambda: 0.2)),
            "timer": (60, lambda: 15.0 * float(rng.uniform(0.95, 1.05)), lambda *_: None),
            "jittered timer": (60, lambda: 15.0 * float(rng.uniform(0.6, 1.4)), when(lambda *_: 0.3, lambda: 9.0)),
            # Opens one product of a list and is back at once, to ask for the next list.
            "glancer": (
                60,
                lambda: float(rng.uniform(0.5, 1.2)),
                when(lambda place, *_: 0.7 * (place == 0), log_normal(8.0, 0.8)),
            ),
            "clicker": (25, log_normal(15.0, 0.8), when(lambda *_: 0.97, log_normal(6.0, 0.8))),
            "patient robot": (40, log_normal(15.0, 0.9), when(lambda *_: 0.3, log_normal(10.0, 0.9))),
        }
        staff = (
            40,
            log_normal(15.0, 0.9),
            when(lambda _, i, __: 0.8 if self.items[i].brand in own else 0.02, log_normal(8, 0.9)),
        )
        return habits.get(kind, staff)

    def _add(
        self, kind: EventType, shown: Sequence[str], name: str, at: float, decision_id: str, place: int = 0
    ) -> None:
        for offset, item_id in enumerate(shown):
            event_id = f"{kind}:{decision_id}:{place + offset}"
            self.log.events.append(Event(event_id, kind, item_id, name, name, at, decision_id, place + offset))


def make_log(n_visits: int, seed: int) -> Log:
    """Let visits begin at random over a month; one in twelve is no customer's."""
    world = World(make_items(120), seed)
    for number, at in enumerate(np.sort(world.rng.uniform(NOW - _DAYS, NOW - 86_400.0, n_visits))):
        kind = str(
            ROBOTS[number // 12 % len(ROBOTS)] if number % 12 == 11 else world.rng.choice(_PEOPLE, p=(0.7, 0.25, 0.05))
        )
        world.visit(kind, f"visit-{number}", float(at))
    world.log.events.sort(key=lambda event: event.at)
    return world.log


def fitted_auc(events: Sequence[Event], people: Log, cut: float) -> float:
    """AUC on people's rows after the cut, of LightGBM trained on all rows before it."""
    from lightgbm import LGBMClassifier

    examples = collect_examples(events, make_items(120), RecommenderSettings())
    shown = [event for event in events if event.type is EventType.IMPRESSION]
    at = np.array([event.at for event in shown])
    human = np.array([people.kinds[event.session_key] in _PEOPLE for event in shown])
    x: FloatArray = np.column_stack([examples.dense, examples.positions]).astype(np.float64)
    model = LGBMClassifier(n_estimators=120, learning_rate=0.05, num_leaves=15, random_state=0, n_jobs=1, verbose=-1)
    model.fit(x[at < cut], examples.labels[at < cut, 0])
    test = (at >= cut) & human
    return auc(examples.labels[test, 0], np.asarray(model.predict_proba(x[test])[:, 1], np.float64))


def true_auc(log: Log, cut: float) -> float:
    """AUC of the true chances on people's rows after the cut."""
    clicked = {(e.decision_id, e.item_id) for e in log.events if e.type is EventType.CLICK}
    rows = [
        (log.chances[e.decision_id or "", e.item_id], float((e.decision_id, e.item_id) in clicked))
        for e in log.events
        if e.type is EventType.IMPRESSION and e.at >= cut and log.kinds[e.session_key] in _PEOPLE
    ]
    return auc(np.array([row[1] for row in rows]), np.array([row[0] for row in rows]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=1500)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    caught: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for seed in range(given.seeds):
        log = make_log(given.visits, seed)
        known = KnownTraffic(staff=frozenset(name for name, kind in log.kinds.items() if kind == "named staff"))
        cleaned = clean(log.events, make_items(120), now=NOW, known=known)
        kept = list(cleaned.kept(log.events))
        left = {event.session_key for event in kept}
        for name, kind in log.kinds.items():
            total[kind] += 1
            caught[kind] += name not in left
        cut = NOW - 0.3 * _DAYS
        people = [e for e in log.events if log.kinds[e.session_key] in _PEOPLE]
        aucs = [fitted_auc(events, log, cut) for events in (log.events, kept, people)]
        say(
            f"seed {seed}: {len(log.events)} events, {1 - len(people) / len(log.events):.1%} not of customers; "
            f"AUC all {aucs[0]:.4f}, cleaned {aucs[1]:.4f}, people alone {aucs[2]:.4f}, truth {true_auc(log, cut):.4f}"
        )
    found = sum(caught[kind] for kind in ROBOTS)
    wrong = sum(caught[kind] for kind in _PEOPLE)
    say(f"precision {found / max(1, found + wrong):.4f}, recall {found / sum(total[kind] for kind in ROBOTS):.4f}")
    for kind in total:
        say(f"  {kind:15} {caught[kind]:4} of {total[kind]} left out")


if __name__ == "__main__":
    main()
