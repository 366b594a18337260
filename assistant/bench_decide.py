"""What `aisle bench decide` does: the online path on the demo shop, with its log on disk.

The demo's simulated shoppers are shown slates and react by their hidden tastes; then the whole log is computed again,
and the named reasons are taken away. Times are measured apart, at several numbers of candidates and events.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.demo.catalogue import make_catalogue
from assistant.demo.shoppers import Behaviour, simulate
from assistant.demo.spec import load_spec
from assistant.opening import items_of
from assistant.store import SqlEventLog, open_store
from assistant.terminal import say, say_json, showing_progress
from recommender.bench_decide import Request, live, read_back, time_decisions
from recommender.ctr.artifact import load_artifact
from recommender.decide import Recommender
from recommender.errors import RecommenderError
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, Event, EventLog, EventType, Item
from recommender.models.predicted import Predicted
from recommender.promotion.line_up import LineUp, Served
from recommender.settings import RecommenderSettings
from recommender.train import train

Progress = Callable[[str, int, int | None], None]
_DAY_S = 86_400.0
_VECTOR_WIDTH = 384
_CURVE = (20, 50, 100, 200, 500)
_NOW = datetime(2026, 11, 25, tzinfo=UTC)


@dataclass(frozen=True)
class _Shop:
    """The demo shop as the bench needs it."""

    items: dict[str, Item]
    behaviour: Behaviour
    vectors: NDArray[np.float32]
    model: Predicted


def bench_decide(*, decisions: int, candidates: int, timed: int, shoppers: int, seed: int, as_json: bool) -> None:
    """Measure and tell.

    Args:
        decisions: slates that simulated shoppers are shown, all computed again afterwards.
        candidates: of each timed decision.
        timed: decisions timed at each point of the curves.
        shoppers: simulated ones of the demo's behaviour before.
        seed: of everything.
        as_json: write JSON.
    """
    with tempfile.TemporaryDirectory() as folder, showing_progress() as progress:
        shop = _make_shop(Path(folder), shoppers, seed, progress)
        found = {
            "candidates": candidates,
            "times": _curve_over_candidates(shop, Path(folder), sorted({*_CURVE, candidates}), timed, seed, progress),
            "over_events": _curve_over_events(shop, Path(folder), candidates, timed, seed, progress),
            **_replayed(shop, Path(folder), decisions, seed, progress),
            "machine": _machine(),
        }
    if as_json:
        say_json(found)
    else:
        _tell(found)


def _make_shop(folder: Path, shoppers: int, seed: int, progress: Progress) -> _Shop:
    catalogue = make_catalogue(load_spec(), seed=seed, progress=progress)
    behaviour = simulate(catalogue, seed=seed, now=_NOW, n_shoppers=shoppers, progress=progress)
    items = items_of(made.product for made in catalogue)
    log = MemoryEventLog()
    log.append_many(behaviour.decisions, behaviour.events)
    try:
        train(
            log,
            items,
            folder / "model",
            seed=seed,
            progress=lambda what, share: progress(what, round(100 * share), 100),
            now=_NOW.timestamp(),
        )
        model = Predicted(load_artifact(folder / "model"))
    except RecommenderError:
        model = Predicted()
    return _Shop(items, behaviour, _vectors(items, seed), model)


def _vectors(items: dict[str, Item], seed: int) -> NDArray[np.float32]:
    """Unit vectors that lie near each other within a category, as an encoder's do."""
    rng = np.random.default_rng([seed, 1])
    centres = {item.category: rng.normal(size=_VECTOR_WIDTH) for item in items.values()}
    rows = np.array([centres[item.category] + rng.normal(size=_VECTOR_WIDTH) for item in items.values()])
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _recommender(shop: _Shop, log: EventLog, settings: RecommenderSettings) -> Recommender:
    numbers = count()
    recommender = Recommender(shop.items, log, settings=settings, new_id=lambda: f"bench-{next(numbers):07d}")
    recommender.use_vectors(list(shop.items), shop.vectors)
    served = Served("bench", shop.model, "in use", shop.model.sha) if shop.model.sha else Served()
    recommender.serve(LineUp(served))
    return recommender


def _requests(shop: _Shop, n: int, n_candidates: int, seed: int, *, matches: bool) -> Iterator[Request]:
    """Requests of the demo's shoppers after its year; half are searches, whose hits are likelier of one category."""
    rng = np.random.default_rng([seed, n_candidates])
    ids, at = list(shop.items), _NOW.timestamp()
    keys = shop.behaviour.tastes.shopper_keys
    categories = sorted({item.category or "" for item in shop.items.values()})
    prices = {item_id: item.price_minor for item_id, item in shop.items.items()}
    for number in range(n):
        at += 60.0
        searched = number % 2 == 0
        wanted, limit = str(rng.choice(categories)), int(rng.choice(list(prices.values())))
        near = rng.random(len(ids)) + np.array([2.0 * (shop.items[i].category == wanted) for i in ids])
        best = np.argsort(-near)[: min(n_candidates, len(ids))]
        context = DecisionContext(
            shopper_key=str(rng.choice(keys)),
            session_key=f"bench-visit-{number // 4}",
            turn_id=f"bench-turn-{number}",
            surface="search" if searched else "recommend",
            now=at,
            seed=seed,
            query=wanted.lower() if searched else "",
        )
        label = (f"under {limit}",) if searched and matches else ()
        yield (
            context,
            [
                Candidate(
                    ids[i],
                    relevance=float(near[i] / 3.0) if searched else 0.0,
                    sources=("search",) if searched else ("popular",),
                    matches=label if prices[ids[i]] <= limit else (),
                )
                for i in best
            ],
        )


