"""A tiny shop on a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.store import open_store
from tests.assistant.support.shop import Shop, product, usd
from tests.fakes.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock) -> Iterator[Shop]:
    store = open_store(tmp_path / "data", clock)
    made = Shop(store, clock)
    made.sells(product("tent", usd(2000)), product("mug", usd(999)), product("lamp", usd(1500), stock=3))
    made.has_orders({})
    yield made
    store.close()
