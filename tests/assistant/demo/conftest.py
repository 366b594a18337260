"""One demo shop for all tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.demo.build import DemoShop, build_demo
from assistant.demo.catalogue import Made, make_catalogue
from assistant.demo.shoppers import Behaviour, simulate
from assistant.demo.spec import load_spec

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
SEED = 7


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def progress() -> dict[str, tuple[int, int | None]]:
    """What building the shop told last about each of its parts: (done, total)."""
    return {}


@pytest.fixture(scope="session")
def shop(folder: Path, progress: dict[str, tuple[int, int | None]]) -> DemoShop:
    def tell(what: str, done: int, total: int | None) -> None:
        progress[what] = (done, total)

    return build_demo(folder, seed=SEED, now=NOW, progress=tell)


@pytest.fixture(scope="session")
def catalogue() -> tuple[Made, ...]:
    return make_catalogue(load_spec(), seed=SEED)


@pytest.fixture(scope="session")
def behaviour(catalogue: tuple[Made, ...]) -> Behaviour:
    return simulate(catalogue, seed=SEED, now=NOW)
