"""Baskets from a file, and the rules and cost figures of `aisle bench groceries`."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recommender.errors import LogUnusable
from recommender.selling.rules import ItemSet, Rule, association_rules, frequent_sets

SUPPORT: Final = 0.006
CONFIDENCE: Final = 0.25
_SHARES: Final = (0.25, 0.5, 0.75, 1.0)
_SUPPORTS: Final = (0.02, 0.01, 0.006, 0.003, 0.001)

Baskets = tuple[ItemSet, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What mining once cost.

    Args:
        baskets: how many were read.
        support: least share.
        sets: frequent sets found.
        seconds: of processor time.
    """

    baskets: int
    support: float
    sets: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Mined:
    """Everything that is reported.

    Args:
        baskets, items: how many.
        rules: at SUPPORT and CONFIDENCE, by falling lift.
        seconds: of processor time, for the rules.
        by_size: cost over the number of baskets.
        by_support: cost over the least support.
    """

    baskets: int
    items: int
    rules: tuple[Rule, ...]
    seconds: float
    by_size: tuple[Cost, ...]
    by_support: tuple[Cost, ...]


def read_baskets(path: Path) -> Baskets:
    """Read baskets.

    Args:
        path: CSV without a header; one basket per line, its items separated by commas.

    Raises:
        LogUnusable: it cannot be read, or holds no basket.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [tuple(sorted({name.strip() for name in row if name.strip()})) for row in csv.reader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LogUnusable(f"{path.name} cannot be read: give a CSV file with one basket per line.") from error
    baskets = tuple(row for row in rows if row)
    if not baskets:
        raise LogUnusable(f"{path.name} holds no basket.")
    return baskets


def mine(
    baskets: Baskets,
    progress: Callable[[str, int, int | None], None],
    clock: Callable[[], float] = time.process_time,
) -> Mined:
    """Find the rules, and what they and more or fewer baskets cost.

    Args:
        baskets: at least one.
        progress: told (what, done, of how many).
        clock: seconds of processor time.
    """
    began = clock()
    rules = association_rules(
        baskets, support=SUPPORT, confidence=CONFIDENCE, progress=lambda done, of: progress("rules", done, of)
    )
    seconds = clock() - began
    return Mined(
        baskets=len(baskets),
        items=len({item for basket in baskets for item in basket}),
        rules=rules,
        seconds=seconds,
        by_size=tuple(_cost(baskets[: max(1, round(share * len(baskets)))], SUPPORT, clock) for share in _SHARES),
        by_support=tuple(_cost(baskets, support, clock) for support in _SUPPORTS),
    )


def _cost(baskets: Baskets, support: float, clock: Callable[[], float]) -> Cost:
    began = clock()
    sets = frequent_sets(baskets, min_baskets=max(1, round(support * len(baskets))))
    return Cost(len(baskets), support, len(sets), clock() - began)
