"""A person takes over: the assistant's words end, it stays silent, and goes on afterwards with what was said."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from assistant.errors import Refused
from assistant.live import FloorChanged, LiveMessage
from assistant.turn import (
    Agent,
    Answer,
    Done,
    EvidenceFound,
    Floor,
    HandOverFact,
    PassedOn,
    PolicyFact,
    PolicySection,
    TextDelta,
    TurnCost,
    TurnEvent,
)
from tests.scenarios.visitor import Visitor

NORA = Agent("a1", "Nora")


def _take(visit: Visitor) -> None:
    visit.assistant._rooms.handoff.take(visit.session.conversation_id, NORA)


def _say(visit: Visitor, text: str, message_id: str) -> None:
    visit.assistant._rooms.conversations.append_reply(NORA, visit.session.conversation_id, message_id, text)


def _history(visit: Visitor) -> list[tuple[str, str]]:
    where = (visit.session.principal, visit.session.conversation_id)
    return [(item.role, item.text) for item in visit.run(visit.assistant.history(*where))]


async def _taken_at(visit: Visitor, kind: type[TurnEvent]) -> tuple[list[TurnEvent], list[TurnEvent]]:
    """Run a turn in which Nora takes over at the first event of a kind: what was shown before, and after."""
    before: list[TurnEvent] = []
    after: list[TurnEvent] = []
    seen = before
    async for event in visit.assistant.stream(visit.turn("tents under $200")):
        seen.append(event)
        if seen is before and isinstance(event, kind):
            await asyncio.to_thread(_take, visit)
            seen = after
    return before, after


@pytest.mark.parametrize("kind", [EvidenceFound, TextDelta])
def test_a_running_turn_ends_at_the_take_and_keeps_what_was_shown(visit: Visitor, kind: type[TurnEvent]) -> None:
    before, after = visit.run(_taken_at(visit, kind))
    passed, done = after
    assert passed == PassedOn("Nora")
    assert isinstance(done, Done)
    shown = "".join(event.text for event in before if isinstance(event, TextDelta)).strip()
    assert done.answer.text == shown
    assert done.answer.handed_over
    assert _history(visit) == [("shopper", "tents under $200"), ("assistant", shown)]


def test_a_take_before_anything_is_shown_leaves_the_message_alone(visit: Visitor) -> None:
    async def take_at_once() -> list[TurnEvent]:
        model = visit.assistant._runner._in_pool
        visit.assistant._runner._in_pool = taking(model)  # type: ignore[method-assign, assignment]
        try:
            return [event async for event in visit.assistant.stream(visit.turn("tents"))]
        finally:
            visit.assistant._runner._in_pool = model  # type: ignore[method-assign]

    def taking(in_pool):  # type: ignore[no-untyped-def]
        calls = 0

        async def then_take(work):  # type: ignore[no-untyped-def]
            nonlocal calls
            result = await in_pool(work)
            calls += 1
            if calls == 2:  # the message is kept, the floor has been read
                await asyncio.to_thread(_take, visit)
            return result

        return then_take

    passed, done = visit.run(take_at_once())
    assert passed == PassedOn("Nora")
    assert isinstance(done, Done)
    assert replace(done.answer, cost=TurnCost()) == Answer("", handed_over=True, prompt_hash=done.answer.prompt_hash)
    assert _history(visit) == [("shopper", "tents")]


def test_while_an_agent_speaks_the_assistant_is_silent_and_then_goes_on_with_what_was_said(visit: Visitor) -> None:
    shown = visit.say("tents under $200").products
    visit.say("I want to talk to a person")
    _take(visit)
    silent = visit.say("is the first one waterproof?", message_id="silent")
    assert silent.events == (PassedOn("Nora"), Done(Answer("", wishes=silent.answer.wishes, handed_over=True)))
    _say(visit, "It is.", "r1")
    _say(visit, "It is.", "r1")
    visit.assistant._rooms.handoff.hand_back(visit.session.conversation_id, NORA)
    with pytest.raises(Refused):
        _say(visit, "One more thing.", "r2")
    assert _history(visit)[-2:] == [("shopper", "is the first one waterproof?"), ("agent", "It is.")]
    assert visit.say("how much is the first one?").text
    assert shown[0].product.title in " ".join(
        fact.product.title for fact in visit.replies[-1].answer.evidence if hasattr(fact, "product")
    )


def test_watching_shows_what_is_new_and_who_has_the_floor_as_it_comes(visit: Visitor) -> None:
    where = (visit.session.principal, visit.session.conversation_id)

    async def watch() -> list[LiveMessage | FloorChanged]:
        seen: list[LiveMessage | FloorChanged] = []
        async with aclosing(visit.assistant.watch(*where, after=1)) as happenings:
            async for happening in happenings:
                seen.append(happening)
                if len(seen) == 2:
                    await visit.assistant.hand_over(*where, "a bill")
                elif isinstance(happening, FloorChanged) and happening.floor is Floor.QUEUE:
                    await asyncio.to_thread(_take, visit)
                    await asyncio.to_thread(_say, visit, "Hello, Nora here.", "r1")
                elif isinstance(happening, LiveMessage) and happening.role == "agent":
                    return seen
        raise AssertionError("the watch ended by itself")

    visit.say("hello")
    answer, first, queued, taken, said = visit.run(asyncio.wait_for(watch(), 30))
    assert isinstance(answer, LiveMessage)
    assert (answer.role, answer.seq) == ("assistant", 2)
    assert first == FloorChanged(Floor.ASSISTANT)
    assert isinstance(queued, FloorChanged)
    assert queued.position is not None
    assert taken == FloorChanged(Floor.AGENT, "Nora")
    assert isinstance(said, LiveMessage)
    assert (said.who, said.text, said.seq) == ("Nora", "Hello, Nora here.", 3)


@pytest.mark.parametrize("words", ["my mug arrived BROKEN", "the kettle came damaged, what now", "la taza llegó rota"])
def test_what_arrived_broken_brings_the_rule_and_a_person_and_both_are_told(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert any("broken" in section.title for fact in reply.answer.evidence for section in _sections(fact))
    (position,) = [fact.position for fact in reply.answer.evidence if isinstance(fact, HandOverFact)]
    assert str(position) in reply.text.rpartition(".")[0].rpartition("14")[2]


def _sections(fact: object) -> tuple[PolicySection, ...]:
    return fact.sections if isinstance(fact, PolicyFact) else ()
