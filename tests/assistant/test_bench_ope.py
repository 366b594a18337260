"""`aisle bench ope` writes the agreed shape, and a table."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.command_line import Command, run_command


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    with run_command(monkeypatch, capsys, "bench", "ope") as run:
        yield run


def test_the_json_says_coverage_and_decisions(bench: Command) -> None:
    answer = bench("--logs", "5", "--seeds", "1", "--json").json
    assert set(answer) == {"seed", "logs", "coverage", "estimators", "worlds", "scenarios", "open_bandit", "version"}
    assert answer["coverage"]["estimator"] == "dr"
    assert 0 <= answer["coverage"]["covered"] <= 1
    assert set(answer["estimators"]) == {"ips", "snips", "clipped_ips", "rips", "dm", "dr", "dros", "switch"}
    assert answer["estimators"]["dm"]["covered"] == {}
    assert len(answer["scenarios"]) == 7
    assert all(one["seeds"] == 1 for one in answer["scenarios"].values())
    assert answer["open_bandit"] == {}


def test_the_table_is_for_people(bench: Command) -> None:
    ran = bench("--logs", "5", "--seeds", "1")
    assert "dr with its calibrated interval, holds the truth in" in ran.out
    assert "best items never logged (refuse); conditions that did not hold: 1 (1)" in ran.out
    assert "simulated logs: 5" in ran.err


def test_open_bandit_goes_the_same_way(bench: Command, tmp_path: Path) -> None:
    for policy in ("random", "bts"):
        path = tmp_path / policy / "men" / "men.csv.gz"
        path.parent.mkdir(parents=True)
        rows = [f"{i},2019-11-24 00:00:{i:02}+00:00,{i % 2},{i % 3 + 1},{i % 5 == 0:d},0.5" for i in range(60)]
        with gzip.open(path, "wt") as file:
            file.write("\n".join([",timestamp,item_id,position,click,propensity_score", *rows]))
    answer = bench("--logs", "5", "--seeds", "1", "--open-bandit", tmp_path, "--json").json["open_bandit"]
    assert set(answer) == {"random to bts", "bts to random"}
    there = answer["random to bts"]
    assert there["own"]["value"] == pytest.approx(0.2)
    assert there["estimates"]["dm"]["low"] is None
    assert (there["gate"]["accepted"], there["gate"]["value"]) == (False, None)


def test_a_folder_that_is_not_there_is_said_first(bench: Command) -> None:
    ran = bench("--open-bandit", "nowhere")
    assert (ran.code, ran.out) == (1, "")
    assert "There is no folder nowhere" in ran.err
