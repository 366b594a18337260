"""How often something may happen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import Settings
from assistant.errors import TurnRefused
from ui.limits import MovingWindows, Slots, Window, message_limit, network_of, refuse_flood, too_many


def test_a_window_moves() -> None:
    now = [0.0]
    limit = MovingWindows((Window(2, 60),), lambda: now[0])
    assert limit.take("a") == 0
    now[0] = 30.0
    assert limit.take("a") == 0
    assert limit.take("a") == 30
    assert limit.take("b") == 0
    now[0] = 60.0
    assert limit.take("a") == 0
    assert limit.take("a") == 30


def test_every_window_must_have_room_and_a_refusal_is_not_counted() -> None:
    now = [0.0]
    limit = MovingWindows((Window(1, 10), Window(2, 100)), lambda: now[0])
    assert limit.take("a") == 0
    assert [limit.take("a") for _ in range(5)] == [10] * 5
    now[0] = 10.0
    assert limit.take("a") == 0
    now[0] = 20.0
    assert limit.take("a") == 80


def test_no_limit_is_no_limit() -> None:
    limit = MovingWindows((Window(0, 60),), lambda: 0.0)
    assert {limit.take("a") for _ in range(1000)} == {0}


def test_what_is_remembered_is_bounded() -> None:
    limit = MovingWindows((Window(1, 60),), lambda: 0.0, max_keys=3)
    for key in "abcd":
        assert limit.take(key) == 0
    assert len(limit._seen) == 3
    assert limit.take("d") > 0


@given(st.lists(st.floats(0, 50), max_size=40).map(sorted), st.integers(1, 5), st.floats(1, 20))
def test_never_more_than_the_limit_in_any_window(times: list[float], most: int, seconds: float) -> None:
    now = [0.0]
    limit = MovingWindows((Window(most, seconds),), lambda: now[0])
    counted = []
    for time in times:
        now[0] = time
        wait = limit.take("a")
        if wait == 0:
            counted.append(now[0])
        else:
            now[0] += wait  # what was promised holds
            assert limit.take("a") == 0
            counted.append(now[0])
            break
    for start in counted:
        assert sum(start <= time < start + seconds for time in counted) <= most


def test_slots_are_given_back() -> None:
    slots = Slots(2)
    assert [slots.take("a") for _ in range(3)] == [True, True, False]
    assert slots.take("b")
    slots.give_back("a")
    assert slots.take("a")
    slots.give_back("never-taken")
    for key in "aab":
        slots.give_back(key)
    assert slots._open == {}


def test_a_flood_of_messages_is_refused_with_a_sentence() -> None:
    limit = message_limit(Settings(messages_per_minute=1), lambda: 0.0)
    refuse_flood(limit, "s")
    with pytest.raises(TurnRefused, match="60 seconds"):
        refuse_flood(limit, "s")


@pytest.mark.parametrize(
    ("wait_s", "part"),
    [(1, "in 1 second."), (90, "90 seconds"), (91, "2 minutes"), (3600, "60 minutes"), (86400, "tomorrow")],
)
def test_the_sentence_says_when_to_go_on(wait_s: int, part: str) -> None:
    assert part in too_many(wait_s)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
