"""Relations between products as a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from retrieval.errors import ImportFailed
from retrieval.relations import Evidence, Relation, RelationKind, read_relations, relation_to_json

FILTER = Relation(
    kind=RelationKind.ACCESSORY_OF,
    source_id="filter-67",
    target_id="lens-50",
    evidence=(
        Evidence(
            source_attribute="filter_diameter",
            source_value="67 mm",
            target_attribute="filter_diameter",
            target_value="67 mm",
        ),
    ),
)


def _write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    other = FILTER.model_copy(update={"kind": RelationKind.REPLACES, "source_id": "größe-ü"})
    path = _write(tmp_path / "relations.jsonl", relation_to_json(FILTER), "", relation_to_json(other))
    assert read_relations(path) == (FILTER, other)


def test_what_the_catalogue_does_not_hold_is_left_out(tmp_path: Path) -> None:
    path = _write(tmp_path / "relations.jsonl", relation_to_json(FILTER))
    assert read_relations(path, ["filter-67", "lens-50"]) == (FILTER,)
    assert read_relations(path, ["filter-67"]) == ()


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"kind": "likes", "source_id": "a", "target_id": "b", "evidence": []}',
        relation_to_json(FILTER).replace('"lens-50"', '""'),
        relation_to_json(FILTER).replace('"kind"', '"more": 1, "kind"'),
    ],
)
def test_a_line_that_is_no_relation_is_named(tmp_path: Path, line: str) -> None:
    path = _write(tmp_path / "relations.jsonl", relation_to_json(FILTER), line)
    with pytest.raises(ImportFailed, match=r"Line 2 of relations\.jsonl"):
        read_relations(path)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="cannot be read"):
        read_relations(tmp_path / "gone.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ImportFailed, match="cannot be read"):
        read_relations(tmp_path / "bytes.jsonl")


def test_a_relation_without_evidence_is_none() -> None:
    with pytest.raises(ValidationError):
        Relation(kind=RelationKind.FITS_WITH, source_id="a", target_id="b", evidence=())
