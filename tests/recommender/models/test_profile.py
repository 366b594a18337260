from __future__ import annotations

import pytest

from recommender.events import EventType
from recommender.models.base import Part, Ranker
from recommender.models.profile import ForYou
from recommender.settings import DAY_S
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import ITEMS, NOW, EventMaker, make_request, make_state


class TestForYou(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return ForYou()


def _after(*kinds_and_items: tuple[EventType, str]) -> tuple[dict[str, float], Part]:
    make = EventMaker()
    state = make_state([make(kind, item_id, "today", "ann") for kind, item_id in kinds_and_items])
    part = ForYou().rank(make_request(state))
    return dict(zip(ITEMS, part.values.tolist(), strict=True)), part


def test_a_click_lifts_the_same_category_and_brand() -> None:
    values, part = _after((EventType.CLICK, "tent-1"))
    assert values["tent-1"] > values["tent-3"] > values["tent-2"] > values["stove-1"] > values["mat-1"] == 0
    assert part.details[:5] == ("tents", "tents", "tents", "Alp", "")


def test_among_the_same_kind_the_usual_price_is_nearer() -> None:
    values, _ = _after((EventType.CLICK, "tent-1"))
    # tent-1 and tent-3 share category and brand; tent-3 costs three times as much.
    assert values["tent-1"] - values["tent-3"] == pytest.approx(0.15 * 0.5 * (1 - (1 / 3) ** 2), abs=1e-3)


def test_a_dismissal_lowers_its_kind() -> None:
    values, part = _after((EventType.DISMISS, "tent-2"))
    assert values["tent-1"] < 0
    assert values["stove-1"] == 0
    assert set(part.details) == {""}


def test_a_return_takes_back_most_of_what_the_purchase_said_of_the_shopper_and_nothing_of_the_item() -> None:
    make = EventMaker()
    bought = make(EventType.PURCHASE, "tent-1", "today", "ann")
    kept, returned = make_state([bought]), make_state([bought, make(EventType.RETURN, "tent-1", "today", "ann")])
    liking = [
        float(ForYou().rank(make_request(state)).values[list(ITEMS).index("tent-3")]) for state in (kept, returned)
    ]
    assert liking[0] > liking[1] > 0
    assert returned.popularity.read("tent-1", NOW) == kept.popularity.read("tent-1", NOW)


def test_interest_fades() -> None:
    make = EventMaker()
    shopper = make_state([make(EventType.CLICK, "tent-1", "today", "ann")]).shoppers.find("ann")
    assert shopper is not None
    assert shopper.affinity("category", "tents", NOW) == pytest.approx(0.5)
    assert shopper.affinity("category", "tents", NOW + 30 * DAY_S) == pytest.approx(0.5 / 1.5)


def test_others_interest_is_not_mine() -> None:
    make = EventMaker()
    state = make_state([make(EventType.CLICK, "tent-1", "elsewhere", "bob")])
    assert not ForYou().rank(make_request(state)).values.any()
