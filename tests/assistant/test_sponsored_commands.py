"""`aisle sponsored`: campaigns from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.command_line import Command, run_command

CAMPAIGN = '{"sponsor": "Alp", "item_ids": ["tent-1", "tent-2"], "words": ["tent"], "ends": "2099-01-01T00:00:00Z"}'


@pytest.fixture
def sponsored(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    monkeypatch.setenv("AISLE_DATA", str(tmp_path))
    with run_command(monkeypatch, capsys, "sponsored") as run:
        yield run


def test_there_are_none_unless_one_is_added(sponsored: Command) -> None:
    assert sponsored("list").out == "No place is sponsored.\n"
    assert sponsored("list", "--json").json["campaigns"] == []


def test_a_campaign_is_added_listed_and_stopped(sponsored: Command) -> None:
    added = sponsored("add", CAMPAIGN, "--by", "Ann")
    assert added.out.startswith("Campaign 1 acts from the next slate on: Alp: tent-1, tent-2 on tent, until 2099-01-01")
    (kept,) = sponsored("list", "--json").json["campaigns"]
    assert (kept["id"], kept["sponsor"], kept["added_by"], kept["stopped_at"]) == ("1", "Alp", "Ann", None)
    assert "at most 3 a day to one shopper" in sponsored("list").out
    assert sponsored("stop", "1", "--by", "Bob", "--json").json["id"] == "1"
    assert sponsored("list").out == "No place is sponsored.\n"
    assert "by Bob" in sponsored("list", "--all").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "{"), "The campaign is no JSON"),
        (("add", '{"sponsor": "Alp", "ends": "2099-01-01T00:00:00Z"}'), "item_ids: Field required"),
        (("add", '{"sponsor": "Alp", "item_ids": ["a"], "ends": "2001-01-01T00:00:00Z"}'), "it is over already"),
        (("stop", "7"), "There is no running campaign '7'"),
        (("stop", "seven"), "There is no running campaign 'seven'"),
    ],
)
def test_what_cannot_be_done_is_one_plain_sentence(sponsored: Command, arguments: tuple[str, ...], told: str) -> None:
    ran = sponsored(*arguments)
    assert ran.code == 1
    assert told in ran.err
    assert len(ran.err.strip().splitlines()) == 1
