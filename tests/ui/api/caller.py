"""A client of the API for tests: a visit with its token, and streams read into events."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.config import Settings
from ui.api.app import PREFIX, create_api
from ui.front import Front
from ui.views import Look

HOST = "http://127.0.0.1:7860"
SECRET = "a-secret-of-the-shop"
SHOP_SITE = "https://shop.example"
Events = list[tuple[str, dict[str, Any]]]


def make_door(assistant: Any, settings: Settings, **replaced: Any) -> Front:
    """The API behind the front, without the pages."""
    app = FastAPI()
    look = Look(settings.locale, settings.timezone, link_hosts=frozenset({"shop.example"}))
    app.mount(PREFIX, create_api(assistant, settings, look, **replaced))
    return Front(app, site_origins=settings.site_origins)


def read_events(text: str) -> Events:
    """Read a stream: (event, data) in order; checks that ids count from 1 where there are ids."""
    found: Events = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


@dataclass
class Visit:
    """A visit to the API."""

    client: TestClient
    token: str
    began: dict[str, Any]

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", **given.pop("headers", {})}
        return self.client.request(method, PREFIX + path, headers=headers, **given)  # type: ignore[return-value]

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.call("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.call("POST", path, **given)

    def say(self, text: str, message_id: str = "m-1") -> Events:
        answer = self.post("/turns", json={"message_id": message_id, "text": text})
        assert answer.status_code == 200, answer.text
        return read_events(answer.text)


def begin(client: TestClient) -> Visit:
    """Begin a visit."""
    answer = client.post(f"{PREFIX}/sessions")
    assert answer.status_code == 201, answer.text
    return Visit(client, answer.json()["token"], answer.json())


Begin = Callable[[], Visit]
