"""Where new items and new shoppers start: what is told of them by items like them and by shoppers like them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from recommender.bandit.left_over import LeftOver
from recommender.ctr.artifact import load_artifact
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, DecisionContext, Event, EventType
from recommender.item_effects import fit_effects
from recommender.item_table import build_table
from recommender.models.predicted import Predicted
from recommender.online_head import HeadKeeper
from recommender.promotion.line_up import LineUp, Served
from recommender.reasons import Code
from recommender.replay import difference
from recommender.settings import RecommenderSettings
from tests.recommender.ctr.small import make_logistic, save_logistic
from tests.recommender.simulator import Taste, World, make_items

ITEMS = make_items()
TABLE = build_table(ITEMS)
NOISE, PRECISION, DAY = 0.1, 100.0, 20_000
NEW = frozenset(list(ITEMS)[::6])
OLD = [item_id for item_id in ITEMS if item_id not in NEW]
NEWCOMERS, REGULARS = "new shoppers", "known shoppers"


def _fits(item_id: str) -> bool:
    return 3_000 < ITEMS[item_id].price_minor < 9_000


def _left_over(seed: int = 1, n: int = 100) -> LeftOver:
    """Old items in the middle of the prices are clicked 0.1 more than predicted; newcomers like one category."""
    rng, left = np.random.default_rng(seed), LeftOver()
    for item_id in OLD:
        for segment in (NEWCOMERS, REGULARS):
            liked = 0.08 * (ITEMS[item_id].category == "category-2") * (1 if segment == NEWCOMERS else -1)
            mean = 0.1 * _fits(item_id) + liked + rng.normal() * np.sqrt(NOISE / n)
            left.add((segment, item_id), float(n), float(n * mean), DAY)
    return left


def test_a_new_item_starts_at_its_content_and_moves_to_its_own() -> None:
    left = _left_over()
    effects = fit_effects(left, DAY, TABLE, NOISE, PRECISION)
    assert effects is not None
    start = {item_id: effects.items[TABLE.index[item_id]] for item_id in sorted(NEW)}
    fitting = [value for item_id, value in start.items() if _fits(item_id)]
    others = [value for item_id, value in start.items() if not _fits(item_id)]
    assert np.mean(fitting) > np.mean(others) + 0.05
    one = next(item_id for item_id in sorted(NEW) if not _fits(item_id))
    left.add((REGULARS, one), 400.0, 400.0 * 0.3, DAY)
    moved = fit_effects(left, DAY, TABLE, NOISE, PRECISION)
    assert moved is not None
    assert start[one] + 0.15 < moved.items[TABLE.index[one]] < 0.3


def test_a_new_shopper_starts_at_the_segment_and_what_is_stated_outweighs_it() -> None:
    effects = fit_effects(_left_over(), DAY, TABLE, NOISE, PRECISION)
    assert effects is not None
    rows = TABLE.rows(["item-2", "item-3"])  # Of categories 2 and 3.
    plain = effects.items[rows]

    def beyond(segment: str, outcomes: float, *stated: tuple[str, str]) -> list[float]:
        return [float(value) for value in effects.of(rows, segment, outcomes, stated) - plain]

    fresh = beyond(NEWCOMERS, 0.0)
    assert fresh[0] > 0.04 > fresh[1] + 0.02
    assert beyond(REGULARS, 0.0)[0] < -0.04
    assert beyond("nobody yet", 0.0) == [0.0, 0.0]
    # Who has a history of twenty impressions is half on their own.
    assert beyond(NEWCOMERS, 20.0) == pytest.approx(np.array(fresh) / 2)
    wished = beyond(REGULARS, 0.0, ("category", "category-2"))
    assert wished[0] > wished[1]
    against = beyond(NEWCOMERS, 0.0, ("category", "category-3"))
    assert against[1] > against[0]
    assert beyond(NEWCOMERS, 0.0, ("category", "no such thing"))[0] < fresh[0]


def test_content_that_says_nothing_is_hardly_listened_to() -> None:
    spreads = []
    for seed in range(9):
        left, rng = LeftOver(), np.random.default_rng(seed)
        noise = float(np.sqrt(NOISE / 50))
        for item_id in OLD:
            left.add((REGULARS, item_id), 50.0, 50.0 * noise * float(rng.normal()), DAY)
        effects = fit_effects(left, DAY, TABLE, NOISE, PRECISION)
        assert effects is not None
        spreads.append(effects.items[TABLE.rows(sorted(NEW))].std() / noise)
    assert np.median(spreads) < 0.25


def test_nothing_is_said_before_three_items_are_known() -> None:
    left = LeftOver()
    assert fit_effects(left, DAY, TABLE, NOISE, PRECISION) is None
    for item_id in ("item-1", "item-2", "gone from the catalogue"):
        left.add((REGULARS, item_id), 5.0, 1.0, DAY)
    assert fit_effects(left, DAY, TABLE, NOISE, PRECISION) is None


def test_sums_fade_by_the_day_whatever_the_order() -> None:
    first, second = LeftOver(), LeftOver()
    parts = [(("s", "item-1"), 1.0, 0.5, DAY), (("s", "item-1"), 1.0, -0.5, DAY + 10)]
    for left, order in ((first, parts), (second, parts[::-1])):
        for part in order:
            left.add(*part)
    for left in (first, second, LeftOver.from_arrays(first.origin, *first.to_arrays())):
        mass, moment = left.read({"item-1": 0}, 1, DAY + 10)["s"]
        assert mass[0] == pytest.approx(1 + 0.97**10)
        assert moment[0] == pytest.approx(0.5 * 0.97**10 - 0.5)


def test_in_the_shop_new_items_and_new_shoppers_start_where_their_likes_are(tmp_path: Path) -> None:
    """The click model knows no prices; old items in the middle of the prices are clicked more. Then new ones arrive."""
    save_logistic(tmp_path / "model", make_logistic(intercept=-2.0))
    model, log, numbers = Predicted(load_artifact(tmp_path / "model")), MemoryEventLog(), count()
    recommender = Recommender(ITEMS, log, new_id=lambda: f"d{next(numbers)}")
    recommender.serve(LineUp(Served(ranker=model, model_sha=model.sha)))
    world = World({item_id: item for item_id, item in ITEMS.items() if item_id not in NEW}, seed=3)
    for _ in range(120):
        world.visit(recommender)
    keeper = HeadKeeper(log, tmp_path / "head", RecommenderSettings(), lambda: world.now)
    while keeper.follow(recommender):
        pass
    context = replace(world.context(0, "later", explore=False), shopper_key="somebody new", k=20)
    decision = recommender.decide(context, [Candidate(item_id) for item_id in sorted(NEW)])
    said = {item.item_id: sum(r.weight for r in item.reasons if r.code == Code.LATELY) for item in decision.items}
    fitting = [weight for item_id, weight in said.items() if _fits(item_id)]
    assert np.mean(fitting) > np.mean([weight for item_id, weight in said.items() if not _fits(item_id)]) + 0.005
    assert difference(decision, model) is None
    # What was asked for just now stands above what others like.
    wished = replace(context, stated=(("category", "category-0"),), turn_id="wish")
    category = {item.item_id: item.reasons for item in recommender.decide(wished, _both()).items}
    lately = {item_id: sum(r.weight for r in reasons if r.code == Code.LATELY) for item_id, reasons in category.items()}
    before = recommender.decide(replace(context, turn_id="plain"), _both())
    plain = {item.item_id: sum(r.weight for r in item.reasons if r.code == Code.LATELY) for item in before.items}
    assert lately["item-0"] - lately["item-1"] > plain["item-0"] - plain["item-1"]


class Newcomers(World):
    """Half of the visits are by somebody new, and all of those like category 2; the regulars like category 3."""

    def __init__(self, seed: int) -> None:
        super().__init__(ITEMS, seed=seed)
        half = len(self.tastes) // 2
        self.tastes = [Taste(f"category-{2 if i < half else 3}", "brand-1") for i in range(len(self.tastes))]

    def context(self, shopper: int, session: str, *, explore: bool = True) -> DecisionContext:
        context = super().context(shopper, session, explore=explore)
        new = self.tastes[shopper].category == "category-2"
        return replace(context, shopper_key=f"new:{session}") if new else context


def test_in_the_shop_a_new_shopper_starts_at_what_new_shoppers_like(tmp_path: Path) -> None:
    save_logistic(tmp_path / "model", make_logistic(intercept=-2.0))
    model, log = Predicted(load_artifact(tmp_path / "model")), MemoryEventLog()
    recommender, world = Recommender(ITEMS, log), Newcomers(seed=3)
    recommender.serve(LineUp(Served(ranker=model, model_sha=model.sha)))
    for _ in range(120):
        world.visit(recommender)
    keeper = HeadKeeper(log, tmp_path / "head", RecommenderSettings(), lambda: world.now)
    while keeper.follow(recommender):
        pass
    effects = recommender._head.effects
    assert effects is not None
    rows = TABLE.rows(["item-2", "item-3"])
    new, known = (effects.of(rows, segment, 0.0, ()) for segment in (NEWCOMERS, REGULARS))
    assert new[0] - new[1] > known[0] - known[1] + 0.05
    candidates = [Candidate(item_id) for item_id in ITEMS]
    first = replace(world.context(0, "first visit", explore=False), k=12)
    liked = [ITEMS[item_id].category for item_id in recommender.decide(first, candidates).chosen_ids]
    recommender.use_head(replace(recommender._head, effects=None))
    without = replace(first, session_key="other", shopper_key="new:other")
    before = [ITEMS[item_id].category for item_id in recommender.decide(without, candidates).chosen_ids]
    assert liked.count("category-2") > before.count("category-2")


def _both() -> list[Candidate]:
    return [Candidate("item-0"), Candidate("item-1")]


def test_a_swapped_catalogue_gets_its_own_effects(tmp_path: Path) -> None:
    save_logistic(tmp_path / "model", make_logistic(intercept=-2.0))
    model, log = Predicted(load_artifact(tmp_path / "model")), MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    recommender.serve(LineUp(Served(ranker=model, model_sha=model.sha)))
    world = World(ITEMS, seed=3)
    for _ in range(5):
        world.visit(recommender)
    log.append_event(Event("e", EventType.CLICK, "item-1", "s", "v", world.now))
    keeper = HeadKeeper(log, tmp_path / "head", RecommenderSettings(), lambda: world.now)
    while keeper.follow(recommender):
        pass
    assert recommender._head.effects is not None
    recommender.use_items(dict(list(ITEMS.items())[:60]))
    assert keeper.follow(recommender) == 0
    assert recommender._head.effects.table is recommender.table
