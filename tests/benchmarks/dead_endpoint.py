"""What a turn takes while the endpoint is dead and the breaker is open: `python -m tests.benchmarks.dead_endpoint`.

The demo shop, one shopper at a time, messages one after another. Nobody listens at the endpoint's address, or somebody
who never answers. The first turns open the breaker and are told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from assistant.bootstrap import build_assistant, ensure_catalogue
from assistant.config import Settings
from assistant.logs import configure_logging
from assistant.service import Assistant
from assistant.turn import Done, Failed, Turn

MESSAGES = (
    "tents under $200",
    "something lighter",
    "compare the first two",
    "hello",
    "a waterproof jacket for women, not red",
    "does the first one have a hood?",
    "how long can I return something?",
    "show me hiking boots in size 42",
    "the cheapest of them",
    "where is my order?",
    "a gift for my father, around $50",
    "thanks",
)


@contextmanager
def dead_address(kind: str) -> Iterator[str]:
    """An address where nobody listens, or one that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        if kind == "silent":
            yield url
            return
    yield url


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one turn, on the wall and of the processor (all threads of the process)."""

    wall_s: float
    cpu_s: float


async def measure(assistant: Assistant, n_turns: int) -> tuple[list[Took], list[Took], list[str]]:
    """The turns that open the breaker, those after it, and sentences of turns that failed."""
    opening, resting, failed = [], [], []
    for number in range(n_turns):
        # A new visit every twelve messages: no limit of one visit is reached, and no dialogue grows without end.
        if number % len(MESSAGES) == 0:
            session = await assistant.open_session(None)
        words = MESSAGES[number % len(MESSAGES)]
        begun, cpu = time.perf_counter(), time.process_time()
        reason = ""
        async for event in assistant.stream(Turn(session.conversation_id, f"dead-{number}", words, session.principal)):
            if isinstance(event, Failed):
                failed.append(event.message)
            if isinstance(event, Done):
                reason = event.answer.cost.fell_back
        took = Took(time.perf_counter() - begun, time.process_time() - cpu)
        (resting if reason == "resting" else opening).append(took)
    return opening, resting, failed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--endpoint", choices=("refusing", "silent"), default="refusing")
    parser.add_argument("--encoder", choices=("on", "off"), default="on")
    parser.add_argument("--data", type=Path, help="a folder with the demo shop; one is made without")
    given = parser.parse_args()
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory() as folder, dead_address(given.endpoint) as url:
        encoder = {"encoder": "off"} if given.encoder == "off" else {}
        settings = Settings(data=given.data or Path(folder) / "data", llm_url=url, **encoder)
        ensure_catalogue(settings)
        assistant = build_assistant(settings)
        assistant.start(wait="meaning")
        load_before = os.getloadavg()[0]
        try:
            opening, resting, failed = asyncio.run(measure(assistant, given.turns))
        finally:
            assistant.close()
    out = sys.stdout.write
    load = f"load {load_before:.1f} to {os.getloadavg()[0]:.1f}"
    out(f"Python {platform.python_version()}, {os.cpu_count()} cores, {load}\n")
    out(f"endpoint {given.endpoint}, encoder {given.encoder}\n")
    out(f"{len(opening)} turns until the breaker was open: slowest {1000 * max(t.wall_s for t in opening):.0f} ms\n")
    out(f"{len(resting)} turns after, {len(failed)} failed\n")
    out(f"  wall: {_spread([took.wall_s for took in resting])}\n")
    out(f"  processor: {_spread([took.cpu_s for took in resting])}\n")


def _spread(seconds: list[float]) -> str:
    cuts = [1000 * cut for cut in quantiles(seconds, n=100, method="inclusive")]
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, slowest {1000 * max(seconds):.0f} ms"


if __name__ == "__main__":
    main()
