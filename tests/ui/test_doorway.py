"""What answers before the application is built."""

from __future__ import annotations

import threading

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from assistant.errors import ConfigError
from ui.api.models import Problem
from ui.doorway import Doorway


def test_a_program_is_told_when_to_ask_again_while_the_application_is_built() -> None:
    go_on = threading.Event()

    def open_app() -> tuple[ASGIApp, FastAPI]:
        go_on.wait(30)
        app = FastAPI()
        return app, app

    with TestClient(Doorway(open_app, "The shop")) as client:
        try:
            answer = client.post("/api/v1/sessions")
        finally:
            go_on.set()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["status"] == "opening"
    assert Problem(**answer.json()["error"]).code == "opening"


def test_what_stands_in_the_way_is_for_the_operator() -> None:
    def open_app() -> tuple[ASGIApp, FastAPI]:
        raise ConfigError("/srv/secret cannot be read")

    with TestClient(Doorway(open_app, "The shop")) as client:
        answer = client.get("/api/v1/health")
        while answer.json()["status"] == "opening":
            answer = client.get("/api/v1/health")
    assert answer.json()["error"]["code"] == "broken"
    assert "secret" not in answer.text
