"""`aisle rules`, `aisle replay` and `aisle train stack`, as whoever runs a shop uses them, beside a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Settings
from assistant.opening import items_of
from assistant.places import catalogues_folder
from assistant.store import SqlEventLog, open_store
from recommender.decide import Recommender
from recommender.events import Candidate, DecisionContext
from retrieval.loader import import_products
from tests.assistant.command_line import run_command
from tests.retrieval.encoder_training.toy import toy_products

PRODUCTS = toy_products()[:8]


@pytest.fixture
def aisle(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], aisle_data: Path) -> Iterator[Any]:
    """Run the command in this process, on a catalogue of eight products and a log of a few slates."""
    monkeypatch.setenv("AISLE_ENCODER", "off")
    monkeypatch.setenv("AISLE_CATALOGUE", "toy")
    import_products(PRODUCTS, root=catalogues_folder(Settings(data=aisle_data)), name="toy")
    with closing(open_store(aisle_data)) as store:
        recommender = Recommender(items_of(PRODUCTS), SqlEventLog(store))
        found = [Candidate(product.id, relevance=1 - i / 100) for i, product in enumerate(PRODUCTS)]
        for turn in range(5):
            context = DecisionContext("ann", "visit", f"turn-{turn}", "search", 1e9, seed=7, query="x", k=3)
            recommender.decide(context, found)
    with run_command(monkeypatch, capsys) as run:
        yield run


def test_a_rule_is_added_listed_and_removed_and_its_record_stays(aisle: Any) -> None:
    added = aisle("rules", "add", '{"kind": "exclude", "item_ids": ["a"], "note": "recalled"}', "--by", "Ann", "--json")
    assert added.json["rule"] == {"kind": "exclude", "id": "1", "item_ids": ["a"], "note": "recalled"}
    listed = aisle("rules", "list", "--json").json
    assert [(row["id"], row["added_by"]) for row in listed["rules"]] == [("1", "Ann")]
    assert aisle("rules", "remove", "1", "--by", "Bob").code == 0
    assert aisle("rules", "list", "--json").json["rules"] == []
    (row,) = aisle("rules", "list", "--all", "--json").json["rules"]
    assert row["removed_by"] == "Bob"


@pytest.mark.parametrize(
    ("rule", "said"),
    [("{", "The rule is no JSON"), ('{"kind": "pin"}', "item_id: Field required"), ("[]", "The rule cannot be used")],
)
def test_a_rule_that_cannot_be_used_is_told_in_one_sentence(aisle: Any, rule: str, said: str) -> None:
    ran = aisle("rules", "add", rule)
    assert ran.code == 1
    assert said in ran.err


def test_the_switch_is_thrown_with_a_reason_and_back(aisle: Any) -> None:
    assert aisle("rules", "switch", "default", "--because", "odd slates").code == 0
    listed = aisle("rules", "list").out
    assert "ranked by the default ranking" in listed
    assert "because odd slates" in listed
    assert aisle("rules", "switch", "learned").code == 0
    assert aisle("rules", "list", "--json").json["ranking"] == "learned"
    assert aisle("rules", "switch", "off").code == 1


def test_logged_slates_are_computed_again(aisle: Any, aisle_data: Path) -> None:
    found = aisle("replay", "--decisions", "3", "--json")
    assert found.code == 0
    assert (found.json["tasks"], found.json["matched"], found.json["mismatches"]) == (3, 3, [])
    with closing(open_store(aisle_data)) as store, store.write() as connection:
        connection.exec_driver_sql(
            "DELETE FROM decision_traces WHERE decision_id IN (SELECT MAX(decision_id) FROM decisions)"
        )
    told = aisle("replay", "--decisions", "100", "--json")
    assert told.code == 1
    assert (told.json["tasks"], told.json["matched"]) == (5, 4)
    assert told.json["mismatches"][0]["difference"] == "it was logged without what it was served with"


def test_a_log_that_is_too_short_fits_no_weights(aisle: Any) -> None:
    ran = aisle("train", "stack")
    assert ran.code == 1
    assert "Fitting needs 300 slates" in ran.err
