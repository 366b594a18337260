"""Taking an address and saying it."""

from __future__ import annotations

import socket
import time
from typing import NoReturn

import pytest
from starlette.testclient import TestClient

from assistant.errors import ConfigError, StoreError
from ui.doorway import Doorway
from ui.serve import address, listen


def test_a_free_port_is_taken() -> None:
    with listen("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname(), timeout=5):
        assert sock.getsockname()[1] > 0


def test_a_taken_port_is_one_plain_sentence_with_a_way_out() -> None:
    with listen("127.0.0.1", 0) as sock, pytest.raises(ConfigError, match="choose another with --port"):
        listen("127.0.0.1", sock.getsockname()[1])


@pytest.mark.parametrize(
    ("bound", "shown"),
    [
        (("127.0.0.1", 7860), "http://127.0.0.1:7860"),
        (("0.0.0.0", 80), "http://127.0.0.1:80"),
        (("::1", 7860, 0, 0), "http://[::1]:7860"),
        (("::", 7860, 0, 0), "http://[::1]:7860"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(bound: tuple[str | int, ...], shown: str) -> None:
    class Bound(socket.socket):
        def getsockname(self) -> tuple[str | int, ...]:
            return bound

    with Bound() as sock:
        assert address(sock) == shown


def test_a_shop_that_cannot_be_opened_tells_shoppers_no_reasons() -> None:
    def broken() -> NoReturn:
        raise StoreError("The database /srv/aisle.db cannot be read; ask the operator.")

    with TestClient(Doorway(broken, "Shop")) as client:
        for _ in range(200):
            if client.get("/healthz").json()["status"] == "broken":
                break
            time.sleep(0.02)
        assert client.get("/healthz").json()["degraded"] == [
            "The database /srv/aisle.db cannot be read; ask the operator."
        ]
        page = client.get("/")
        assert page.status_code == 503
        assert "cannot be opened" in page.text
        assert "aisle.db" not in page.text
