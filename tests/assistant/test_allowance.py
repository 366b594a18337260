from __future__ import annotations

from assistant.allowance import DAY_S, DailyTokens
from assistant.config import Settings
from assistant.turn import Principal

GUEST, OTHER = Principal("a" * 32), Principal("b" * 32)
MAYA = Principal("c" * 32, "maya")
LIMITS = Settings(llm_tokens_per_turn=10_000, llm_tokens_per_day=30_000, llm_tokens_per_day_signed_in=150_000)


def test_a_turn_gets_its_own_limit_or_what_is_left_of_the_day() -> None:
    daily = DailyTokens(LIMITS)
    assert daily.left_for_turn(GUEST) == 10_000
    daily.spend(GUEST, 25_000)
    assert daily.left_for_turn(GUEST) == 5_000
    daily.spend(GUEST, 9_000)
    assert daily.left_for_turn(GUEST) == 0
    assert daily.left_for_turn(OTHER) == 10_000


def test_who_is_signed_in_has_more_in_whatever_visit() -> None:
    daily = DailyTokens(LIMITS)
    daily.spend(MAYA, 149_000)
    assert daily.left_for_turn(MAYA) == 1_000
    assert daily.left_for_turn(Principal("d" * 32, "maya")) == 1_000


def test_what_is_a_day_old_no_longer_counts() -> None:
    now = 0.0
    daily = DailyTokens(LIMITS, lambda: now)
    daily.spend(GUEST, 20_000)
    now = 3_600.0
    daily.spend(GUEST, 10_000)
    assert daily.left_for_turn(GUEST) == 0
    now = DAY_S
    assert daily.left_for_turn(GUEST) == 10_000


def test_zero_sets_no_limit() -> None:
    free = Settings(llm_tokens_per_turn=0, llm_tokens_per_day=0, llm_tokens_per_day_signed_in=1_000)
    daily = DailyTokens(free)
    assert daily.left_for_turn(GUEST) is None
    assert daily.left_for_turn(MAYA) == 1_000
