"""The API on the fake assistant, and on a real one over ten products: without the pages, so in moments."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.service import Assistant
from assistant.store import open_store
from assistant.support.orders import OrderBook
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS
from tests.assistant.support.shop import MARA, OTTO, PLACED, order
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import HOST, SECRET, SHOP_SITE, Begin, begin, make_door


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


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with ten products, two customers and an order of each. Copy it before changing anything."""
    folder = tmp_path_factory.mktemp("small") / "data"
    settings = Settings(data=folder, encoder="off")
    import_products(PRODUCTS, root=catalogues_folder(settings), name=settings.catalogue, encoder=None, currency="USD")
    store = open_store(folder)
    OrderBook(store, lambda: PLACED).load((MARA, OTTO), ((MARA.id, order(20001)), (OTTO.id, order(20002))))
    store.close()
    return folder


@pytest.fixture
def real_settings(small_data: Path, tmp_path: Path) -> Settings:
    folder = tmp_path / "real"
    shutil.copytree(small_data, folder)
    return Settings(
        data=folder,
        encoder="off",
        messages_per_minute=0,
        sessions_per_hour=0,
        checkout_url="https://shop.example/checkout?ref={cart}&lines={lines}",
        purchase_secrets=(SecretStr(SECRET),),
    )


@pytest.fixture
def real(real_settings: Settings) -> Iterator[Assistant]:
    """The real assistant over ten products, without meaning."""
    assistant = build_assistant(real_settings)
    assistant.start(wait="words")
    yield assistant
    assistant.close()


@pytest.fixture
def real_client(real: Assistant, real_settings: Settings) -> Iterator[TestClient]:
    with TestClient(make_door(real, real_settings), base_url=HOST) as client:
        yield client
