"""Which words led to which products, read out of a log."""

from __future__ import annotations

from assistant.taken import Taken, taken_in
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Event, EventType
from tests.recommender.selling.test_sponsored import ITEMS, NOW, RANKED, search


def test_what_stood_there_for_money_says_nothing_about_words() -> None:
    log = MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    decision = recommender.decide(search("item-7"), RANKED)
    first = decision.chosen_ids[0]
    for item_id in (first, "item-7"):
        recommender.record(Event(item_id, EventType.CLICK, item_id, "ann", "today", NOW + 5, decision.decision_id))
    assert list(taken_in(log)) == [Taken("item", first, 1.0)]
