"""What was drawn is what counts: slates that were not drawn, or in part, are told to the recommender."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from assistant.showing import tell_shown
from assistant.turn import EvidenceFound, Need, ProductFact, SlateFact, TextDelta
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, Item
from tests.retrieval.fakes import product

PRODUCTS = [product(f"p{n}", f"Tent {n}") for n in range(4)]


@dataclass
class _Turn:
    """A turn with one decided slate."""

    log: MemoryEventLog = field(default_factory=MemoryEventLog)

    def __post_init__(self) -> None:
        items = {one.id: Item(one.id, None, None, None, 1000) for one in PRODUCTS}
        self.recommender = Recommender(items, self.log)
        context = DecisionContext("ann", "visit", "turn", "search", 1e9, seed=7, query="x", k=3, explore=False)
        self.decision: Decision = self.recommender.decide(context, [Candidate(one.id) for one in PRODUCTS])
        ledger = SimpleNamespace(lock=threading.RLock(), decided=[self.decision])
        self.context: Any = SimpleNamespace(ledger=ledger, shop=SimpleNamespace(recommender=self.recommender))

    def drawn(self, *product_ids: str) -> EvidenceFound:
        by_id = {one.id: one for one in PRODUCTS}
        facts = tuple(
            ProductFact(by_id[one], by_id[one].default_variant, decision_id=self.decision.decision_id)
            for one in product_ids
        )
        return EvidenceFound(SlateFact(Need(), facts, len(facts)))

    @property
    def shown_ids(self) -> tuple[str, ...] | None:
        found = self.log.find_decision(self.decision.decision_id)
        assert found is not None
        return found.shown_ids


def test_a_slate_drawn_as_chosen_needs_no_telling() -> None:
    turn = _Turn()
    tell_shown(turn.context, [TextDelta("Here:"), turn.drawn(*turn.decision.chosen_ids)])
    assert turn.shown_ids is None


def test_a_slate_drawn_in_part_is_told_once() -> None:
    turn = _Turn()
    for drawn in (turn.decision.chosen_ids[:1], ()):
        tell_shown(turn.context, [turn.drawn(*drawn)])
    assert turn.shown_ids == turn.decision.chosen_ids[:1]


def test_a_slate_that_was_never_drawn_was_not_shown() -> None:
    turn = _Turn()
    tell_shown(turn.context, [TextDelta("Sorry.")])
    assert turn.shown_ids == ()
    assert sum(event.type == "not_shown" for _, event in turn.log.events()) == 3
