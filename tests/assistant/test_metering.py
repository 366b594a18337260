from __future__ import annotations

import contextlib

from assistant.metering import TurnMeter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_stages_add_up_and_count_calls() -> None:
    clock = Clock()
    meter = TurnMeter(clock=clock)
    for took in (1.0, 0.5):
        with meter.stage("tools"):
            clock.now += took
    with contextlib.suppress(ValueError), meter.stage("model"):
        clock.now += 2.0
        raise ValueError("broken")
    cost = meter.cost()
    assert cost.stages == {"tools": 1.5, "model": 2.0}
    assert (cost.tool_calls, cost.model_calls, cost.seconds) == (2, 1, 3.5)


def test_no_number_of_an_endpoint_is_trusted() -> None:
    meter = TurnMeter(max_tokens=100)
    meter.used(-50, -50, cached=-10)
    assert meter.cost().tokens == 0
    meter.used(90, 5, cached=10**9)
    assert meter.cost().tokens == 5
    assert meter.tokens_left
    meter.used(95)
    assert not meter.tokens_left


def test_the_slowest_first_token_and_the_first_thing_shown_are_kept() -> None:
    clock = Clock()
    meter = TurnMeter(clock=clock)
    assert (meter.cost().first_token_s, meter.cost().first_shown_s) == (None, None)
    meter.used(1, first_token_s=0.4)
    meter.used(1, first_token_s=0.2)
    clock.now = 1.5
    meter.shown()
    clock.now = 2.0
    meter.shown()
    assert (meter.cost().first_token_s, meter.cost().first_shown_s) == (0.4, 1.5)


def test_what_is_left_to_the_model_is_told_from_the_clock() -> None:
    clock = Clock()
    meter = TurnMeter(clock=clock)
    assert meter.model_left_s == float("inf")
    meter.model_until_s = 12.0
    clock.now = 4.0
    assert meter.model_left_s == 8.0
