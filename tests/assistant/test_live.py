"""Watching a conversation: nothing is lost between two looks, and a cut lets nothing more through."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from assistant.live import Cut, FloorChanged, HistoryItem, Live, LiveMessage, News, follow
from assistant.turn import Floor, Status, TextDelta, TurnEvent

ASSISTANT = FloorChanged(Floor.ASSISTANT)
NORA = FloorChanged(Floor.AGENT, "Nora")


def said(seq: int) -> LiveMessage:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return LiveMessage(seq, "agent", "Nora", f"word {seq}", moment, HistoryItem("agent", f"word {seq}", seq=seq))


class Kept:
    """What a store would hold."""

    def __init__(self) -> None:
        self.live = Live()
        self.messages: list[LiveMessage] = []
        self.floor = ASSISTANT
        self.looks = 0

    async def look(self, after: int) -> News:
        self.looks += 1
        return News(tuple(m for m in self.messages if m.seq > after), self.floor)

    async def first(self, count: int, after: int = 0) -> list[LiveMessage | FloorChanged]:
        seen: list[LiveMessage | FloorChanged] = []
        with self.live.listening("c") as bell:
            async with aclosing(follow(bell, after, self.look)) as happenings:
                async for happening in happenings:
                    seen.append(happening)
                    if len(seen) == count:
                        break
        return seen


async def test_first_comes_what_is_newer_and_the_floor_then_what_comes() -> None:
    kept = Kept()
    kept.messages += [said(1), said(2)]
    watching = asyncio.create_task(kept.first(3, after=1))
    while kept.looks == 0:
        await asyncio.sleep(0)
    kept.messages.append(said(3))
    kept.live.ring("c")
    assert await watching == [said(2), ASSISTANT, said(3)]


async def test_who_joins_comes_before_their_words_and_who_leaves_after_them() -> None:
    kept = Kept()
    watching = asyncio.create_task(kept.first(5))
    while kept.looks == 0:
        await asyncio.sleep(0)
    kept.messages.append(said(1))
    kept.floor = NORA
    kept.live.ring("c")
    while kept.looks == 1:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    kept.messages.append(said(2))
    kept.floor = ASSISTANT
    kept.live.ring("c")
    assert await watching == [ASSISTANT, NORA, said(1), said(2), ASSISTANT]


async def test_a_bell_of_another_thread_wakes_and_one_of_another_conversation_does_not() -> None:
    kept = Kept()
    watching = asyncio.create_task(kept.first(2))
    while kept.looks == 0:
        await asyncio.sleep(0)
    kept.live.ring("other")
    await asyncio.sleep(0.01)
    assert kept.looks == 1
    kept.messages.append(said(1))
    threading.Thread(target=kept.live.ring, args=("c",)).start()
    assert await watching == [ASSISTANT, said(1)]


async def test_only_those_who_wait_hear_that_the_queue_has_moved() -> None:
    kept = Kept()
    kept.floor = FloorChanged(Floor.QUEUE, None, 2)
    watching = asyncio.create_task(kept.first(2))
    while kept.looks == 0:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    with kept.live.listening("c") as idle:
        kept.floor = FloorChanged(Floor.QUEUE, None, 1)
        kept.live.ring_queue()
        assert [getattr(each, "position", None) for each in await watching] == [2, 1]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(idle.wait(), 0.01)


async def test_a_bell_whose_loop_is_gone_is_rung_in_vain() -> None:
    live = Live()

    def listen_and_leave() -> None:
        async def open_ear() -> None:
            live.listening("c").__enter__()

        asyncio.run(open_ear())

    thread = threading.Thread(target=listen_and_leave)
    thread.start()
    thread.join()
    live.ring("c")


async def _events(seen: list[str], pause: asyncio.Event) -> AsyncGenerator[TurnEvent]:
    try:
        yield TextDelta("one")
        await pause.wait()
        yield TextDelta("two")
    finally:
        seen.append("closed")


async def test_a_cut_ends_events_that_are_waited_for_and_closes_them() -> None:
    live, closed, pause = Live(), [], asyncio.Event()  # type: ignore[var-annotated]
    with live.turn("c") as cut:
        shown = []
        async for event in cut.until(_events(closed, pause)):
            shown.append(event)
            threading.Thread(target=live.cut, args=("c", "Nora")).start()
    assert shown == [TextDelta("one")]
    assert closed == ["closed"]
    assert cut.agent_name == "Nora"


async def test_nothing_is_shown_after_the_cut_is_made_even_what_is_ready() -> None:
    async def ready() -> AsyncGenerator[TurnEvent]:
        for word in ("one", "two", "three"):
            yield Status(word)

    cut = Cut()
    shown = []
    async for event in cut.until(ready()):
        shown.append(event)
        cut.make("Nora")
    assert shown == [Status("one")]


async def test_without_a_cut_everything_passes_and_an_error_as_well() -> None:
    async def broken() -> AsyncGenerator[TurnEvent]:
        yield Status("one")
        raise ValueError("broken")

    events = Cut().until(broken())
    assert await anext(events) == Status("one")
    with pytest.raises(ValueError, match="broken"):
        await anext(events)


async def test_turns_and_bells_that_are_over_are_forgotten() -> None:
    live = Live()
    with live.turn("c"), live.listening("c"):
        assert live._turns
        assert live._bells
    assert not live._turns
    assert not live._bells
