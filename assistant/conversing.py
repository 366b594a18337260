"""`aisle ask` and `aisle chat`: one message, or a conversation, through the same door as every channel."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from assistant.commands import prepare_catalogue
from assistant.config import Settings
from assistant.errors import AisleError, ModelFailed, TurnRefused
from assistant.terminal import say, say_json, say_part, showing_progress, warn
from assistant.turn import Answer, Done, Failed, TextDelta, Turn

if TYPE_CHECKING:
    from assistant.service import Assistant, Session

_NO_LINE = 'Each line must be JSON: {"say": TEXT}.'


def ask_once(settings: Settings, text: str, *, customer: str | None, as_json: bool) -> None:
    """Put one message to the assistant and write the answer.

    Raises:
        AisleError: the assistant cannot start, or the turn cannot be answered.
    """
    asyncio.run(_ask_once(settings, text, customer, as_json))


def converse(settings: Settings, *, customer: str | None, as_json: bool) -> None:
    """Talk with the assistant until the input ends; as JSON, a line that fails is answered with {"error"}."""
    asyncio.run(_converse_json(settings, customer) if as_json else _converse(settings, customer))


async def _ask_once(settings: Settings, text: str, customer: str | None, as_json: bool) -> None:
    from assistant.answer_json import answer_json

    async with _talking(settings, customer) as (assistant, session):
        answer = await _answer(assistant, session, text)
    if as_json:
        say_json(answer_json(answer))
    else:
        say(answer.text)
        _write_products(answer, settings.locale)


async def _converse_json(settings: Settings, customer: str | None) -> None:
    from assistant.answer_json import answer_json

    async with _talking(settings, customer) as (assistant, session):
        while line := await _read_line():
            if not line.strip():
                continue
            try:
                answer = await _answer(assistant, session, _said(line))
            except AisleError as error:
                say_json({"error": str(error)}, one_line=True)
            else:
                say_json(answer_json(answer), one_line=True)


async def _converse(settings: Settings, customer: str | None) -> None:
    async with _talking(settings, customer) as (assistant, session):
        say("Ask for a product, an order or a policy. Ctrl-D ends the conversation.")
        while True:
            say_part("\nyou> ")
            if not (line := await _read_line()):
                say()
                return
            if line.strip():
                await _reply(assistant, session, line, settings.locale)


@asynccontextmanager
async def _talking(settings: Settings, customer: str | None) -> AsyncIterator[tuple[Assistant, Session]]:
    from assistant.bootstrap import build_assistant

    with showing_progress() as progress:
        prepare_catalogue(settings, progress)
        assistant = build_assistant(settings)
        try:
            progress("loading the assistant", 0, None)
            assistant.start(wait="meaning")
        except BaseException:
            assistant.close()
            raise
    try:
        session = await assistant.open_session(None)
        yield assistant, await assistant.sign_in(session.token, customer) if customer else session
    finally:
        assistant.close()


async def _read_line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


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


async def _answer(assistant: Assistant, session: Session, text: str) -> Answer:
    """Run one turn to its end.

    Raises:
        ModelFailed: it could not be answered; the message is the sentence for the shopper.
    """
    async for event in assistant.stream(_turn(session, text)):
        if isinstance(event, Done):
            return event.answer
        if isinstance(event, Failed):
            raise ModelFailed(event.message)
    raise ModelFailed("The turn ended without an answer.")


async def _reply(assistant: Assistant, session: Session, text: str, locale: str) -> None:
    async for event in assistant.stream(_turn(session, text)):
        if isinstance(event, TextDelta):
            say_part(event.text)
        elif isinstance(event, Failed):
            warn(event.message)
        elif isinstance(event, Done):
            say()
            _write_products(event.answer, locale)


def _turn(session: Session, text: str) -> Turn:
    return Turn(session.conversation_id, uuid.uuid4().hex, text, session.principal)


def _write_products(answer: Answer, locale: str) -> None:
    for slate in answer.slates:
        for number, item in enumerate(slate.items, start=1):
            say(f"  {number}. {item.product.title}  {item.variant.price.format(locale)}")
