"""`aisle ask` and `aisle chat`: one message, or a conversation, through the same door as every channel."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.commands import prepare_shop, tell_degraded
from assistant.config import Settings
from assistant.errors import AisleError, ModelFailed, TurnRefused
from assistant.terminal import say, say_json, say_part, showing_progress, warn
from assistant.text import clean
from assistant.turn import Answer, Done, Failed, PassedOn, TextDelta, Turn, TurnEvent

if TYPE_CHECKING:
    from assistant.service import Assistant, Session

_NO_LINE = 'Each line must be JSON: {"say": TEXT}.'


def ask_once(settings: Settings, text: str, *, customer: str | None, as_json: bool) -> None:
    """Put one message to the assistant and write the answer.

    Raises:
        AisleError: the assistant cannot start, or the turn cannot be answered.
    """
    from assistant.answer_json import answer_json

    with _talking(settings, customer) as talk:
        answer = talk.runner.run(_answer(talk, text))
    if as_json:
        say_json(answer_json(answer))
    else:
        say(answer.text)
        _write_products(answer, settings.locale)


def converse(settings: Settings, *, customer: str | None, as_json: bool) -> None:
    """Talk with the assistant until the input ends; as JSON, a line that fails is answered with {"error"}.

    Raises:
        AisleError: the assistant cannot start.
    """
    with _talking(settings, customer) as talk:
        if as_json:
            _converse_json(talk)
        else:
            _converse(talk, settings.locale)


@dataclass(frozen=True, slots=True)
class _Talk:
    """An open conversation. The runner runs a turn at a time, so that Ctrl-C also ends the waiting for a line."""

    runner: asyncio.Runner
    assistant: Assistant
    session: Session

    def turn(self, text: str) -> AsyncGenerator[TurnEvent]:
        """Put a message."""
        turn = Turn(self.session.conversation_id, uuid.uuid4().hex, text, self.session.principal)
        return self.assistant.stream(turn)


@contextmanager
def _talking(settings: Settings, customer: str | None) -> Iterator[_Talk]:
    with asyncio.Runner() as runner, ExitStack() as closing:
        with showing_progress() as progress:
            prepare_shop(settings, progress)
            from assistant.bootstrap import build_assistant

            assistant = build_assistant(settings)
            closing.callback(assistant.close)
            progress("opening the shop", 0, None)
            assistant.start(wait="meaning")
            tell_degraded(assistant)
        session = runner.run(assistant.open_session(None))
        if customer:
            session = runner.run(assistant.sign_in(session.token, customer))
        yield _Talk(runner, assistant, session)


def _converse_json(talk: _Talk) -> None:
    from assistant.answer_json import answer_json

    while line := sys.stdin.readline():
        if not line.strip():
            continue
        try:
            answer = talk.runner.run(_answer(talk, _said(line)))
        except AisleError as error:
            say_json({"error": str(error)}, one_line=True)
        else:
            say_json(answer_json(answer), one_line=True)


def _converse(talk: _Talk, locale: str) -> None:
    say("Ask for a product, an order or a policy. Ctrl-D ends the conversation.")
    say_part("\nyou> ")
    while line := sys.stdin.readline():
        if line.strip():
            talk.runner.run(_reply(talk, line, locale))
        say_part("\nyou> ")
    say()


def _said(line: str) -> str:
    """Return TEXT of one line {"say": TEXT}.

    Raises:
        TurnRefused: the line is something else.
    """
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TurnRefused(_NO_LINE) from error
    if not isinstance(asked, dict) or not isinstance(asked.get("say"), str):
        raise TurnRefused(_NO_LINE)
    return str(asked["say"])


async def _answer(talk: _Talk, text: str) -> Answer:
    """Run one turn to its end.

    Raises:
        ModelFailed: it could not be answered; the message is the sentence for the shopper.
    """
    # Closed here and not by the garbage collector, in which a Ctrl-C would be lost.
    async with aclosing(talk.turn(text)) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.answer
            if isinstance(event, Failed):
                raise ModelFailed(event.message)
    raise ModelFailed("The turn ended without an answer.")


async def _reply(talk: _Talk, text: str, locale: str) -> None:
    async for event in talk.turn(text):
        if isinstance(event, TextDelta):
            say_part(event.text)
        elif isinstance(event, PassedOn):
            say_part(f"{clean(event.agent_name)} has this message and answers here.")
        elif isinstance(event, Failed):
            warn(event.message)
        elif isinstance(event, Done):
            say()
            _write_products(event.answer, locale)


def _write_products(answer: Answer, locale: str) -> None:
    for slate in answer.slates:
        for number, item in enumerate(slate.items, start=1):
            paid = "  (sponsored)" if item.sponsored else ""
            say(f"  {number}. {item.product.title}  {item.variant.price.format(locale)}{paid}")
