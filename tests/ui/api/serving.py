"""The API on a real web server and a real socket, on this machine only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from ui.serve import address, listen


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application and give its address; it is stopped afterwards."""
    with listen("127.0.0.1", 0) as sock:
        config = uvicorn.Config(app, log_level="error", access_log=False, ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: server.run(sockets=[sock]), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield address(sock)
        finally:
            server.should_exit = True
            thread.join(10)
