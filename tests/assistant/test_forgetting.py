"""What an erasure leaves in the running shop's files: looked for in every table of every one of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.erase_commands import erase_shopper
from assistant.replay_commands import replay_decisions
from assistant.service import Assistant, Session
from assistant.support import passwords
from assistant.support.purchases import Purchase, PurchaseLine
from assistant.turn import Turn
from recommender.events import EventType
from recommender.profiles.edits import Edit, EditKind
from tests.assistant.learning_house import asked, events_of, learning_house, put_first_into_cart
from tests.assistant.owner_house import house_settings
from tests.recommender.experiments.some import an_experiment

SECRET = "zanzibar"
CONVERSATION = {"messages", "conversations"}
"""What was said stays with the conversation: docs/profiles.md."""


@pytest_asyncio.fixture
async def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Assistant]:
    monkeypatch.setattr(passwords, "_N", 2**4)
    with learning_house(tmp_path) as made:
        made.lab.start(an_experiment(), who="Ola")
        yield made


def cells(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text and every blob of every table of every database in a folder, with the table's name."""
    files = sorted(folder.rglob("*.db"))
    assert {file.name for file in files} >= {"aisle.db", "experiments.db", "ranking.db", "staff.db"}
    for file in files:
        with closing(sqlite3.connect(file)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in connection.execute(f"SELECT * FROM {table}"):
                    for value in row:
                        if isinstance(value, str | bytes):
                            yield table, value if isinstance(value, str) else value.decode("latin-1")


def found(folder: Path, *wanted: str) -> list[tuple[str, str]]:
    return [(table, text) for table, text in cells(folder) if any(one in text for one in wanted)]


def visit_keys(*sessions: Session) -> tuple[str, ...]:
    return tuple(f"s:{session.principal.session_id[:24]}" for session in sessions)


def cart_of(folder: Path, owner: str) -> str:
    with closing(sqlite3.connect(folder / "aisle.db")) as connection:
        return str(connection.execute("SELECT id FROM carts WHERE owner = ?", (owner,)).fetchone()[0])


async def a_life_in_the_shop(assistant: Assistant, folder: Path) -> tuple[Session, ...]:
    """Maya's visits: one that ends with an order and a sign-out, one that begins as a guest and ends with consent."""
    first = await assistant.sign_in((await assistant.open_session(None)).token, "maya")
    await put_first_into_cart(assistant, first, await asked(assistant, first, f"show me tents {SECRET}"))
    await assistant.place_order(first.principal, name="M", email="m@example.com", address="A", idempotency_key="k")
    await assistant.sign_out(first.token)
    second = await assistant.open_session(None)
    await assistant.starters(second.principal, "page")
    slate = await asked(assistant, second, f"show me mugs {SECRET}", 1)
    second = await assistant.sign_in(second.token, "maya")
    await put_first_into_cart(assistant, second, slate)
    slate = await asked(assistant, second, f"show me boots {SECRET}", 2)
    await assistant.profiles.keep(second.principal, True)
    slate = await asked(assistant, second, f"show me tents {SECRET}", 3)
    await assistant.record(second.principal, "click", slate.items[0].product.id, slate.items[0].decision_id, 0)
    await assistant.profiles.edit(second.principal, Edit(EditKind.AVOID, "material", "Leather"))
    variant_id = await put_first_into_cart(assistant, second, slate)
    line = PurchaseLine(1, 1200, "USD", variant_id=variant_id)
    await assistant.record_purchase(Purchase("W-1", (line,), datetime.now(UTC), cart_of(folder, "customer:maya")))
    return first, second


async def test_nothing_leads_from_behaviour_back_to_who_was_erased(assistant: Assistant, tmp_path: Path) -> None:
    sessions = await a_life_in_the_shop(assistant, tmp_path)
    other = await assistant.sign_in((await assistant.open_session(None)).token, "nils")
    await asked(assistant, other, "show me mugs")
    keys = ("c:maya", *visit_keys(*sessions))
    before = found(tmp_path, *keys)
    assert {table for table, _ in before} >= {"events", "decisions", "exposures", "purchases"}
    shown = len(events_of(tmp_path, EventType.IMPRESSION))
    await assistant.profiles.erase(sessions[1].principal)
    # Only the last word about a profile still names her, and no visit of hers.
    assert found(tmp_path, *keys) == [("events", "c:maya")]
    assert {table for table, _ in found(tmp_path, SECRET)} <= CONVERSATION
    # The crowd's counts stay, and so does everybody else.
    assert len(events_of(tmp_path, EventType.IMPRESSION)) == shown
    assert {table for table, _ in found(tmp_path, *visit_keys(other))} >= {"events", "decisions", "exposures"}


async def test_a_guest_is_forgotten_too(assistant: Assistant, tmp_path: Path) -> None:
    guest = await assistant.open_session(None)
    await assistant.starters(guest.principal, "page")
    await asked(assistant, guest, f"show me mugs {SECRET}")
    await assistant.profiles.keep(guest.principal, False)
    # Their no stays under the key of the visit: without it, it would be a yes in a shop that keeps profiles by default.
    assert found(tmp_path, *visit_keys(guest)) == [("events", visit_keys(guest)[0])]
    assert {table for table, _ in found(tmp_path, SECRET)} <= CONVERSATION


async def test_the_command_erases_the_same_and_slates_are_still_recomputed(
    assistant: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions = await a_life_in_the_shop(assistant, tmp_path)
    other = await assistant.open_session(None)
    await assistant.starters(other.principal, "page")
    await asked(assistant, other, "show me mugs")
    assistant.close()
    settings = house_settings(tmp_path)
    erase_shopper(settings, "maya", as_json=True)
    erased = json.loads(capsys.readouterr().out)
    assert erased["decisions"] >= 4
    assert erased["exposures"] >= 2
    assert found(tmp_path, "c:maya", *visit_keys(*sessions)) == [("events", "c:maya")]
    assert replay_decisions(settings, 100, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["mismatches"], report["erased"]) == ([], erased["decisions"])
    assert report["matched"] == report["tasks"] >= 1


async def test_what_is_done_later_does_not_lead_back_to_what_was_erased(assistant: Assistant, tmp_path: Path) -> None:
    session = await assistant.sign_in((await assistant.open_session(None)).token, "maya")
    questions = await assistant.starters(session.principal, "page")
    slate = await asked(assistant, session, "show me tents", 1)
    await assistant.profiles.erase(session.principal)
    first = slate.items[0]
    await assistant.record(session.principal, "click", first.product.id, first.decision_id, 0)
    await put_first_into_cart(assistant, session, slate)
    await assistant.place_order(session.principal, name="M", email="m@example.com", address="A", idempotency_key="k")
    turn = Turn(session.conversation_id, "message-starter", questions[0], session.principal)
    async for _ in assistant.stream(turn):
        pass
    later = [event for event in events_of(tmp_path, *EventType) if event.session_key in visit_keys(session)]
    assert {EventType.CLICK, EventType.ADD_TO_CART, EventType.PURCHASE} <= {event.type for event in later}
    log = assistant.owner._rooms.event_log
    named = [log.find_decision(event.decision_id) for event in later if event.decision_id]
    assert not any(decision is None or decision.erased for decision in named)
