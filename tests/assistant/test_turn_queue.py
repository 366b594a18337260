"""Turns of one conversation run one after the other; too many are refused, and nothing is left behind."""

from __future__ import annotations

import asyncio

import pytest

from assistant.errors import TurnRefused
from assistant.turn_queue import TurnQueue


async def test_turns_of_one_conversation_run_one_after_the_other_in_order() -> None:
    queue, seen = TurnQueue(), list[str]()

    async def turn(name: str) -> None:
        async with queue.turn("c"):
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    await asyncio.gather(*(turn(name) for name in "abc"))
    assert seen == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]
    assert len(queue) == 0


async def test_conversations_do_not_wait_for_each_other() -> None:
    queue = TurnQueue()
    async with queue.turn("a"), queue.turn("b"):
        assert len(queue) == 2
    assert len(queue) == 0


async def test_too_many_waiting_turns_are_refused_and_the_others_are_served() -> None:
    queue, gate, served = TurnQueue(max_waiting=2), asyncio.Event(), list[int]()

    async def turn(number: int) -> None:
        async with queue.turn("c"):
            await gate.wait()
            served.append(number)

    waiting = [asyncio.create_task(turn(number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TurnRefused, match="still answering"):
        await turn(3)
    gate.set()
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2]
    await turn(4)
    assert len(queue) == 0


async def test_a_failed_and_a_stopped_turn_let_the_next_one_in() -> None:
    queue = TurnQueue()

    async def fail() -> None:
        async with queue.turn("c"):
            raise ZeroDivisionError

    async def hang() -> None:
        async with queue.turn("c"):
            await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        await fail()
    running, waiting = asyncio.create_task(hang()), asyncio.create_task(hang())
    await asyncio.sleep(0)
    waiting.cancel()
    running.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    assert len(queue) == 0
    async with queue.turn("c"):
        assert len(queue) == 1
