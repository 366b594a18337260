"""Errors as the API tells them: one shape, plain sentences, no trace, nothing of what was sent.

| what                      | status | code               |
|---------------------------|--------|--------------------|
| ApiError                  | its own| its own            |
| no JSON                   | 400    | bad_request        |
| a field cannot be used    | 422    | invalid            |
| Refused                   | 409, 404 where it is not there | the rule's |
| SessionMissing            | 404    | not_found          |
| TurnRefused, StoreError, RetrievalError | 503 | opening, busy, no_search |
| everything else: a bug    | 500    | failed             |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AisleError, BadArguments, Refused, SessionMissing, StoreError, TurnRefused
from assistant.text import clean
from retrieval.errors import RetrievalError
from ui.api.models import ErrorOut, FieldProblem, Problem

_log = structlog.get_logger(__name__)
APOLOGY = "Something went wrong on our side. Please try again in a moment."
OPENING = "The shop is opening. Please try again in a moment."
RETRY_S = 2
_BUSY = "The shop is busy. Please try again in a moment."
_NOT_THERE = {"no_such_product", "no_such_order", "no_such_proposal", "no_such_customer", "not_in_cart"}
_SENTENCES = {
    400: ("bad_request", "The body of the request is no JSON."),
    404: ("not_found", "There is nothing here."),
    405: ("bad_method", "This is not possible here."),
}
_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "holds a key that is not known",
    "string_type": "must be a text",
    "string_unicode": "must be a text",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "has another form",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "too_short": "is too short",
    "too_long": "is too long",
    "timezone_aware": "needs a time zone",
    "model_attributes_type": "must be an object",
    "list_type": "must be a list",
}
"""Per kind of pydantic's errors: what is said of it."""


class ApiError(Exception):
    """An answer other than what was asked for.

    Args:
        status: HTTP status.
        code: for programs.
        message: a plain sentence.
        retry_after_s: when to ask again; None leaves it open.
    """

    def __init__(self, status: int, code: str, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    fields: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return an error in its one shape."""
    problem = Problem(code=code, message=clean(message, 500), fields=list(fields) or None)
    body = ErrorOut(error=problem).model_dump(exclude_none=True)
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


def answer_for(error: Exception) -> JSONResponse | None:
    """Return the answer to an expected error; None for a bug."""
    match error:
        case ApiError():
            return _told(error.status, error.code, str(error), error.retry_after_s)
        case Refused():
            return _told(404 if error.code in _NOT_THERE else 409, error.code, str(error))
        case SessionMissing():
            return _told(404, "not_found", str(error))
        case BadArguments():
            return _told(422, "invalid", str(error))
        case TurnRefused():
            return _told(503, "opening", str(error), RETRY_S)
        case StoreError():
            # Its own sentence is for the operator and may name folders.
            _log.error("store.failed", error=type(error).__name__)
            return _told(503, "busy", _BUSY, RETRY_S)
        case AisleError() | RetrievalError():
            _log.error("api.failed", error=type(error).__name__)
            return _told(503, "busy", _BUSY, RETRY_S)
        case _:
            return None


def _told(status: int, code: str, message: str, retry_after_s: int | None = None) -> JSONResponse:
    headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return error_response(status, code, message, headers=headers)


def add_handlers(app: FastAPI) -> None:
    """Make an application answer every error in the one shape."""

    async def expected(_: Request, error: Exception) -> JSONResponse:
        found = answer_for(error)
        if found is None:  # pragma: no cover - only expected kinds are registered
            raise error
        return found

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return _invalid(error.errors())

    async def framework(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code, message = _SENTENCES.get(error.status_code, ("refused", "This was refused."))
        return error_response(error.status_code, code, message)

    for kind in (ApiError, AisleError, RetrievalError):
        app.add_exception_handler(kind, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)
    app.add_middleware(Boundary)


class Boundary:
    """The last boundary: a bug is logged without anybody's words and answered with a plain apology."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:  # noqa: BLE001 (the last boundary: logged, answered with a plain apology)
            _log.exception("api.bug", route=getattr(scope.get("route"), "path", None))
            # A stream that has begun just breaks off: the server closes the connection, and clients begin again.
            if not started:
                await error_response(500, "failed", APOLOGY)(scope, receive, send)


def _invalid(errors: Sequence[Any]) -> JSONResponse:
    if any(error["type"] == "json_invalid" for error in errors):
        return error_response(400, *_SENTENCES[400])
    problems = [_problem(error) for error in errors[:20]]
    first = problems[0]
    what = f"{first.field} {first.reason}" if first.field else first.reason
    return error_response(422, "invalid", f"The request cannot be used: {what}.", fields=problems)


def _problem(error: Mapping[str, Any]) -> FieldProblem:
    kind, place = error["type"], list(error["loc"])
    if kind == "extra_forbidden":
        place = place[:-1]  # the last part is the caller's own word
    words = [str(part) for part in place if part not in ("query", "path", "header")]
    field = ".".join(words[1:] if words[:1] == ["body"] else words) or ("the body" if "body" in words else "")
    if kind == "value_error":
        reason = str(error["msg"]).removeprefix("Value error, ")
    else:
        reason = _REASONS.get(kind, "cannot be used").format(**error.get("ctx", {}))
    return FieldProblem(field=field, reason=reason)
