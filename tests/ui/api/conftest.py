"""The API on the fake assistant, and on a real one over ten products: without the pages, so in moments."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.service import Assistant
from assistant.store import open_store
from assistant.support.orders import OrderBook
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import HOST, SHOP_SITE, Begin, begin, make_door


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, site_origins=(SHOP_SITE,), messages_per_minute=0, sessions_per_hour=0)


@pytest.fixture
def client(assistant: FakeAssistant, settings: Settings) -> Iterator[TestClient]:
    with TestClient(make_door(assistant, settings), base_url=HOST) as client:
        yield client


@pytest.fixture
def visit(client: TestClient) -> Begin:
    return lambda: begin(client)
