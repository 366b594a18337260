"""The groceries: read, and exactly as many rules as are known."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from recommender.errors import LogUnusable
from recommender.selling.groceries import CONFIDENCE, SUPPORT, mine, read_baskets
from recommender.selling.rules import association_rules

FILE = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "groceries" / "groceries.csv"


@pytest.mark.datasets
@pytest.mark.skipif(not FILE.is_file(), reason="the groceries data set is not beside the repository")
def test_exactly_463_rules() -> None:
    rules = association_rules(read_baskets(FILE), support=SUPPORT, confidence=CONFIDENCE)
    assert len(rules) == 463
    best = rules[0]
    assert (best.antecedent, best.consequent, best.together) == (("herbs",), "root vegetables", 69)
    assert round(best.lift, 3) == 3.956


def test_baskets_are_read_and_mined(tmp_path: Path) -> None:
    file = tmp_path / "baskets.csv"
    file.write_text("milk,bread\nmilk, bread,\n\ntea\n")
    baskets = read_baskets(file)
    assert baskets == (("bread", "milk"), ("bread", "milk"), ("tea",))
    seconds = count()
    mined = mine(baskets, lambda *_: None, lambda: float(next(seconds)))
    assert (mined.baskets, mined.items, mined.seconds) == (3, 3, 1.0)
    assert {(rule.antecedent, rule.consequent) for rule in mined.rules} == {(("bread",), "milk"), (("milk",), "bread")}
    assert [cost.baskets for cost in mined.by_size] == [1, 2, 2, 3]


@pytest.mark.parametrize("text", ["", "\n,,\n"])
def test_a_file_without_baskets_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "empty.csv"
    file.write_text(text)
    with pytest.raises(LogUnusable, match=r"empty\.csv holds no basket"):
        read_baskets(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogUnusable, match="one basket per line"):
        read_baskets(tmp_path / "none.csv")
