"""Who may read the metrics, and that no person stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.metering import TurnMeter
from tests.fakes.assistant import FakeAssistant
from ui.app import create_app
from ui.front import Front

KEY = "a-key-of-this-test"


def front(tmp_path: Path, key: str | None = None) -> Front:
    settings = Settings(data=tmp_path, metrics_key=SecretStr(key) if key else None)
    return create_app(FakeAssistant(), settings)  # type: ignore[arg-type]


def read(app: Front, host: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with TestClient(app, base_url="http://localhost", client=(host, 50_000)) as client:
        return client.get("/metrics", headers=named).status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
def test_this_machine_reads_them(tmp_path: Path, host: str) -> None:
    assert read(front(tmp_path), host) == 200


@pytest.mark.parametrize("host", ["10.0.0.5", "203.0.113.9", "2001:db8::1", "testclient"])
def test_for_other_machines_they_do_not_exist(tmp_path: Path, host: str) -> None:
    assert read(front(tmp_path), host) == 404


@pytest.mark.parametrize("header", ["forwarded", "via", "x_forwarded_for", "x_forwarded_host", "x_real_ip"])
def test_who_comes_through_a_proxy_is_not_this_machine(tmp_path: Path, header: str) -> None:
    assert read(front(tmp_path), "127.0.0.1", **{header: "203.0.113.9"}) == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [(f"Bearer {KEY}", 200), ("Bearer wrong", 404), (KEY, 404), ("", 404), ("Bearer ", 404), ("Bearer ключ", 404)],
)
def test_a_key_opens_them(tmp_path: Path, sent: str, status: int) -> None:
    app = front(tmp_path, KEY)
    with TestClient(app, base_url="http://localhost", client=("203.0.113.9", 50_000)) as client:
        assert client.get("/metrics", headers={"authorization": sent.encode()}).status_code == status


def test_what_they_tell_is_prometheus_text(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    meter = TurnMeter()
    meter.model = "embedded"
    assistant.telemetry.ended(meter, "answered")
    app = create_app(assistant, Settings(data=tmp_path))  # type: ignore[arg-type]
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50_000)) as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'aisle_turns_total{model="embedded",outcome="answered"} 1.0' in answer.text
