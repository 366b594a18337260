from __future__ import annotations

from assistant.llm.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=5, rest_s=15.0, clock=clock)
    for _ in range(5):
        breaker.failed()
    return breaker


def test_it_opens_after_five_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(failures=5, clock=Clock())
    for _ in range(4):
        breaker.failed()
    assert breaker.state == "closed"
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "open"


def test_one_probe_is_due_after_its_rest_and_only_one() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now += 14.9
    assert not breaker.take_probe()
    clock.now += 0.1
    assert breaker.take_probe()
    assert breaker.state == "half_open"
    assert not breaker.take_probe()


def test_a_probe_that_is_answered_closes_it() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now += 15.0
    breaker.take_probe()
    breaker.succeeded()
    assert breaker.state == "closed"
    breaker.failed()
    assert breaker.state == "closed"


def test_a_probe_that_fails_lets_it_rest_again() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now += 15.0
    breaker.take_probe()
    breaker.failed()
    assert breaker.state == "open"
    clock.now += 14.9
    assert not breaker.take_probe()


def test_it_rests_as_long_as_the_server_wants() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_s=15.0, clock=clock)
    breaker.failed(retry_after_s=60.0)
    clock.now += 59.0
    assert not breaker.take_probe()
    clock.now += 1.0
    assert breaker.take_probe()


def test_a_late_success_of_a_call_that_was_under_way_closes_it() -> None:
    breaker = _opened(Clock())
    breaker.succeeded()
    assert breaker.state == "closed"


def test_no_server_keeps_itself_unused_for_good() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_s=15.0, clock=clock)
    breaker.failed(retry_after_s=float("9" * 400))
    clock.now += 601.0
    assert breaker.take_probe()
