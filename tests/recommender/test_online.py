"""What a shopper does changes what the same shopper sees next; what nobody did changes nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from recommender.data.cleaning import clean
from recommender.data.settings import KnownTraffic
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, Event, EventType, Item
from tests.recommender.shop import ALL, ITEMS, NOW, make_context
from tests.recommender.simulator import World, make_items

SHELF = {
    f"{category}-{brand}-{i}": Item(f"{category}-{brand}-{i}", category, "all", brand, 1000, in_stock=True)
    for category in ("tents", "stoves", "mats", "lamps")
    for brand in ("Alp", "Bor")
    for i in range(3)
}
ON_SHELF = tuple(Candidate(item_id) for item_id in SHELF)


def _context(session: str = "today", shopper: str = "ann") -> DecisionContext:
    return replace(make_context(session=session, shopper=shopper), explore=False, k=12)


def _do(recommender: Recommender, decision: Decision, kind: EventType, item_id: str, event_id: str = "") -> bool:
    context = decision.context
    event = Event(
        event_id or f"{kind}-{decision.decision_id}-{item_id}",
        kind,
        item_id,
        context.shopper_key,
        context.session_key,
        NOW,
        decision.decision_id,
    )
    return recommender.record(event)


def _places(decision: Decision, start: str) -> list[int]:
    return [item.position for item in decision.items if item.item_id.startswith(start)]


def test_a_click_lifts_what_is_alike_for_this_shopper_only() -> None:
    recommender = Recommender(SHELF, MemoryEventLog())
    before = recommender.decide(_context(), ON_SHELF)
    shown = next(item.item_id for item in before.items if item.item_id.startswith("stoves-Bor"))
    _do(recommender, before, EventType.CLICK, shown)
    after = recommender.decide(_context(), ON_SHELF)
    assert _places(before, "stoves-Bor")[0] > 1
    assert _places(after, "stoves-Bor")[:2] == [0, 1]
    codes = {reason.code: reason.detail for reason in after.items[0].reasons}
    assert codes["for_you"] == "stoves"
    other = recommender.decide(_context("elsewhere", "bob"), ON_SHELF)
    assert [item.item_id for item in other.items] == [item.item_id for item in before.items]


def test_a_dismissed_item_is_gone_in_this_visit_and_low_in_the_next() -> None:
    recommender = Recommender(SHELF, MemoryEventLog())
    first = recommender.decide(_context(), ON_SHELF)
    gone = first.items[0].item_id
    _do(recommender, first, EventType.DISMISS, gone)
    assert gone not in recommender.decide(_context(), ON_SHELF).candidate_ids
    assert gone not in {c.item_id for c in recommender.candidates(_context(), 100)}
    assert recommender.decide(_context("tomorrow"), ON_SHELF).candidate_ids[-1] == gone


def test_an_event_is_counted_once() -> None:
    recommender = Recommender(dict(ITEMS), MemoryEventLog())
    decision = recommender.decide(_context(), ALL)
    assert _do(recommender, decision, EventType.CLICK, "tent-1", "e1")
    learned = recommender.health["events_learned"]
    assert not _do(recommender, decision, EventType.CLICK, "tent-1", "e1")
    assert recommender.health["events_learned"] == learned


def test_events_of_an_unknown_decision_or_an_item_not_shown_teach_nothing() -> None:
    log = MemoryEventLog()
    recommender = Recommender(SHELF, log)
    decision = recommender.decide(replace(_context(), k=1), ON_SHELF)
    hidden = next(item_id for item_id in SHELF if item_id != decision.items[0].item_id)
    assert _do(recommender, decision, EventType.CLICK, hidden)
    assert _do(recommender, replace(decision, decision_id="forged"), EventType.CLICK, decision.items[0].item_id)
    assert recommender.health["events_ignored"] == "2"
    assert "for_you" not in _codes(recommender)
    assert Recommender(SHELF, log).health["events_ignored"] == "2"


def test_an_event_without_a_decision_counts() -> None:
    recommender = Recommender(SHELF, MemoryEventLog())
    assert recommender.record(Event("e1", EventType.PURCHASE, "mats-Alp-0", "ann", "today", NOW, value_minor=1000))
    assert "for_you" in _codes(recommender)


def test_an_impression_from_outside_is_refused() -> None:
    log = MemoryEventLog()
    recommender = Recommender(SHELF, log)
    assert not recommender.record(Event("e1", EventType.IMPRESSION, "mats-Alp-0", "ann", "today", NOW, "forged", 0))
    assert not log.events()


def test_a_restart_knows_what_was_known_before() -> None:
    items = make_items()
    log = MemoryEventLog()
    world = World(items, seed=4)
    before = Recommender(items, log)
    for _ in range(30):
        world.visit(before)
    after = Recommender(items, log)
    candidates = [Candidate(item_id) for item_id in items]
    for shopper in range(5):
        context = world.context(shopper, "a new visit")
        first, second = before.decide(context, candidates), after.decide(context, candidates)
        assert first.candidate_scores == second.candidate_scores
        assert first.items == second.items


def test_a_restart_learns_nothing_from_robots_and_the_shops_own_people() -> None:
    items, log = make_items(), MemoryEventLog()
    recommender, world = Recommender(items, log), World(items, seed=4)
    for _ in range(10):
        world.visit(recommender)
    people = MemoryEventLog()
    people.append_many([row for _, row in log.decisions(traces=True)], [event for _, event in log.events()])
    for name, gap_s in (("robot", 0.5), ("staff", 40.0)):
        for turn in range(6):
            now = world.now + 1000.0 * turn
            context = DecisionContext(name, f"{name}-visit", f"{name}{turn}", "recommend", now, seed=3)
            decision = recommender.decide(context, [Candidate(item_id) for item_id in items])
            for item in decision.items:
                at, key = now + gap_s * (1 + item.position), f"{name}{turn}-{item.position}"
                shown = (decision.decision_id, item.position)
                recommender.record(Event(key, EventType.CLICK, item.item_id, name, f"{name}-visit", at, *shown))
    known = KnownTraffic(staff=frozenset({"staff"}))
    cleaned = clean(log, items, now=world.now + 10_000.0, known=known)
    again, without = (
        Recommender(items, log, outsiders=lambda: known.keys | frozenset(cleaned.robots)),
        Recommender(items, people),
    )
    context, candidates = world.context(2, "a new visit"), [Candidate(item_id) for item_id in items]
    scores = [shop.decide(context, candidates).candidate_scores for shop in (again, without, recommender)]
    assert scores[0] == scores[1] != scores[2]


def test_readers_and_writers_at_once_lose_and_double_nothing() -> None:
    log = MemoryEventLog()
    recommender = Recommender(SHELF, log)

    def shop(name: str) -> None:
        for turn in range(15):
            context = replace(_context(name, name), turn_id=f"turn-{turn}")
            decision = recommender.decide(context, recommender.candidates(context, 20))
            for item in decision.items[:2]:
                _do(recommender, decision, EventType.CLICK, item.item_id)
            recommender.use_items(SHELF)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(shop, [f"shopper-{i}" for i in range(6)]))
    assert int(recommender.health["events_learned"]) == len(log.events()) == 6 * 15 * (12 + 2)


def test_learning_raises_the_share_of_slates_that_please() -> None:
    items = make_items()
    world = World(items, seed=1)
    recommender = Recommender(items, MemoryEventLog())
    clicks = [world.visit(recommender) for _ in range(300)]
    forgetful = World(items, seed=1)
    without = [forgetful.visit(Recommender(items, MemoryEventLog())) for _ in range(300)]
    assert sum(clicks[100:]) > 1.3 * sum(without[100:])


def _codes(recommender: Recommender) -> set[str]:
    decision = recommender.decide(_context(), ON_SHELF)
    return {reason.code for item in decision.items for reason in item.reasons}


class SlowToAnswer(MemoryEventLog):
    """Keeps at once, and lets its caller wait for a moment that nobody can foresee."""

    def append_many(self, new_decisions: Iterable[Decision], new_events: Iterable[Event]) -> int:
        kept = super().append_many(new_decisions, new_events)
        time.sleep(random.random() * 0.004)
        return kept


def test_what_is_told_at_once_is_learned_in_the_order_of_the_log() -> None:
    log = SlowToAnswer()
    recommender = Recommender(SHELF, log)

    def click(number: int) -> None:
        item_id = list(SHELF)[number % len(SHELF)]
        recommender.record(Event(f"e{number}", EventType.CLICK, item_id, "ann", f"visit-{number % 2}", NOW + number))
        recommender.decide(replace(_context(f"visit-{number % 2}"), now=NOW + number), ON_SHELF)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(len(SHELF))))
    again = Recommender(SHELF, log)
    for visit in ("visit-0", "visit-1"):
        live, restarted = recommender._state.visits.touch(visit), again._state.visits.touch(visit)
        assert (live.recent, live.shown) == (restarted.recent, restarted.shown)
