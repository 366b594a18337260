"""Calls what a Gradio page of the staff can ask for, as its script does."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient


def call_page(client: TestClient, page: str, action: str, payload: dict[str, Any] | None = None) -> Any:
    """Call the one server function of "desk" or "owner", and return its reply."""
    config = client.get(f"/{page}/config").json()
    (component,) = [each for each in config["components"] if each["type"] == "html"]
    body = {
        "session_hash": "s",
        "component_id": component["id"],
        "fn_name": "call",
        "data": {"action": action, "payload": payload},
    }
    answer = client.post(f"/{page}/gradio_api/component_server", json=body)
    assert answer.status_code == 200
    return answer.json()
