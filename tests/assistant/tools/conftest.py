"""An open shop of ten products without an encoder, and contexts of turns in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.service import Assistant
from assistant.tools.context import Ledger, ShopperContext
from assistant.turn import Focus, Need
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS

Turns = Callable[..., ShopperContext]


@pytest.fixture(scope="package")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(data=tmp_path_factory.mktemp("tools") / "data", catalogue="small", encoder="off")
    import_products(PRODUCTS, root=catalogues_folder(settings), name="small", encoder=None, currency="USD")
    opened = build_assistant(settings)
    opened.start(wait="words")
    yield opened
    opened.close()


@pytest.fixture
def turns(assistant: Assistant) -> Turns:
    """Makes the context of a turn: `turns("the second one", shown=("dome",))`. All are one visitor's."""
    session = asyncio.run(assistant.open_session(None))
    plan = asyncio.run(assistant._opener.plan(10))

    def make(words: str = "", *, shown: tuple[str, ...] = (), need: Need | None = None) -> ShopperContext:
        before = Focus(shown=shown, seen=shown)
        ledger = Ledger(need or Need(), before)
        return ShopperContext(session.principal, session.conversation_id, "t1", words, before, plan.shop, ledger)

    return make
