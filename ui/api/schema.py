"""What OpenAPI says of this API beyond what the routes state themselves: streams, errors, events' shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ui.api.models import (
    DoneEvent,
    ErrorOut,
    FailedEvent,
    FloorOut,
    MessageOut,
    PassedOnEvent,
    PurchaseAsked,
    StatusEvent,
    StoppedEvent,
    TextEvent,
)

REF = "#/components/schemas/{model}"
TURN_EVENTS: Mapping[str, str] = {
    "status": "StatusEvent",
    "evidence": "EvidenceOut",
    "text": "TextEvent",
    "wishes": "WishesOut",
    "passed_on": "PassedOnEvent",
    "done": "DoneEvent",
    "stopped": "StoppedEvent",
    "failed": "FailedEvent",
}
"""Event of a turn -> the shape of its data."""
LIVE_EVENTS: Mapping[str, str] = {"message": "MessageOut", "floor": "FloorOut"}
_MODELS: tuple[type[BaseModel], ...] = (
    PurchaseAsked,
    StatusEvent,
    TextEvent,
    PassedOnEvent,
    DoneEvent,
    StoppedEvent,
    FailedEvent,
    MessageOut,
    FloorOut,
)
"""Shapes that no route states itself."""


def _stream(description: str, events: Mapping[str, str], example: str) -> dict[str, Any]:
    """Describe a stream: `x-events` says which shape the data of each event has."""
    shapes = {name: {"$ref": REF.format(model=model)} for name, model in events.items()}
    schema = {"type": "string", "description": "Server-sent events; the data of each is JSON.", "x-events": shapes}
    return {"description": description, "content": {"text/event-stream": {"schema": schema, "example": example}}}


TURN_STREAM = _stream(
    "Events of the turn; `id` counts from 1. The last one is `done`, `stopped` or `failed`.",
    TURN_EVENTS,
    'id: 1\nevent: status\ndata: {"text":"Looking for jackets …"}\n\nid: 2\nevent: text\ndata: {"text":"Here "}\n\n',
)
LIVE_STREAM = _stream(
    "Messages, with `seq` as their `id`, and who speaks.",
    LIVE_EVENTS,
    'event: floor\ndata: {"holder":"assistant","agent_name":null,"position":null}\n\n',
)


def error_responses() -> dict[int | str, dict[str, Any]]:
    """Return what every route may answer besides its own."""
    said = {
        400: "The body is no JSON.",
        401: "No token, or one that is unknown or has expired.",
        403: "From another site, or with a signature that does not fit.",
        404: "Not there, or not yours.",
        409: "A rule says no; `code` names it.",
        413: "The body is too long.",
        422: "A field cannot be used.",
        429: "A limit is reached; `retry-after` says for how many seconds.",
        503: "The shop is opening, or busy; `retry-after` says when to ask again.",
    }
    return {status: {"model": ErrorOut, "description": text} for status, text in said.items()}


def describe(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what makes this application's OpenAPI document, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            schemas = document["components"]["schemas"]
            _, found = models_json_schema([(model, "serialization") for model in _MODELS], ref_template=REF)
            for name, schema in found["$defs"].items():
                schemas.setdefault(name, schema)
            evidence = schemas["MessageOut"]["properties"]["evidence"]["items"]
            schemas["EvidenceOut"] = dict(evidence)
            app.openapi_schema = document
        return app.openapi_schema

    return openapi
