"""`aisle bench filters` writes the agreed shape, a table and a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.bench.clusters import write_clusters
from tests.assistant.command_line import Command, run_command


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    with run_command(monkeypatch, capsys, "bench", "filters") as run:
        yield run


def test_the_json_has_the_shape_that_other_programs_read(bench: Command) -> None:
    answer = bench("--items", "300", "--queries", "2", "--no-curve", "--json").json
    assert answer["items"] == 300
    assert [one["selectivity"] for one in answer["selectivities"]] == [0.001, 0.01, 0.1, 0.5]
    for one in (*answer["selectivities"], answer["unfiltered"]):
        for side in ("ours", "chroma"):
            assert set(one[side]) >= {"p50_ms", "p95_ms", "recall@100"}
    assert answer["version"]
    assert set(answer["load_average"]) == {"before", "after"}
    assert set(answer["packages"]) == {"numpy", "simsimd", "chromadb"}


def test_without_chroma_its_place_is_empty(bench: Command) -> None:
    answer = bench("--items", "300", "--queries", "2", "--k", "5", "--no-curve", "--chroma-items", "0", "--json").json
    assert {one["chroma"] for one in answer["selectivities"]} == {None}
    assert answer["selectivities"][0]["ours"]["recall@5"] == 1


def test_real_vectors_give_a_table_and_a_picture(bench: Command, tmp_path: Path) -> None:
    write_clusters(tmp_path / "real.npy", 1_500, seed=1)
    ran = bench(
        "--vectors", tmp_path / "real.npy", "--queries", "2", "--chroma-items", "1000", "--plot", tmp_path / "curve.svg"
    )
    assert ran.code == 0
    assert "1,500 items, real.npy" in ran.out
    assert "1.00000" in ran.out
    assert "1,000  0.1%:" in ran.out
    picture = (tmp_path / "curve.svg").read_text()
    assert "scan, 50% fit" in picture
    assert "Chroma, no filter" in picture


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--vectors", "nowhere.npy"), "There is no file nowhere.npy"),
        (("--plot", "nowhere/curve.svg"), "There is no folder nowhere"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_measured(
    bench: Command, arguments: tuple[str, str], told: str
) -> None:
    ran = bench(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err


def test_a_file_that_holds_no_vectors_is_said(bench: Command, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.zeros((4, 8), np.float64))
    ran = bench("--vectors", tmp_path / "other.npy", "--chroma-items", "0")
    assert ran.code == 1
    assert "vectors" in ran.err
