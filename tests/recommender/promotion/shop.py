"""A small shop whose releases rank: a log made by the recommender itself, with known shoppers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.promotion.pipeline import Shop, load_line_up
from recommender.promotion.registry import Registry
from tests.recommender.simulator import World, make_items

CLOSED = timedelta(days=8)


class SmallShop:
    """Visits of simulated shoppers, ranked by what the registry says."""

    def __init__(self, root: Path, *, seed: int = 1) -> None:
        self.registry = Registry(root)
        self.log = MemoryEventLog()
        self.world = World(make_items(), seed=seed)
        numbers = count()
        self.recommender = Recommender(self.world.items, self.log, new_id=lambda: f"decision-{next(numbers)}")

    def follow(self) -> None:
        """Serve what the registry says."""
        self.recommender.serve(load_line_up(self.registry, _no_problem))

    def visits(self, n: int) -> None:
        """Let shoppers come."""
        for _ in range(n):
            self.world.visit(self.recommender)

    def shop(self, *, later: timedelta = timedelta(0)) -> Shop:
        """What the steps of promotion work on."""
        now = datetime.fromtimestamp(self.world.now, UTC) + timedelta(seconds=1) + later
        return Shop(registry=self.registry, log=self.log, items=self.world.items, now=now, seed=1)


def _no_problem(sentence: str) -> None:
    raise AssertionError(sentence)
