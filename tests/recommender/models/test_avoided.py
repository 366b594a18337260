from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.events import Event, EventType
from recommender.models.avoided import Avoided
from recommender.models.base import Ranker
from recommender.profiles.edits import Edit, EditKind
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import ITEMS, NOW, make_context, make_request, make_state


class TestAvoided(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return Avoided()


def _values(stated: tuple[tuple[str, str], ...] = ()) -> dict[str, float]:
    never = Event("e1", EventType.EDIT, Edit(EditKind.AVOID, "brand", "Alp").to_text(), "ann", "today", NOW)
    request = make_request(make_state([never]), context=replace(make_context(), stated=stated))
    return dict(zip(ITEMS, Avoided().rank(request).values.tolist(), strict=True))


def test_only_what_is_never_wanted_is_lowered() -> None:
    assert {item_id for item_id, value in _values().items() if value == -1.0} == {"tent-1", "tent-3", "stove-1"}


def test_a_wish_of_now_outweighs_what_is_never_wanted() -> None:
    assert set(_values((("brand", "alp"),)).values()) == {0.0}
