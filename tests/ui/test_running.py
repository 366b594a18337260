"""Turns that can be stopped by the session that began them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from assistant.turn import Principal, Stopped, TextDelta, TurnEvent
from ui.running import RunningTurns

ONE, OTHER = Principal("s-1"), Principal("s-2")


async def waiting() -> AsyncGenerator[TurnEvent]:
    yield TextDelta("first")
    await asyncio.Event().wait()


async def told(running: RunningTurns, principal: Principal) -> list[TurnEvent]:
    return [event async for batch in running.batches(principal, "m-1", waiting(), 0) for event in batch]


async def test_a_message_sent_twice_is_stopped_as_one() -> None:
    running = RunningTurns()
    both = [asyncio.create_task(told(running, ONE)) for _ in range(2)]
    await asyncio.sleep(0.01)
    assert not running.stop(OTHER, "m-1")
    assert not running.stop(ONE, "m-2")
    assert running.stop(ONE, "m-1")
    assert await asyncio.gather(*both) == [[TextDelta("first"), Stopped()]] * 2
    assert not running.stop(ONE, "m-1")
    assert running._tasks == {}


async def test_one_that_ends_leaves_the_other_to_be_stopped() -> None:
    running = RunningTurns()
    first = asyncio.create_task(told(running, ONE))
    second = asyncio.create_task(told(running, ONE))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert running.stop(ONE, "m-1")
    assert await second == [TextDelta("first"), Stopped()]
