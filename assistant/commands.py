"""What each `aisle` command does, once its arguments are read.

It knows how to call the composition root and how to write answers; it decides nothing about shopping.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.errors import AisleError, ModelFailed, TurnRefused
from assistant.terminal import say, say_json, say_part, showing_progress, warn
from assistant.turn import Answer, Done, Failed, TextDelta, Turn

if TYPE_CHECKING:
    from assistant.service import Assistant, Session


def make_demo(settings: Settings, *, as_json: bool) -> None:
    """Make the demo shop, or make it anew."""
    from assistant.demo.build import build_demo

    with showing_progress() as progress:
        built = build_demo(settings.data, seed=settings.seed, progress=progress)
    if as_json:
        say_json({"catalogue": "demo", "products": built.products})
    else:
        say(f"The demo shop is ready, with {built.products} products. See it with: aisle serve")


def serve_pages(settings: Settings) -> None:
    """Serve the pages until Ctrl-C."""
    from ui.app import serve

    with showing_progress() as progress:
        _ensure_catalogue(settings, progress)
    serve(settings)


def import_catalogue(
    settings: Settings,
    file: Path,
    *,
    map_: str | None,
    name: str | None,
    format_: str | None,
    embed: bool,
    as_json: bool,
) -> None:
    """Load a catalogue and tell what was loaded and what was rejected."""
    from retrieval.loader import import_file

    with showing_progress() as progress:
        report = import_file(file, settings.data, name=name, map_=map_, format_=format_, embed=embed, progress=progress)
    if as_json:
        rejected = [{"line": row.line, "reason": row.reason} for row in report.rejected]
        say_json({"rows": report.rows, "loaded": report.loaded, "rejected": rejected, "seconds": report.seconds})
        return
    say(f"{report.loaded} of {report.rows} rows loaded in {report.seconds:.1f} s.")
    for row in report.rejected[:20]:
        say(f"  line {row.line}: {row.reason}")
    if len(report.rejected) > 20:
        say(f"  and {len(report.rejected) - 20} more; --json lists all of them")


def ask_once(settings: Settings, text: str, *, customer: str | None, as_json: bool) -> None:
    """Put one message to the assistant and write the answer."""
    asyncio.run(_ask_once(settings, text, customer=customer, as_json=as_json))


async def _ask_once(settings: Settings, text: str, *, customer: str | None, as_json: bool) -> None:
    async with _started(settings) as assistant:
        answer = await _answer(assistant, assistant.open_session(customer), text)
        _write_answer(answer, as_json=as_json)


def converse(settings: Settings, *, customer: str | None, as_json: bool) -> None:
    """Talk with the assistant until the input ends."""
    asyncio.run(_converse_json(settings, customer) if as_json else _converse(settings, customer))


async def _converse_json(settings: Settings, customer: str | None) -> None:
    from assistant.answer_json import answer_json

    async with _started(settings) as assistant:
        session = assistant.open_session(customer)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if not line.strip():
                continue
            try:
                say_json(answer_json(await _answer(assistant, session, _said(line))), lines=True)
            except AisleError as error:
                say_json({"error": str(error)}, lines=True)


def _said(line: str) -> str:
    """Return TEXT of one line {"say": TEXT}.

    Raises:
        TurnRefused: the line is something else.
    """
    try:
        asked = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TurnRefused('Each line must be JSON: {"say": TEXT}.') from error
    if not isinstance(asked, dict) or not isinstance(asked.get("say"), str):
        raise TurnRefused('Each line must be JSON: {"say": TEXT}.')
    return str(asked["say"])


async def _converse(settings: Settings, customer: str | None) -> None:
    async with _started(settings) as assistant:
        session = assistant.open_session(customer)
        say("Ask for a product, an order or a policy. Ctrl-D ends the conversation.")
        while True:
            say("\nyou> ", end="")
            sys.stdout.flush()
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                say()
                return
            if line.strip():
                await _reply(assistant, session, line)


async def _reply(assistant: Assistant, session: Session, text: str) -> None:
    async for event in assistant.stream(_turn(session, text)):
        if isinstance(event, TextDelta):
            say_part(event.text)
        elif isinstance(event, Failed):
            warn(event.message)
        elif isinstance(event, Done):
            say()
            _write_products(event.answer)


async def _answer(assistant: Assistant, session: Session, text: str) -> Answer:
    """Run one turn to its end.

    Raises:
        ModelFailed: the turn could not be answered; the message is the sentence for the shopper.
    """
    async for event in assistant.stream(_turn(session, text)):
        if isinstance(event, Done):
            return event.answer
        if isinstance(event, Failed):
            raise ModelFailed(event.message)
    raise ModelFailed("The turn ended without an answer.")


def _turn(session: Session, text: str) -> Turn:
    return Turn(session.conversation_id, uuid.uuid4().hex, text, session.principal)


def _write_answer(answer: Answer, *, as_json: bool) -> None:
    from assistant.answer_json import answer_json

    if as_json:
        say_json(answer_json(answer))
        return
    say(answer.text)
    _write_products(answer)


def _write_products(answer: Answer) -> None:
    for slate in answer.slates:
        for number, item in enumerate(slate.items, start=1):
            say(f"  {number}. {item.product.title}  {item.variant.price.format()}")
