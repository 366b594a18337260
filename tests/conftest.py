"""What holds for every test: no network, no model hub, a data folder of its own, a fixed place among the workers."""

from __future__ import annotations

import os
import random
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from assistant.logs import configure_logging
from tests.network import NetworkGuard

# Before anything under test is imported: these are read at import by the libraries that they are for.
for _name in [name for name in os.environ if name.startswith("AISLE_")]:
    del os.environ[_name]
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    GRADIO_ANALYTICS_ENABLED="False",
    ANONYMIZED_TELEMETRY="False",
    TOKENIZERS_PARALLELISM="false",
    # Visits have random keys: one in fifty would see slates drawn evenly.
    AISLE_HOLDOUT_SHARE="0",
)

hypothesis.settings.register_profile("aisle", deadline=None, derandomize="CI" in os.environ, print_blob=True)
hypothesis.settings.load_profile("aisle")

_GROUPS = ("vllm", "slow", "browser", "datasets")
"""Marks whose tests share something dear: with several workers, all of one mark run on the same one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, and those that share a browser or an installation too."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            group = next((mark for mark in _GROUPS if item.get_closest_marker(mark)), item.nodeid.split("::")[0])
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Draw a test's ids from its name: a decision's id seeds its exploration, and a failure must come back again."""
    ids = random.Random(item.nodeid)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=ids.getrandbits(128), version=4))
        return (yield)


@pytest.fixture(autouse=True)
def _logs() -> None:
    """As in production: structlog's own default prints the values of variables, slowly and at length.

    Anew for each test: a command that was run in the test before may have left a level at which less is written.
    """
    configure_logging("INFO")


@pytest.fixture(scope="session", autouse=True)
def _network() -> Iterator[NetworkGuard]:
    guard = NetworkGuard()
    with guard.installed(), tempfile.TemporaryDirectory(prefix="aisle-tests-") as folder:
        os.environ["AISLE_DATA"] = folder
        yield guard
        os.environ.pop("AISLE_DATA", None)


@pytest.fixture(autouse=True)
def _no_network(_network: NetworkGuard) -> Iterator[None]:
    _network.refused.clear()
    yield
    refused = list(_network.refused)
    _network.refused.clear()
    assert not refused, f"tried to reach other machines: {refused}"


@pytest.fixture(autouse=True)
def aisle_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test; not made yet."""
    folder = tmp_path / "aisle-data"
    monkeypatch.setenv("AISLE_DATA", str(folder))
    return folder
