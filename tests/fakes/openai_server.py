"""A small OpenAI-compatible server on loopback with scripted answers and scripted faults.

`stream_of` gives the bytes of an answer as vLLM streams it, for tests that need no socket.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EVENTS = "text/event-stream; charset=utf-8"


@dataclass
class Script:
    """What the server answers, in order; the last one repeats.

    A step says what is answered: {"say": TEXT}, {"call": (NAME, ARGUMENTS)}, {"calls": NUMBER} of one call each,
    {"status": CODE} or {"raw": BYTES}. Beside it may stand what goes wrong: {"hang_s": SECONDS} before the first byte,
    {"cut": BYTES} after which the connection ends, {"drip_s": SECONDS} between two events, {"headers": {…}},
    {"content_type": TEXT}, and {"usage": {…}} for the last event.
    """

    steps: list[dict[str, Any]]
    requests: list[dict[str, Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def next(self) -> dict[str, Any]:
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


@contextmanager
def openai_server(*steps: dict[str, Any]) -> Iterator[tuple[str, Script]]:
    """Run the server for a while; gives its base URL and the script."""
    script = Script(list(steps))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append(json.loads(body))
            step = script.next()
            # Nothing waits longer than the server lives.
            if script.closing.wait(step.get("hang_s", 0.0)):
                return
            try:
                self._answer(step)
            except (BrokenPipeError, ConnectionResetError):
                return

        def _answer(self, step: Mapping[str, Any]) -> None:
            self.send_response(step.get("status", 200))
            self.send_header("Content-Type", step.get("content_type", EVENTS))
            for name, value in step.get("headers", {}).items():
                self.send_header(name, value)
            self.end_headers()
            if "status" in step:
                return
            sent = 0
            for event in _events(step):
                part = event[: step["cut"] - sent] if "cut" in step else event
                self.wfile.write(part)
                sent += len(part)
                if len(part) < len(event) or script.closing.wait(step.get("drip_s", 0.0)):
                    return

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", script
    finally:
        script.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def stream_of(step: Mapping[str, Any]) -> bytes:
    """The whole body of a step, as it is streamed."""
    return b"".join(_events(step))


def _events(step: Mapping[str, Any]) -> Iterator[bytes]:
    if "raw" in step:
        yield step["raw"]
        return
    deltas = list(_deltas(step))
    for delta in deltas:
        yield _event(_chunk(delta))
    calls = any("tool_calls" in delta for delta in deltas)
    yield _event(_chunk({}, finish="tool_calls" if calls else "stop"))
    if "usage" in step:
        yield _event({**_chunk({}), "choices": [], "usage": step["usage"]})
    yield b"data: [DONE]\n\n"


def _deltas(step: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for word in str(step["say"]).split(" ") if "say" in step else ():
        yield {"content": f"{word} "}
    calls = [step["call"]] if "call" in step else []
    calls += [("search_products", {"query": f"tents {i}"}) for i in range(step.get("calls", 0))]
    for index, (name, arguments) in enumerate(calls):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        # As vLLM does: the name first, then the arguments in pieces.
        first = {"name": name, "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": first}]}
        for start in range(0, len(text), 12):
            yield {"tool_calls": [{"index": index, "function": {"arguments": text[start : start + 12]}}]}


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}


def _event(row: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(row, ensure_ascii=False)}\n\n".encode()
