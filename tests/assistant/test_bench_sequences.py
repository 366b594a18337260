"""`aisle bench sequences`: what programs and people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.bench_cli import bench
from recommender.errors import SequencesBroken

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "amazon_sequences"
BEAUTY = FOLDER / "Beauty.txt.gz"
ATTRIBUTES = FOLDER / "Beauty_item2attributes.json.gz"
beside = pytest.mark.skipif(not FOLDER.is_dir(), reason="the Amazon sequences are not beside the repository")


@pytest.fixture
def walks(tmp_path: Path) -> Path:
    path = tmp_path / "walks.txt"
    path.write_text("".join(f"u{s} " + " ".join(f"i{(s + i) % 20}" for i in range(5)) + "\n" for s in range(60)))
    return path


def _figures(*arguments: str | Path) -> dict[str, dict[str, float]]:
    ran = CliRunner().invoke(bench, ["sequences", *map(str, arguments), "--json"], catch_exceptions=False)
    assert ran.exit_code == 0
    return dict(json.loads(ran.stdout)["models"])


def test_json_holds_every_figure_of_every_model(walks: Path) -> None:
    ran = CliRunner().invoke(bench, ["sequences", str(walks), "--instant", "--json"], catch_exceptions=False)
    told = json.loads(ran.stdout)
    assert (told["users"], told["items"], told["split"]) == (60, 20, "leave-one-out")
    assert told["version"]
    assert told["models"]["markov"]["ndcg@10"] == 1.0
    keys = {"ndcg@10", "hr@10", "ndcg@10_ci", "tune_ndcg", "fit_s", "cpu_s", "diversity@10", "coverage@10", "gini@10"}
    assert all(set(one) == keys for one in told["models"].values())
    assert [one["stack"] for one in told["stacks"]] == ["instant"]


def test_people_read_a_line_per_model_and_what_the_gate_serves(walks: Path) -> None:
    ran = CliRunner().invoke(bench, ["sequences", str(walks), "--instant"], catch_exceptions=False)
    assert "markov              1.0000 (1.0000–1.0000)" in ran.stdout
    assert "the gate serves" in ran.stdout


def test_a_split_in_time_needs_times(walks: Path) -> None:
    with pytest.raises(SequencesBroken, match="needs times"):
        CliRunner().invoke(bench, ["sequences", str(walks), "--split", "temporal"], catch_exceptions=False)


@beside
@pytest.mark.datasets
def test_a_thousand_customers_of_beauty(tmp_path: Path) -> None:
    import gzip
    from itertools import islice

    path = tmp_path / "part.txt"
    with gzip.open(BEAUTY, "rt") as file:
        path.write_text("".join(islice(file, 1_000)))
    figures = _figures(path, "--attributes", ATTRIBUTES, "--instant")
    ndcg = {name: one["ndcg@10"] for name, one in figures.items()}
    assert ndcg["random"] < ndcg["popularity"] < ndcg["instant"]
    assert ndcg["content"] < ndcg["instant"]


@beside
@pytest.mark.datasets
@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_goals_on_all_of_beauty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_DATA", str(tmp_path))
    figures = _figures(BEAUTY, "--attributes", ATTRIBUTES)
    ndcg = {name: one["ndcg@10"] for name, one in figures.items()}
    single = max(figure for name, figure in ndcg.items() if name not in ("instant", "stack"))
    assert ndcg["instant"] >= 0.050
    assert ndcg["stack"] >= 0.060
    assert ndcg["stack"] >= 1.05 * single
