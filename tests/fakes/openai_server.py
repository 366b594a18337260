"""A small OpenAI-compatible server on loopback with scripted answers: words, tool calls, errors, a hang."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server answers, in order; the last one repeats.

    Each step is {"say": TEXT}, {"call": (NAME, ARGUMENTS)}, {"status": CODE} or {"hang_s": SECONDS}.
    """

    steps: list[dict[str, Any]]
    requests: list[dict[str, Any]] = field(default_factory=list)

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
            if "hang_s" in step:
                time.sleep(step["hang_s"])
            if "status" in step:
                self.send_response(step["status"])
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for delta in _deltas(step):
                self.wfile.write(f"data: {json.dumps(_chunk(delta))}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", script
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _deltas(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    if "call" in step:
        name, arguments = step["call"]
        function = {"name": name, "arguments": json.dumps(arguments)}
        yield {"tool_calls": [{"index": 0, "id": "call_0", "type": "function", "function": function}]}
    for word in str(step.get("say", "")).split(" "):
        yield {"content": f"{word} "}


def _chunk(delta: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
