"""Training and serving must describe a slate in the same way: the replayed log gives what was seen live."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import numpy as np
import pytest

from recommender.data.cleaning import CleanLog, clean
from recommender.data.reason import Reason
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Event, EventLog, EventType
from recommender.examples import HEADS, collect_examples, pad_histories
from recommender.features import CROWD, FEATURES, FeatureBlock, History, features, history
from recommender.item_table import HASH_BUCKETS, HASH_FIELDS, build_table
from recommender.models.base import Part, RankRequest, without_detail
from recommender.promotion.line_up import LineUp, Served
from recommender.reasons import Code
from recommender.settings import DAY_S, RecommenderSettings
from recommender.state import KINDS, BehaviourState
from tests.recommender.data.traffic import robots
from tests.recommender.shop import ITEMS, NOW, EventMaker, busy_request, make_state
from tests.recommender.simulator import World, make_items


class Recorder:
    """Stands in the click model's place and keeps the features that serving computes."""

    code = Code.PREDICTED
    version = "recorder"

    def __init__(self) -> None:
        self.seen: list[tuple[tuple[str, ...], FeatureBlock, History]] = []

    def rank(self, request: RankRequest) -> Part:
        ids = tuple(candidate.item_id for candidate in request.candidates)
        context = request.context
        block = features(
            request.state,
            request.table,
            ids,
            shopper_key=context.shopper_key,
            session_key=context.session_key,
            now=context.now,
        )
        past = history(
            request.state,
            request.table,
            shopper_key=context.shopper_key,
            session_key=context.session_key,
            now=context.now,
        )
        self.seen.append((ids, block, past))
        return without_detail(np.zeros(len(ids)))


