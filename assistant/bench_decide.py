"""What `aisle bench decide` does: the online path on the demo shop, with its log on disk.

The demo's simulated shoppers are shown slates and react by their hidden tastes; then the whole log is computed again,
and the named reasons are taken away. Times are measured apart, with trees and with a network as the click model, at
several numbers of candidates, products and shoppers.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, fields, replace
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
from recommender.explaining import Deletions
from recommender.models.predicted import Predicted
from recommender.online_head import HeadKeeper
from recommender.promotion.line_up import LineUp, Served
from recommender.settings import RecommenderSettings
from recommender.train import train_each

Progress = Callable[[str, int, int | None], None]
_DAY_S = 86_400.0
_VECTOR_WIDTH = 384
_CANDIDATES = (20, 50, 100, 200, 500)
_PRODUCTS = (600, 20_000, 100_000)
_MODELS = ("trees", "network")
_NOW = datetime(2026, 11, 25, tzinfo=UTC)


@dataclass(frozen=True)
class _Shop:
    """A shop as the bench needs it: `vectors` (items, d), row i of the i-th item; `models` by name."""

    items: dict[str, Item]
    behaviour: Behaviour
    vectors: NDArray[np.float32]
    models: dict[str, Predicted]


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
        timing = _Timing(Path(folder), candidates, timed, seed, progress)
        found = {
            "candidates": candidates,
            "products": len(shop.items),
            "over_candidates": timing.over_candidates(shop),
            "over_products": timing.over_products(shop),
            "over_shoppers": timing.over_shoppers(shop),
            **_replayed(shop, Path(folder), decisions, seed, progress),
            "machine": _machine(),
        }
    if as_json:
        say_json(found)
    else:
        _tell(found)


def _make_shop(folder: Path, shoppers: int, seed: int, progress: Progress) -> _Shop:
    catalogue = make_catalogue(load_spec(), seed=seed, progress=progress)
    items = items_of(made.product for made in catalogue)
    behaviour = _behaviour(shoppers, seed, progress)
    log = MemoryEventLog()
    log.append_many(behaviour.decisions, behaviour.events)
    progress("training click models", 0, 1)
    try:
        train_each(log, items, folder / "models", _MODELS, seed=seed, now=_NOW.timestamp())
        models = {name: Predicted(load_artifact(folder / "models" / name)) for name in _MODELS}
    except RecommenderError:
        models = {"none": Predicted()}
    progress("training click models", 1, 1)
    return _Shop(items, behaviour, _vectors(items, seed), models)


def _behaviour(shoppers: int, seed: int, progress: Progress) -> Behaviour:
    catalogue = make_catalogue(load_spec(), seed=seed, progress=progress)
    return simulate(catalogue, seed=seed, now=_NOW, n_shoppers=shoppers, progress=progress)


def _grown(shop: _Shop, n: int, seed: int) -> _Shop:
    """The shop with n products: the demo's, then copies of them under other names and at other prices."""
    rng, base = np.random.default_rng([seed, 4]), list(shop.items.values())
    copies = (
        replace(item, item_id=f"{item.item_id}-{i}", price_minor=int(item.price_minor * rng.uniform(0.5, 2.0)))
        for i in range(n // len(base) + 1)
        for item in base
    )
    listed = [*base, *copies][:n]
    rows = np.arange(n) % len(base)
    return replace(shop, items={item.item_id: item for item in listed}, vectors=shop.vectors[rows])


def _vectors(items: dict[str, Item], seed: int) -> NDArray[np.float32]:
    """Unit vectors that lie near each other within a category, as an encoder's do."""
    rng = np.random.default_rng([seed, 1])
    centres = {item.category: rng.normal(size=_VECTOR_WIDTH) for item in items.values()}
    rows = np.array([centres[item.category] + rng.normal(size=_VECTOR_WIDTH) for item in items.values()])
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _recommender(shop: _Shop, log: EventLog, model: Predicted, folder: Path) -> Recommender:
    numbers, settings = count(), RecommenderSettings(holdout_share=0.02)
    recommender = Recommender(shop.items, log, settings=settings, new_id=lambda: f"bench-{next(numbers):07d}")
    recommender.use_vectors(list(shop.items), shop.vectors)
    recommender.serve(LineUp(Served("bench", model, "in use", model.sha) if model.sha else Served()))
    # With the head in place, "learned_lately" costs what it costs in a shop.
    HeadKeeper(log, folder / "head", settings, _NOW.timestamp).follow(recommender)
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


@dataclass(frozen=True)
class _Timing:
    """Times `timed` decisions at each point of a curve, each on a log of its own, with every click model."""

    folder: Path
    candidates: int
    timed: int
    seed: int
    progress: Progress

    def over_candidates(self, shop: _Shop) -> dict[str, Any]:
        sizes = sorted({*_CANDIDATES, self.candidates})
        return {str(n): self._point(shop, f"{n} candidates", n) for n in sizes}

    def over_products(self, shop: _Shop) -> dict[str, Any]:
        return {str(n): self._point(_grown(shop, n, self.seed), f"{n} products", self.candidates) for n in _PRODUCTS}

    def over_shoppers(self, shop: _Shop) -> dict[str, Any]:
        """Before anything happened, and after a quarter, all and four times the shoppers with their events."""
        found, n_shoppers = {}, len(shop.behaviour.tastes.shopper_keys)
        for n in (0, n_shoppers // 4, n_shoppers, 4 * n_shoppers):
            behaviour = shop.behaviour if n in (0, n_shoppers) else _behaviour(n, self.seed, self.progress)
            events = behaviour.events if n else ()
            here = replace(shop, behaviour=replace(behaviour, events=events))
            found[str(n)] = {"events": len(events), **self._point(here, f"{n} shoppers", self.candidates)}
        return found

    def _point(self, shop: _Shop, name: str, n_candidates: int) -> dict[str, Any]:
        found = {}
        for done, (kind, model) in enumerate(shop.models.items(), start=1):
            folder = self.folder / f"{name}, {kind}"
            with closing(open_store(folder)) as store:
                log = SqlEventLog(store)
                log.append_many((), shop.behaviour.events)
                recommender = _recommender(shop, log, model, folder)
                requests = list(_requests(shop, self.timed + 20, n_candidates, self.seed, matches=True))
                found[kind] = asdict(time_decisions(recommender, requests))
            self.progress(f"timing at {name}", done, len(shop.models))
        return found


def _replayed(shop: _Shop, folder: Path, n: int, seed: int, progress: Progress) -> dict[str, Any]:
    """Let shoppers visit with each click model, and compute every decision again from the log on disk."""
    reports, deletions = [], []
    share = -(-n // len(shop.models))
    for number, (kind, model) in enumerate(shop.models.items()):
        here = folder / f"replay, {kind}"
        with closing(open_store(here)) as store:
            log = SqlEventLog(store)
            log.append_many(shop.behaviour.decisions, shop.behaviour.events)
            before = log.last_decision()
            recommender = _recommender(shop, log, model, here)
            requests = _requests(shop, share, 60, seed + 2 + number, matches=True)
            live(recommender, requests, _reactions(shop, seed), _counted(progress, f"slates are shown, {kind}", share))
            told = _counted(progress, f"computing again, {kind}", share)
            report, deleted = read_back(log, model if model.sha else None, told, after=before)
        reports.append(report)
        deletions.append(deleted)
    summed = {field.name: sum(getattr(one, field.name) for one in deletions) for field in fields(Deletions)}
    return {
        "replay": {
            "tasks": sum(report.tasks for report in reports),
            "matched": sum(report.matched for report in reports),
            "with_features": sum(report.with_features for report in reports),
            "mismatches": [
                {"task": one.decision_id, "difference": one.difference}
                for report in reports
                for one in report.mismatches
            ],
        },
        "explanations": {
            **summed,
            "lowered_share": summed["lowered"] / summed["named"] if summed["named"] else 0.0,
        },
    }


def _counted(progress: Progress, what: str, n: int) -> Callable[[int], None]:
    return lambda done: progress(what, done, n)


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
    say("The whole of decide(), click model, head, vectors and the log on disk included:")
    for curve, what in (
        ("over_candidates", "candidates"),
        ("over_products", "products"),
        ("over_shoppers", "shoppers"),
    ):
        for size, row in found[curve].items():
            for kind in (name for name in row if name != "events"):
                say(f"  {size:>6} {what}, {kind}: {_times(row[kind])}")
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


def _times(row: dict[str, float]) -> str:
    return (
        f"p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms "
        f"(processor {row['cpu_p50_ms']:.2f} and {row['cpu_p99_ms']:.2f} ms, {row['n']} decisions)"
    )
