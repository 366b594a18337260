"""Errors: one shape, plain sentences, nothing of what was sent, no trace."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest

from assistant.errors import (
    AisleError,
    BadArguments,
    ConfigError,
    ModelFailed,
    Refused,
    SessionMissing,
    StoreBroken,
    StoreError,
    TurnRefused,
)
from assistant.logs import configure_logging
from retrieval.errors import CatalogueMissing
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import Begin, Visit
from ui.api.models import ErrorOut


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What a server would write to its log."""
    text = io.StringIO()
    with redirect_stderr(text):
        configure_logging()
    yield text
    configure_logging()


def raising(assistant: FakeAssistant, error: Exception) -> None:
    async def product(*_: object) -> None:
        raise error

    assistant.product = product  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    ("error", "status", "code", "told"),
    [
        (Refused("sold_out", "It is sold out."), 409, "sold_out", "It is sold out."),
        (Refused("no_such_product", "It is no longer sold."), 404, "no_such_product", "It is no longer sold."),
        (SessionMissing("It is not there."), 404, "not_found", "It is not there."),
        (TurnRefused("The shop is not open yet."), 503, "opening", "The shop is not open yet."),
        (BadArguments("That is no number."), 422, "invalid", "That is no number."),
        (StoreError("The disk that holds /srv/secret is full."), 503, "busy", "The shop is busy."),
        (StoreBroken("/srv/secret cannot be read"), 503, "busy", "The shop is busy."),
        (ConfigError("/srv/secret"), 503, "busy", "The shop is busy."),
        (ModelFailed("secret"), 503, "busy", "The shop is busy."),
        (AisleError("secret"), 503, "busy", "The shop is busy."),
        (CatalogueMissing("/srv/secret"), 503, "busy", "The shop is busy."),
        (ValueError("secret"), 500, "failed", "Something went wrong on our side."),
        (KeyError("secret"), 500, "failed", "Something went wrong on our side."),
        (RecursionError("secret"), 500, "failed", "Something went wrong on our side."),
    ],
)
def test_every_error_has_its_answer(
    visit: Begin, assistant: FakeAssistant, logged: io.StringIO,
    error: Exception, status: int, code: str, told: str,
) -> None:  # fmt: skip
    one = visit()
    raising(assistant, error)
    answer = one.get("/products/watch")
    assert answer.status_code == status
    problem = ErrorOut.model_validate_json(answer.content).error
    assert problem.code == code
    assert problem.message.startswith(told)
    assert ("retry-after" in answer.headers) is (status == 503)
    written = logged.getvalue()
    assert "secret" not in answer.text + written
    if status == 500:
        line = json.loads(written.splitlines()[-1])
        assert (line["event"], line["error"]) == ("api.bug", type(error).__name__)


def problems(visit: Visit, method: str, path: str, body: object) -> dict[str, str]:
    answer = visit.call(method, path, json=body)
    assert answer.status_code == 422, answer.text
    error = ErrorOut.model_validate_json(answer.content).error
    assert error.code == "invalid"
    return {problem.field: problem.reason for problem in error.fields or []}


@pytest.mark.parametrize(
    ("method", "path", "body", "found"),
    [
        ("POST", "/turns", {"message_id": "m"}, {"text": "is missing"}),
        ("POST", "/turns", {"message_id": 7, "text": "x"}, {"message_id": "must be a text"}),
        ("POST", "/turns", {"message_id": "a b", "text": "x"}, {"message_id": "has another form"}),
        ("POST", "/turns", {"message_id": "m" * 101, "text": "x"}, {"message_id": "is too long"}),
        ("POST", "/turns", {"message_id": "m", "text": "x", "evil": 1}, {"the body": "holds a key that is not known"}),
        ("POST", "/turns", [], {"the body": "must be an object"}),
        ("POST", "/events", {"kind": "buy", "product_id": "x"}, {"kind": "must be one of 'click' or 'dismiss'"}),
        ("POST", "/events", {"kind": "click", "product_id": ""}, {"product_id": "is too short"}),
        ("POST", "/cart/lines", {"variant_id": "x", "quantity": 100}, {"quantity": "must be at most 99"}),
        ("POST", "/cart/lines", {"variant_id": "x", "quantity": 0}, {"quantity": "must be at least 1"}),
        ("POST", "/cart/lines", {"variant_id": "x", "quantity": 1.5}, {"quantity": "must be a whole number"}),
        ("PUT", "/cart/lines/x", {"quantity": "many"}, {"quantity": "must be a whole number"}),
        ("PUT", f"/cart/lines/{'x' * 301}", {"quantity": 1}, {"variant_id": "is too long"}),
    ],
)
def test_what_cannot_be_used_is_named_with_its_reason(
    visit: Begin, method: str, path: str, body: object, found: dict[str, str]
) -> None:
    assert problems(visit(), method, path, body) == found


def test_nothing_of_what_was_sent_comes_back(visit: Begin) -> None:
    canary = "canary-7f3a"
    one = visit()
    answers = [
        one.post("/turns", json={"message_id": f"{canary} !", "text": canary, canary: canary}),
        one.post("/turns", content=f'{{"{canary}":', headers={"content-type": "application/json"}),
        one.post("/events", json={"kind": canary, "product_id": [canary], "position": canary}),
        one.post("/cart/lines", json=canary),
        one.call("PUT", f"/cart/lines/{canary * 40}", json={"quantity": canary}),
        one.get(f"/history?after={canary}"),
        one.get(f"/{canary}"),
    ]
    assert [answer.status_code for answer in answers] == [422, 400, 422, 422, 422, 422, 404]
    assert not any(canary in answer.text for answer in answers)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"a":' * 9_000, b"1" * 5_000, b"\x00", b"nul"]
)
def test_what_is_no_json_is_said_so(visit: Begin, body: bytes) -> None:
    answer = visit().post("/turns", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    ErrorOut.model_validate_json(answer.content)


def test_a_form_is_no_json(visit: Begin, assistant: FakeAssistant) -> None:
    one = visit()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = one.post("/turns", content=b'{"message_id":"m","text":"x"}', headers={"content-type": kind})
        assert answer.status_code == 422
    assert assistant.turns == []


def test_the_log_of_a_bug_names_the_route_and_not_the_path(
    visit: Begin, assistant: FakeAssistant, logged: io.StringIO
) -> None:
    one = visit()
    raising(assistant, ValueError("x"))
    one.get("/products/canary-7f3a")
    line = json.loads(logged.getvalue().splitlines()[-1])
    assert line["route"] == "/products/{product_id:path}"
    assert "canary" not in str(line)
