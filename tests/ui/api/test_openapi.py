"""The OpenAPI document: complete, sound, and true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from tests.ui.api.caller import Begin
from tests.ui.api.test_doors import ROUTES
from ui.api.app import PREFIX, PUBLIC
from ui.api.schema import LIVE_EVENTS, TURN_EVENTS

Document = dict[str, Any]


@pytest.fixture
def document(client: TestClient) -> Document:
    answer = client.get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    found: Document = answer.json()
    return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def parts(value: Any) -> Iterator[Document]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part)


def schema_of(document: Document, name: str) -> Document:
    """A shape with all that it refers to, for jsonschema."""
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def test_it_has_the_form_of_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version", "description"} <= set(document["info"])
    assert document["servers"] == [{"url": PREFIX}]
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema({**schema, "$id": f"urn:{name}"})
    for method, path, operation in operations(document):
        assert operation["tags"], path
        assert operation["description"].endswith("."), path
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path
        assert any(status.startswith("2") for status in operation["responses"]), (method, path)


def test_every_route_is_in_it(document: Document) -> None:
    told = {(method, path) for method, path, _ in operations(document)}
    real = {(method, path.replace(":path", "")) for method, path in ROUTES if not path.endswith("openapi.json")}
    assert told == real


def test_every_reference_leads_somewhere(document: Document) -> None:
    references = {part["$ref"] for part in parts(document) if isinstance(part.get("$ref"), str)}
    assert references
    for reference in references:
        found: Any = document
        for key in reference.removeprefix("#/").split("/"):
            found = found[key]


def test_locks_are_told_as_they_are(document: Document) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["HTTPBearer"]["scheme"] == "bearer"
    assert schemes["ShopSignature"]["name"] == "x-aisle-signature"
    for method, path, operation in operations(document):
        security = operation.get("security", [])
        if path == "/events/purchase":
            assert security == [{"ShopSignature": []}]
        elif path == "/sessions":
            assert {} in security
            assert {"HTTPBearer": []} in security
        elif (method, path) in PUBLIC:
            assert security == []
        else:
            assert security == [{"HTTPBearer": []}], path


def test_every_error_has_the_one_shape(document: Document) -> None:
    for _, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status[0] in "45" and not (path == "/health" and status == "503"):
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorOut"}, (path, status)


def test_streams_are_described_event_by_event(document: Document) -> None:
    for method, path, events in (("post", "/turns", TURN_EVENTS), ("get", "/live", LIVE_EVENTS)):
        content = document["paths"][path][method]["responses"]["200"]["content"]
        assert list(content) == ["text/event-stream"]
        assert set(content["text/event-stream"]["schema"]["x-events"]) == set(events)
        assert content["text/event-stream"]["example"].endswith("\n\n")


def test_what_a_turn_tells_has_the_shapes_that_are_told(document: Document, visit: Begin) -> None:
    one = visit()
    seen = set()
    for number, text in enumerate(
        ("a jacket", "compare", "order", "cancel", "return", "refuse", "person", "add", "gift")
    ):
        for name, data in one.say(text, f"m-{number}"):
            seen.add(data.get("type", name))
            jsonschema.validate(data, schema_of(document, TURN_EVENTS[name]))
    jsonschema.validate(one.get("/history").json(), schema_of(document, "HistoryOut"))
    jsonschema.validate(one.began, schema_of(document, "SessionOut"))
    jsonschema.validate(one.get("/cart").json(), schema_of(document, "CartEvidence"))
    jsonschema.validate(one.get("/products/watch").json(), schema_of(document, "ProductDetails"))
    jsonschema.validate(one.get("/health").json(), schema_of(document, "HealthOut"))
    jsonschema.validate(one.get("/products/gone").json(), schema_of(document, "ErrorOut"))
    assert {"slate", "comparison", "orders", "proposal", "policy", "refusal", "hand_over", "cart"} <= seen


def test_examples_in_it_fit_their_schemas(document: Document) -> None:
    checked = 0
    for schema in document["components"]["schemas"].values():
        for part in schema.get("properties", {}).values():
            for example in part.get("examples", []):
                jsonschema.validate(example, {**part, "components": document["components"]})
                checked += 1
    assert checked > 10


def test_it_names_no_secret_and_no_machine(document: Document) -> None:
    text = json.dumps(document)
    for word in ("localhost", "Traceback", "/home", "SecretStr"):
        assert word not in text
