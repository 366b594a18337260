from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.events import Candidate, EventType
from recommender.models.base import Ranker
from recommender.models.linked import BoughtWith, SeenWith, SimilarTo
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import ITEMS, EventMaker, busy_request, make_request, make_state, quiet_request


class TestBoughtWith(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return BoughtWith()


class TestSeenWith(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return SeenWith()


class TestSimilarTo(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return SimilarTo()


def _by_id(part_values: np.ndarray) -> dict[str, float]:
    return dict(zip(ITEMS, part_values.tolist(), strict=True))


def test_links_come_from_the_visits_latest_item_and_name_it() -> None:
    part = SeenWith().rank(busy_request())
    # tent-1 was touched by 8 visits, stove-1 by 4, and 4 went from one to the other: 4 / sqrt((8 + 3) * (4 + 3)).
    assert _by_id(part.values)["stove-1"] == pytest.approx(4 / np.sqrt(11 * 7))
    assert part.details[list(ITEMS).index("stove-1")] == "tent-1"


def test_links_have_a_direction() -> None:
    make = EventMaker()
    events = make.visits(4, (EventType.CLICK, "tent-1"), (EventType.CLICK, "stove-1"))
    forwards = make_state([*events, make(EventType.CLICK, "tent-1", "today", "ann")])
    backwards = make_state([*events, make(EventType.CLICK, "stove-1", "today", "ann")])
    assert _by_id(SeenWith().rank(make_request(forwards)).values)["stove-1"] > 0
    assert _by_id(SeenWith().rank(make_request(backwards)).values)["tent-1"] == 0


def test_items_further_apart_in_a_visit_are_linked_less() -> None:
    make = EventMaker()
    steps = [(EventType.CLICK, item_id) for item_id in ("tent-1", "stove-1", "mat-1")]
    state = make_state(make.visits(3, *steps))
    assert state.seen_with.strength("tent-1", "mat-1") == pytest.approx(
        0.8 * state.seen_with.strength("tent-1", "stove-1")
    )


def test_two_visits_are_no_evidence_of_buying_together_and_three_are() -> None:
    for n, linked in ((2, False), (3, True)):
        make = EventMaker()
        events = make.visits(n, (EventType.PURCHASE, "tent-1"), (EventType.PURCHASE, "mat-1"))
        state = make_state([*events, make(EventType.CLICK, "mat-1", "today", "ann")])
        assert (_by_id(BoughtWith().rank(make_request(state)).values)["tent-1"] > 0) is linked


def test_an_item_named_by_a_source_stands_before_the_visits_own() -> None:
    request = busy_request()
    named = tuple(replace(candidate, sources=("bought_with:mat-1",)) for candidate in request.candidates)
    part = BoughtWith().rank(replace(request, candidates=named))
    assert part.details[list(ITEMS).index("tent-1")] == "mat-1"


def test_likeness_by_attributes_needs_the_same_category() -> None:
    part = SimilarTo().rank(quiet_request(*(Candidate(i, sources=("similar_to:tent-1",)) for i in ITEMS)))
    values = _by_id(part.values)
    # tent-2: same category, another brand, price 1.2 times; tent-3: same brand too, but three times the price.
    assert values["tent-2"] == pytest.approx(0.6 + 0.25 / 1.2, abs=1e-4)
    assert values["tent-3"] == pytest.approx(0.6 + 0.15 + 0.25 / 3, abs=1e-4)
    assert values["stove-1"] == values["tent-1"] == 0.0


def test_vectors_decide_likeness_where_there_are_any() -> None:
    request = quiet_request(*(Candidate(i, sources=("similar_to:tent-1",)) for i in ITEMS))
    vectors = np.zeros((len(ITEMS) + 1, 2), dtype=np.float32)
    vectors[:4] = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]]
    values = _by_id(SimilarTo().rank(replace(request, vectors=vectors)).values)
    assert values["tent-2"] == pytest.approx(0.8)
    assert values["tent-3"] == 0.0
    assert values["stove-1"] == pytest.approx(0.6)
