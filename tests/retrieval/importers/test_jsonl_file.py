"""JSON lines keep the importer contract."""

from __future__ import annotations

import io
import json

import pytest

from retrieval.importers.jsonl_file import MAX_LINE_CHARS, read_jsonl
from retrieval.importers.rows import RawRow, RejectedRow
from tests.contracts.importer import ImporterContract, Row


class TestJsonl(ImporterContract):
    name = "jsonl"
    suffix = ".jsonl"

    def row(self, row: Row) -> str:
        return json.dumps(row, ensure_ascii=False)

    def broken_row(self) -> str:
        return '{"id": "d", "title": '


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": 1', "not valid JSON"),
        (b'[{"id": 1}]', "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_what_is_no_object_is_rejected_with_a_reason(line: bytes, reason: str) -> None:
    found = list(read_jsonl(io.BytesIO(b'{"a": 1}\n' + line + b"\n")))
    assert found[1] == RejectedRow(2, reason)


def test_a_line_without_end_is_rejected_and_not_kept_in_memory() -> None:
    long = b'{"title": "' + b"x" * (2 * MAX_LINE_CHARS) + b'"}\n'
    found = list(read_jsonl(io.BytesIO(long + b'{"id": "b"}\n')))
    assert found == [RejectedRow(1, "line longer than 4,000,000 characters"), RawRow(2, {"id": "b"})]
