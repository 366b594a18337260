"""`aisle bench retrieval` writes the agreed shape and a table, and says what judgments and catalogue do not share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.given import read_settings
from tests.assistant.command_line import Command, run_command
from tests.retrieval.fakes import WordEncoder

_KINDS = ("lantern", "kettle", "pillow", "hammer", "ladder", "bottle")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    """The command on a small catalogue, with an encoder that needs no model."""
    monkeypatch.setattr("assistant.bench_retrieval.load_encoder", lambda *_: WordEncoder())
    rows = [{"id": f"{kind}-{n}", "title": f"Norr {kind} {n}", "price": 5} for kind in _KINDS for n in range(3)]
    catalogue = tmp_path / "things.jsonl"
    catalogue.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with run_command(monkeypatch, capsys, "bench", "retrieval", "--catalogue", str(catalogue)) as run:
        yield run


def _judgments(path: Path, *rows: str) -> Path:
    said = [f"{kind},{kind}-{n},3" for kind in _KINDS for n in range(3)]
    path.write_text("\n".join(("query,docid,rating", *said, *rows)) + "\n")
    return path


def test_the_json_has_figures_and_intervals_of_each_system(bench: Command, tmp_path: Path) -> None:
    ran = bench("--judgments", _judgments(tmp_path / "judged.csv"), "--json")
    told = ran.json
    assert (told["queries"], told["unknown_documents"], told["repeated_judgments"]) == (6, 0, 0)
    assert "judged.csv" not in ran.err
    measures = {"ndcg@10", "ndcg@10_judged", "recall@100"}
    for name in ("bm25", "dense", "rrf", "ours_shipped", "ours"):
        assert set(told["systems"][name]) == set(told["one_typo"][name]) == {*measures, "judged@10"}
        for measure, (low, high) in told["intervals"][name].items():
            assert low - 1e-9 <= told["systems"][name][measure] <= high + 1e-9
        assert set(told["intervals"][name]) == set(told["one_typo_times_without"][name]) == measures
    assert set(told["times_bm25"]["ours"]["ndcg@10"]) == {"ratio", "low", "high"}


def test_strange_and_repeated_documents_are_told_and_the_table_is_narrow(bench: Command, tmp_path: Path) -> None:
    judged = _judgments(tmp_path / "judged.csv", "lantern,lantern-0,2", "kettle,gone,1")
    ran = bench("--judgments", judged)
    assert "1 rows of judged.csv judge a document of a query again" in ran.err
    assert "1 documents of judged.csv are not in the catalogue, so nobody finds them: gone" in ran.err
    assert max(map(len, ran.out.splitlines())) <= 160
    assert "ours_shipped" in ran.out
    again = bench("--judgments", judged, "--json").json
    assert (again["unknown_documents"], again["repeated_judgments"]) == (1, 1)


def test_each_run_imports_the_file_anew(bench: Command, tmp_path: Path) -> None:
    judged = _judgments(tmp_path / "judged.csv")
    for _ in range(2):
        assert bench("--judgments", judged, "--json").code == 0
    (folder,) = (read_settings().data / "bench").iterdir()
    assert (folder / "CURRENT").read_text().strip() == "2"
    assert [path.name for path in (folder / "versions").iterdir()] == ["2"], "old versions are not piled up"


def test_too_few_queries_are_one_sentence(bench: Command, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("query,docid,rating\nlantern,lantern-0,3\n")
    ran = bench("--judgments", tmp_path / "one.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "one query with a relevant document, and 5 are needed" in ran.err
