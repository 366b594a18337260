"""The list of models of an OpenAI-compatible server, on loopback; what it was asked is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def models_endpoint(*models: str, status: int = 200, body: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """Run the server for a while; gives its base URL and the "PATH KEY" of each request."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(status)
            self.end_headers()
            told = body if body is not None else json.dumps({"data": [{"id": name} for name in models]})
            self.wfile.write(told.encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
