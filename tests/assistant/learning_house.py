"""The house of `owner_house` with a customer, and looks into its files: what it learns, and forgets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from assistant.service import Assistant, Session
from assistant.support import experiments
from assistant.turn import EvidenceFound, SlateFact, Turn
from recommender.events import Event, EventType
from recommender.experiments.analysis import Report, analyse
from recommender.experiments.definitions import Experiment
from recommender.experiments.outcomes import Outcome
from tests.assistant.owner_house import owner_house


@contextmanager
def learning_house(folder: Path) -> Iterator[Assistant]:
    """Open the house; Maya and Nils are customers of it."""
    with owner_house(folder) as assistant:
        for who in ("maya", "nils"):
            row = (who, who.title(), f"{who}@example.com", "2026-01-01T00:00:00.000000+00:00")
            with closing(sqlite3.connect(folder / "aisle.db")) as connection, connection:
                connection.execute(
                    "INSERT INTO customers (id, name, email, joined_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row
                )
        yield assistant


def events_of(folder: Path, *kinds: EventType) -> list[Event]:
    """Events of these kinds in the log, in order of arrival."""
    with closing(sqlite3.connect(folder / "aisle.db")) as connection:
        rows = connection.execute("SELECT * FROM events ORDER BY seq").fetchall()
    return [Event(row[1], EventType(row[2]), *row[3:]) for row in rows if row[2] in kinds]


async def asked(assistant: Assistant, session: Session, words: str, number: int = 1) -> SlateFact:
    """Say something in a visit, and return the slate of the answer."""
    turn = Turn(session.conversation_id, f"message-{number}-{session.token[:12]}", words, session.principal)
    facts = [event.fact async for event in assistant.stream(turn) if isinstance(event, EvidenceFound)]
    return next(fact for fact in facts if isinstance(fact, SlateFact))


def outcomes_now(assistant: Assistant, name: str) -> tuple[Outcome, ...]:
    """What an experiment's units did by now, one row per unit."""
    found: list[Outcome] = []

    def keep(experiment: Experiment, rows: Iterable[Outcome], **more: object) -> Report:
        found.extend(rows)
        return analyse(experiment, found, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiments, "analyse", keep)
        assistant.lab.report(name)
    return tuple(found)


async def put_first_into_cart(assistant: Assistant, session: Session, slate: SlateFact) -> str:
    """Put the first card of a slate into the cart, and return the variant's id."""
    first = slate.items[0]
    await assistant.add_to_cart(session.principal, first.variant.id, 1, first.decision_id)
    return first.variant.id