def _curve_over_candidates(
    shop: _Shop, folder: Path, sizes: Sequence[int], timed: int, seed: int, progress: Progress
) -> dict[str, Any]:
    with closing(open_store(folder / "candidates")) as store:
        log = SqlEventLog(store)
        log.append_many((), shop.behaviour.events)
        recommender = _recommender(shop, log, RecommenderSettings(holdout_share=0.02))
        found = {}
        for done, size in enumerate(sizes, start=1):
            found[str(size)] = asdict(
                time_decisions(recommender, list(_requests(shop, timed + 20, size, seed, matches=True)))
            )
            progress("timing decisions", done, len(sizes))
    return found


def _curve_over_events(
    shop: _Shop, folder: Path, candidates: int, timed: int, seed: int, progress: Progress
) -> dict[str, Any]:
    found = {}
    total = len(shop.behaviour.events)
    for done, n in enumerate((0, total // 4, total), start=1):
        with closing(open_store(folder / f"events-{n}")) as store:
            log = SqlEventLog(store)
            log.append_many((), shop.behaviour.events[:n])
            recommender = _recommender(shop, log, RecommenderSettings(holdout_share=0.02))
            requests = list(_requests(shop, timed + 20, candidates, seed + 1, matches=True))
            found[str(n)] = asdict(time_decisions(recommender, requests))
        progress("timing over events", done, 3)
    return found


def _replayed(shop: _Shop, folder: Path, n: int, seed: int, progress: Progress) -> dict[str, Any]:
    """Let shoppers visit, and compute every decision again from the log on disk."""
    with closing(open_store(folder / "replay")) as store:
        log = SqlEventLog(store)
        log.append_many(shop.behaviour.decisions, shop.behaviour.events)
        before = log.last_decision()
        recommender = _recommender(shop, log, RecommenderSettings(holdout_share=0.02))
        react = _reactions(shop, seed)
        requests = _requests(shop, n, 60, seed + 2, matches=True)
        live(recommender, requests, react, lambda done: progress("shoppers are shown slates", done, n))
        report, deletions = read_back(
            log, shop.model if shop.model.sha else None, lambda done: progress("computing again", done, n), after=before
        )
    mismatches = [{"task": one.decision_id, "difference": one.difference} for one in report.mismatches]
    share = deletions.lowered / deletions.named if deletions.named else 0.0
    return {
        "replay": {**asdict(report), "mismatches": mismatches},
        "explanations": {**asdict(deletions), "lowered_share": share},
    }


def _reactions(shop: _Shop, seed: int) -> Callable[[Decision], list[Event]]:
    """What the demo's shoppers do with a slate, by their hidden tastes."""
    rng, tastes, numbers = np.random.default_rng([seed, 3]), shop.behaviour.tastes, count()
    rows = {key: row for row, key in enumerate(tastes.shopper_keys)}
    columns = {item_id: column for column, item_id in enumerate(tastes.item_ids)}

    def react(decision: Decision) -> list[Event]:
        context, events = decision.context, []
        for item in decision.items:
            taste = float(tastes.utilities[rows[context.shopper_key], columns[item.item_id]])
            looked = rng.random() < 1 / (1 + 0.22 * item.position)
            if looked and rng.random() < 1 / (1 + np.exp(2.5 - 1.3 * taste)):
                events.append(
                    Event(
                        f"bench-event-{next(numbers)}",
                        EventType.CLICK,
                        item.item_id,
                        context.shopper_key,
                        context.session_key,
                        context.now + 5.0,
                        decision.decision_id,
                        item.position,
                    )
                )
        return events

    return react


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
    }


def _tell(found: dict[str, Any]) -> None:
    say("The whole of decide(), click model, vectors and the log on disk included:")
    for size, row in found["times"].items():
        say(
            f"  {size:>4} candidates: p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms "
            f"(processor {row['cpu_p50_ms']:.2f} and {row['cpu_p99_ms']:.2f} ms, {row['n']} decisions)"
        )
    for n, row in found["over_events"].items():
        say(
            f"  {found['candidates']} candidates after {n} events: "
            f"p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms"
        )
    replayed, told = found["replay"], found["explanations"]
    say(
        f"{replayed['matched']} of {replayed['tasks']} logged decisions came out identical, "
        f"{replayed['with_features']} of them from the click model's features on."
    )
    say(
        f"Of {told['named']} named reasons, taking the reason away lowered the product in "
        f"{100 * told['lowered_share']:.1f} % of cases ({told['items']} products shown)."
    )
    say(f"Load average {found['machine']['load_average'][0]:.2f} on {found['machine']['cores']} cores.")