def test_the_replayed_log_gives_the_features_of_serving() -> None:
    log = MemoryEventLog()
    recommender, recorder, world = _watched(log, seed=9)
    for _ in range(40):
        world.visit(recommender)
    examples = collect_examples(log, world.items, RecommenderSettings())
    shown = [event for _, event in log.events() if event.type is EventType.IMPRESSION]
    assert len(shown) == len(examples.labels) == 40 * 3 * 6
    for row, event in enumerate(shown):
        ids, block, _ = recorder.seen[row // 6]
        place = ids.index(event.item_id)
        assert np.array_equal(examples.dense[row], block.dense[place])
        assert np.array_equal(examples.hashed[row], block.hashed[place])
    padded = pad_histories([past for _, _, past in recorder.seen])
    assert padded.kinds.any()
    for column in fields(padded):
        assert np.array_equal(getattr(padded, column.name), getattr(examples.histories, column.name))


def test_slates_are_described_as_they_were_served_whatever_the_catalogue_says_now() -> None:
    """A later price or rating would be a look ahead; the rows of the decisions know nothing of it."""
    log, world = MemoryEventLog(), World(make_items(), seed=9)
    recommender = Recommender(world.items, log)
    for _ in range(10):
        world.visit(recommender)
    before = collect_examples(log, world.items, RecommenderSettings())
    replayed = collect_examples([event for _, event in log.events()], world.items, RecommenderSettings())
    dearer = {i: replace(item, price_minor=7 * (item.price_minor or 0), rating=1.0) for i, item in world.items.items()}
    after = collect_examples(log, dearer, RecommenderSettings())
    for column in ("dense", "hashed"):
        assert np.array_equal(getattr(before, column), getattr(after, column))
        assert np.array_equal(getattr(before, column), getattr(replayed, column))
    for column in fields(before.histories):
        assert np.array_equal(getattr(before.histories, column.name), getattr(after.histories, column.name))
        assert np.array_equal(getattr(before.histories, column.name), getattr(replayed.histories, column.name))
    later = collect_examples([event for _, event in log.events()], dearer, RecommenderSettings())
    assert not np.array_equal(later.dense, before.dense)


def _column(name: str, block: FeatureBlock) -> dict[str, float]:
    return dict(zip(ITEMS, block.dense[:, FEATURES.index(name)].tolist(), strict=True))


def _describe(state: BehaviourState, shopper: str = "ann", session: str = "today") -> FeatureBlock:
    now = busy_request().context.now
    return features(state, build_table(ITEMS), list(ITEMS), shopper_key=shopper, session_key=session, now=now)


def test_features_worked_by_hand() -> None:
    block = _describe(busy_request().state)
    assert block.dense.shape == (6, len(FEATURES))
    assert block.dense.dtype == np.float32
    # tent-1: eight visits, five of them with clicks outside any slate; never shown, so the prior of one in ten stands.
    assert _column("interest_share", block)["tent-1"] == pytest.approx((8 + 1) / (8 + 10))
    assert _column("confidence", block)["tent-1"] == 0.0
    assert _column("click_rate", block)["tent-1"] == pytest.approx(1 / 10)
    # ann: one click on a tent by Alp (+1) and one dismissed tent by Bor (-0.5), of 1.5 signs in all.
    assert _column("category_affinity", block)["tent-3"] == pytest.approx(0.5 / 2.5, abs=1e-4)
    assert _column("brand_affinity", block)["stove-1"] == pytest.approx(1.0 / 2.5, abs=1e-4)
    assert (_column("category_of_last", block)["tent-3"], _column("category_of_last", block)["stove-1"]) == (1.0, 0.0)
    assert (_column("brand_of_last", block)["stove-1"], _column("brand_of_last", block)["tent-2"]) == (1.0, 0.0)
    assert _column("price_distance", block)["tent-3"] == pytest.approx(np.log(3), abs=1e-3)
    assert _column("sold_out", block)["stove-2"] == 1.0
    assert _column("dismissed", block)["tent-2"] == pytest.approx(1.0, abs=1e-2)
    assert _column("seen_with", block)["stove-1"] == pytest.approx(4 / np.sqrt(11 * 7))


def test_a_stranger_in_a_fresh_shop_is_described_by_the_catalogue_alone() -> None:
    block = _describe(make_state(()))
    silent = {"popularity", "confidence", "category_affinity", "price_known", "seen_with", "visit_length", "dismissed"}
    silent |= {"shopper_lift", "category_lift_own", "price_fit", "dearness", "item_lift", "n_acts", "idle"}
    silent |= {"category_of_last", "brand_of_last", "category_trend"}
    assert all(set(_column(name, block).values()) == {0.0} for name in silent)
    assert set(_column("click_rate", block).values()) == {np.float32(0.1).item()}


def test_buckets_are_stable_and_within_the_table() -> None:
    block = _describe(make_state(()))
    assert block.hashed.shape == (6, len(HASH_FIELDS))
    assert (block.hashed > 0).all()
    assert (block.hashed < HASH_BUCKETS).all()
    # crc32("brand=Alp"): the same on every machine, or a saved model would mean something else elsewhere.
    assert block.hashed[0, HASH_FIELDS.index("brand")] == 1 + 0xE330418B % (HASH_BUCKETS - 1)


def test_examples_are_positive_only_for_interest_in_the_same_slate() -> None:
    items, log = make_items(), MemoryEventLog()
    recommender = Recommender(items, log)
    world = World(items, seed=2)
    for _ in range(20):
        world.visit(recommender)
    events = [event for _, event in log.events()]
    strangers = EventMaker(1.0)(EventType.CLICK, events[0].item_id, "elsewhere")
    clicked = {(e.decision_id, e.item_id) for e in events if e.type is EventType.CLICK}
    shown = [(e.decision_id, e.item_id) for e in events if e.type is EventType.IMPRESSION]
    examples = collect_examples([*events, strangers], items, RecommenderSettings())
    assert examples.labels[:, 0].tolist() == [float(pair in clicked) for pair in shown]
    assert examples.positions.tolist() == [0, 1, 2, 3, 4, 5] * 60
    assert examples.decisions.tolist() == [i // 6 for i in range(360)]


def _shown(make: EventMaker, item_id: str, decision: str, at_place: int = 0) -> Event:
    return replace(make(EventType.IMPRESSION, item_id, "today", "ann"), decision_id=decision, position=at_place)


def test_rates_worked_by_hand() -> None:
    make = EventMaker()
    events = [_shown(make, "tent-1", f"d{i}") for i in range(8)] + [_shown(make, "stove-1", f"d{i}") for i in range(8)]
    events += [make(EventType.CLICK, "tent-1", f"visit-{i}", "ann") for i in range(4)]
    block = _describe(make_state(events))
    base = (4 + 1) / (16 + 10)
    # Everybody here is ann: her own rate is the shop's, and tents stand out in it.
    own = base * (4 + 8 * base) / ((16 + 8) * base)
    assert _column("shopper_lift", block)["tent-1"] == pytest.approx(np.log(own / base), abs=1e-3)
    lift = np.log((4 + 8 * own) / ((8 + 8) * own))
    assert _column("category_lift_own", block)["tent-2"] == pytest.approx(lift, abs=1e-3)
    # Tents and stoves are all that the department showed.
    department = (4 + 20 * base) / (16 + 20)
    usual = (4 + 20 * department) / (8 + 20)
    assert _column("usual_rate", block)["tent-2"] == pytest.approx(np.log(usual), abs=1e-3)
    assert _column("usual_rate", block)["stove-2"] == pytest.approx(np.log(20 * department / 28), abs=1e-3)
    assert _column("usual_rate", block)["mat-1"] == pytest.approx(np.log(base), abs=1e-3)
    assert _column("item_lift", block)["tent-1"] == pytest.approx(np.log((4 + 20 * usual) / (28 * usual)), abs=1e-3)
    assert _column("item_lift", block)["tent-2"] == pytest.approx(0.0, abs=1e-6)
    assert _column("acted_before", block) == {item_id: float(item_id == "tent-1") for item_id in ITEMS}


def test_dearness_is_against_what_the_shop_shows_of_the_category() -> None:
    make = EventMaker()
    events = [_shown(make, "tent-1", "d1"), _shown(make, "tent-3", "d1", 1)]
    block = _describe(make_state(events))
    usual = (np.log1p(10_000) + np.log1p(30_000)) / 2
    assert _column("dearness", block)["tent-2"] == pytest.approx(np.log1p(12_000) - usual, abs=1e-4)
    assert _column("dearness", block)["mat-1"] == 0.0


def test_a_history_holds_the_latest_acts_first_and_no_more_than_fifty() -> None:
    make = EventMaker()
    events = [make(EventType.CLICK, "tent-1", f"visit-{i}", "ann") for i in range(60)]
    events.append(make(EventType.DISMISS, "gone-1", "today", "ann"))
    table = build_table(ITEMS)
    past = history(make_state(events), table, shopper_key="ann", session_key="today", now=NOW + 100)
    assert past.kinds.tolist() == [KINDS[EventType.DISMISS], *[KINDS[EventType.CLICK]] * 49]
    assert past.ages_s[:2].tolist() == [40.0, 41.0]
    assert past.hashed[1].tolist() == [int(table.hashed[0, column]) for column in (0, 1, 3)]
    assert not history(make_state(events), table, shopper_key="bob", session_key="today", now=NOW).kinds.size


def test_what_is_known_of_an_impression_depends_on_the_moment() -> None:
    make = EventMaker()
    first, second = _shown(make, "tent-1", "d1"), _shown(make, "tent-2", "d2")
    click = replace(make(EventType.CLICK, "tent-1", "today", "ann"), decision_id="d1")
    buy = replace(make(EventType.PURCHASE, "tent-1", "today", "ann"), decision_id="d1", at=NOW + 2 * DAY_S)
    late = replace(make(EventType.PURCHASE, "tent-2", "today", "ann"), decision_id="d2", at=NOW + 9 * DAY_S)
    examples = collect_examples([first, second, click, buy, late], ITEMS, RecommenderSettings())
    assert examples.labels.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert examples.observed.all()
    soon = examples.as_of(NOW + DAY_S)
    assert soon.labels.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert soon.observed.tolist() == [[True, True, False], [True, False, False]]
    assert len(HEADS) == soon.labels.shape[1]


def _watched(log: EventLog, seed: int) -> tuple[Recommender, Recorder, World]:
    items, recorder = make_items(), Recorder()
    recommender = Recommender(items, log)
    recommender.serve(LineUp(Served(ranker=recorder)))
    return recommender, recorder, World(items, seed=seed)


def test_a_cleaned_log_gives_the_features_of_a_shop_that_robots_never_visited() -> None:
    """Training over the clean log, and serving begun on it, both see what they would see without the robots."""
    quiet, noisy = MemoryEventLog(), MemoryEventLog()
    recommender, recorder, world = _watched(quiet, seed=9)
    for _ in range(40):
        world.visit(recommender)
    people = [event for _, event in quiet.events()]
    robot = robots(Random(1))[Reason.BOT_EVERY_SLOT]
    middle = len(people) // 2 - len(people) // 2 % 6
    noisy.append_many((), [*people[:middle], *robot, *people[middle:], replace(people[7], event_id="echo")])

    cleaned = clean(noisy, world.items, now=world.now + 60)
    clean_log = CleanLog(noisy, lambda number, _: cleaned.counts(number))
    examples = collect_examples(clean_log, world.items, RecommenderSettings())
    expected = collect_examples(quiet, world.items, RecommenderSettings())
    assert len(examples.labels) == len(expected.labels) == 40 * 3 * 6
    for name in ("dense", "hashed", "positions", "labels", "decisions"):
        assert np.array_equal(getattr(examples, name), getattr(expected, name)), name
    dirty = collect_examples(noisy, world.items, RecommenderSettings())
    assert not np.array_equal(dirty.dense[-6:], expected.dense[-6:])

    begun, seen, _ = _watched(clean_log, seed=9)
    context = world.context(0, "next")
    candidates = [Candidate(item_id) for item_id in world.items]
    begun.decide(context, candidates)
    recommender.decide(context, candidates)
    assert np.array_equal(seen.seen[-1][1].dense, recorder.seen[-1][1].dense)


def test_what_the_catalogue_no_longer_holds_is_described_as_unknown_and_comes_back_with_its_counts() -> None:
    state = busy_request().state
    now = busy_request().context.now
    fewer = build_table({item_id: item for item_id, item in ITEMS.items() if item_id != "tent-1"})
    who = {"shopper_key": "ann", "session_key": "today", "now": now}
    before = features(state, build_table(ITEMS), ["tent-1"], **who)
    gone = features(state, fewer, ["tent-1", "never heard of"], **who)
    assert np.array_equal(gone.dense[0, : len(CROWD)], gone.dense[1, : len(CROWD)])
    assert gone.dense[0, FEATURES.index("popularity")] == 0.0
    again = features(state, build_table(ITEMS), ["tent-1"], **who)
    assert np.array_equal(again.dense, before.dense)
    assert before.dense[0, FEATURES.index("popularity")] > 0.0
