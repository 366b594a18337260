"""The whole assistant on ten products, with an agent and an admin: what the owner's door and page stand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.service import Assistant, Session
from assistant.store.clock import system_clock
from assistant.store.staff import open_staff_store
from assistant.support.staff import Staff
from assistant.turn import Agent, EvidenceFound, SlateFact, Turn
from retrieval.loader import import_products
from retrieval.product import Product
from tests.assistant.small_shop import PRODUCTS

PASSWORD = "a long enough one"
NORA, OLA = Agent("a1", "Nora"), Agent("a2", "Ola", "admin")


def house_settings(folder: Path) -> Settings:
    """Of the house in this folder."""
    return Settings(data=folder, encoder="off")


@contextmanager
def owner_house(folder: Path, products: Sequence[Product] = PRODUCTS) -> Iterator[Assistant]:
    """Open the house."""
    settings = house_settings(folder)
    import_products(products, root=catalogues_folder(settings), name=settings.catalogue)
    staff = Staff(open_staff_store(settings.data), system_clock)
    staff.add("Nora", "agent", PASSWORD)
    staff.add("Ola", "admin", PASSWORD)
    staff.close()
    assistant = build_assistant(settings)
    try:
        assistant.start(wait="words")
        yield assistant
    finally:
        assistant.close()


async def shown_slate(assistant: Assistant, words: str = "show me tents") -> tuple[Session, SlateFact]:
    """Let a new shopper say something, and return the slate of the answer."""
    session = await assistant.open_session(None)
    turn = Turn(session.conversation_id, f"message-{session.token[:12]}", words, session.principal)
    facts = [event.fact async for event in assistant.stream(turn) if isinstance(event, EvidenceFound)]
    return session, next(fact for fact in facts if isinstance(fact, SlateFact))
