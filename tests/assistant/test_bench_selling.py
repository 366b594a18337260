"""`aisle bench groceries` and `aisle bench hillstrom` write the agreed shapes and tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.command_line import Command, run_command
from tests.recommender.selling.test_hillstrom import HEAD
from tests.recommender.selling.test_hillstrom import ROWS as FEW


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    with run_command(monkeypatch, capsys, "bench") as run:
        yield run


def test_rules_and_their_cost(bench: Command, tmp_path: Path) -> None:
    file = tmp_path / "baskets.csv"
    file.write_text("milk,bread\nmilk,bread,tea\nmilk\ntea\n")
    answer = bench("groceries", file, "--json").json
    assert (answer["baskets"], answer["items"]) == (4, 3)
    assert answer["rules"] == 9
    assert {"antecedent", "consequent", "together", "lift", "conviction"} <= set(answer["top"][0])
    assert [cost["baskets"] for cost in answer["cost_by_baskets"]] == [1, 2, 3, 4]
    assert bench("groceries", file).out.startswith("9 rules from 4 baskets of 3 items")


def test_effects_curves_and_policies(bench: Command, tmp_path: Path) -> None:
    file = tmp_path / "mail.csv"
    file.write_text(HEAD + FEW * 8)
    answer = bench("hillstrom", file, "--json").json
    assert answer["customers"] == 720
    assert {(one["arm"], one["outcome"]) for one in answer["effects"]} >= {("Mens E-Mail", "visit")}
    assert len(answer["qini"]) == 6
    assert set(answer["replay"]) == {"at random", "always Mens E-Mail", "by uplift"}
    told = bench("hillstrom", file).out
    assert "The stated 7.5% of Mens E-Mail is" in told
    assert "by uplift" in told


@pytest.mark.parametrize("name", ["groceries", "hillstrom"])
def test_another_file_is_one_plain_sentence(bench: Command, tmp_path: Path, name: str) -> None:
    ran = bench(name, tmp_path / "none.csv")
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) == 1
