"""The widget's banner is seldom shown, and never again once it was followed or put away."""

from __future__ import annotations

from assistant.inviting import MOST_A_DAY, Inviting
from assistant.starters import banner_pool
from assistant.turn import Principal
from recommender.event_log import MemoryEventLog
from recommender.events import EventType
from recommender.selling.starters import BANNERS, StarterBandit
from tests.assistant.small_shop import english

POOL = banner_pool(english(), has_policies=True)
GUEST, OTHER = Principal("a" * 32), Principal("b" * 32)


class _House:
    def __init__(self) -> None:
        self.log, self.at = MemoryEventLog(), 1_000.0
        self.inviting = self.opened()

    def opened(self) -> Inviting:
        return Inviting(StarterBandit(self.log), lambda: self.at, seed=7, explore=lambda: True)

    def events(self, kind: EventType) -> list[str]:
        return [event.item_id for _, event in self.log.events() if event.type is kind]


def test_a_banner_has_a_line_and_a_message_of_its_own() -> None:
    assert all(one.line and one.text and one.line != one.text for one in POOL)
    assert len({one.id for one in POOL}) == len(POOL) > 1
    assert len(banner_pool(english(), has_policies=False)) == len(POOL) - 1


def test_it_is_a_logged_decision_on_a_surface_of_its_own() -> None:
    house = _House()
    banner = house.inviting.banner(GUEST, POOL)
    assert banner in POOL
    (event,) = [event for _, event in house.log.events()]
    decision = house.log.find_decision(event.decision_id or "")
    assert decision is not None
    assert (decision.context.surface, len(decision.items)) == (BANNERS, 1)
    assert 0 < decision.slate_probability < 1


def test_one_showing_is_counted_once_and_few_are_made_in_a_day() -> None:
    house = _House()
    first = house.inviting.banner(GUEST, POOL)
    assert house.inviting.banner(GUEST, POOL) == first
    assert len(house.events(EventType.IMPRESSION)) == 1
    for _ in range(MOST_A_DAY - 1):
        house.at += 3_600
        assert house.inviting.banner(GUEST, POOL) is not None
    house.at += 3_600
    assert house.inviting.banner(GUEST, POOL) is None
    assert house.inviting.banner(OTHER, POOL) is not None, "another visit has its own share"
    house.at += 90_000
    assert house.inviting.banner(GUEST, POOL) is not None


def test_put_away_it_stays_away_after_a_restart_too() -> None:
    house = _House()
    banner = house.inviting.banner(GUEST, POOL)
    assert banner is not None
    house.inviting.put_away(GUEST)
    assert house.events(EventType.DISMISS) == [banner.id]
    assert house.events(EventType.CLICK) == []
    house.at += 90_000
    assert house.inviting.banner(GUEST, POOL) is None
    assert house.opened().banner(GUEST, POOL) is None
    assert house.opened().banner(OTHER, POOL) is not None


def test_followed_it_is_learned_once_and_not_shown_again() -> None:
    house = _House()
    banner = house.inviting.banner(GUEST, POOL)
    assert banner is not None
    assert house.inviting.knows(GUEST, banner.text)
    house.inviting.begun(GUEST, banner.text)
    house.inviting.begun(GUEST, banner.text)
    assert house.events(EventType.CLICK) == [banner.id]
    assert house.inviting.banner(GUEST, POOL) is None


def test_a_visit_that_was_shown_nothing_puts_nothing_away() -> None:
    house = _House()
    house.inviting.put_away(GUEST)
    assert list(house.log.events()) == []
