"""`aisle train ranker` and `aisle models`, as whoever runs a shop uses them: from behaviour to live and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Settings
from assistant.releases import registry_of
from assistant.store import SqlEventLog, open_store
from recommender.events import Item
from tests.assistant.command_line import run_command
from tests.recommender.promotion.drafts import Clock, add_release, let_canary_say, let_gate_say
from tests.recommender.promotion.shop import SmallShop


@pytest.fixture
def aisle(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], aisle_data: Path) -> Iterator[Any]:
    """Run the command in this process, words only."""
    monkeypatch.setenv("AISLE_ENCODER", "off")
    monkeypatch.setenv("AISLE_CATALOGUE", "shop")
    with run_command(monkeypatch, capsys) as run:
        yield run


def _row(item: Item) -> str:
    return f"{item.item_id},{item.item_id},{item.price_minor / 100},{item.brand},{item.category}"


@pytest.fixture
def busy(aisle: Any, aisle_data: Path, tmp_path: Path) -> SmallShop:
    """An imported shop with a log of 100 visits."""
    small = SmallShop(tmp_path / "unused")
    small.visits(100)
    file = tmp_path / "shop.csv"
    file.write_text("\n".join(["id,title,price,brand,category", *map(_row, small.world.items.values())]))
    assert aisle("import", file, "--name", "shop").code == 0
    store = open_store(aisle_data)
    decisions = [decision for _, decision in small.log.decisions()]
    SqlEventLog(store).append_many(decisions, [event for _, event in small.log.events()])
    store.close()
    return small


@pytest.fixture
def two(aisle_data: Path) -> Any:
    """A registry whose release 1 is live and 2 a candidate."""
    registry = registry_of(Settings(data=aisle_data, catalogue="shop"))
    for seed in (1, 2):
        add_release(registry, seed=seed)
    registry.promote(1, who="test")
    return registry


def test_a_training_makes_a_candidate_also_beside_a_running_server(
    aisle: Any, busy: SmallShop, aisle_data: Path
) -> None:
    held = open_store(aisle_data)
    ran = aisle("train", "ranker", "--json")
    held.close()
    assert ran.code == 0, ran.err
    assert ran.json["release"]["number"] == 1
    assert ran.json["release"]["stage"] == "candidate"
    assert ran.json["card"]["served"] is ran.json["release"]["served"]
    assert "replay" in ran.err
    listed = aisle("models", "list", "--json").json
    assert (listed["live"], [one["number"] for one in listed["releases"]]) == (None, [1])


def test_a_gpu_that_is_not_there_is_refused_before_anything_is_read(
    aisle: Any, busy: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    ran = aisle("train", "ranker", "--device", "cuda")
    assert ran.code == 1
    assert "torch sees no GPU here" in ran.err


def test_without_a_log_training_says_so(aisle: Any, tmp_path: Path) -> None:
    assert "no release yet" in aisle("models", "list").out
    ran = aisle("train", "ranker")
    assert ran.code == 1
    assert "no catalogue 'shop'" in ran.err
    file = tmp_path / "shop.csv"
    file.write_text("id,title,price\na,Tent,10\n")
    assert aisle("import", file, "--name", "shop").code == 0
    assert (
        "nothing was shown to shoppers" in aisle("train", "ranker").err
        or "200 logged slates" in aisle("train", "ranker").err
    )


def test_the_schedule_trains_only_when_it_is_due(aisle: Any, two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aisle("train", "ranker", "--schedule", "--json").json["release"] is None
    monkeypatch.setenv("AISLE_RETRAIN_HOURS", "24")
    assert "Nothing is due" in aisle("train", "ranker", "--schedule").out


def test_shadow_and_gate_measure_and_refuse_with_reasons(aisle: Any, busy: SmallShop, two: Any) -> None:
    ran = aisle("models", "gate", "2")
    assert (ran.code, "comes first" in ran.err) == (1, True)
    # The small shop's clock stands long before today: no request of the last days.
    ran = aisle("models", "shadow", "2")
    assert ran.code == 1
    assert "nothing to score in shadow" in ran.err
    assert two.stage(2) == "shadow"
    ran = aisle("models", "gate", "2")
    assert ran.code == 1
    assert "anything tried out" in ran.err
    ran = aisle("models", "promote", "2", "--by", "anna")
    assert ran.code == 1
    assert "was not asked" in ran.err


def test_a_refusal_can_be_overruled_with_a_reason_only(aisle: Any, two: Any) -> None:
    two.start_shadow(2, who="test")
    let_gate_say(two, 2, accepted=False, live=1)
    refused = aisle("models", "promote", "2")
    assert refused.code == 1
    assert "more than now" in refused.err
    ran = aisle("models", "promote", "2", "--because", "the old one is broken", "--by", "anna", "--json")
    assert (ran.json["release"]["stage"], ran.json["release"]["share"]) == ("canary", 0.01)
    shown = aisle("models", "show", "2")
    assert "shadow to canary by anna, overruled: the old one is broken" in shown.out
    assert "The gate refuses." in shown.out
    assert "NO    6 more than now" in shown.out


def test_from_trial_to_live_and_back(aisle: Any, two: Any) -> None:
    two.start_shadow(2, who="test")
    let_gate_say(two, 2, accepted=True, live=1)
    for share in (0.01, 0.05, 0.25):
        assert aisle("models", "promote", "2", "--json").json["release"]["share"] == share
        let_canary_say(two, 2, share=share)
    assert "2  canary (25% of the shoppers)" in aisle("models", "list").out
    assert "2 is live now, for 100% of the shoppers" in aisle("models", "promote", "2").out
    whole = aisle("models", "show", "2", "--json").json
    assert [move["after"] for move in whole["moves"]] == ["shadow", "canary", "canary", "canary", "live"]
    assert whole["gate"]["accepted"]
    assert whole["canary"]["share"] == 0.25
    assert aisle("models", "rollback", "--because", "returns went up", "--json").json["live"] == 1
    assert two.history()[-1].why == "returns went up"
    assert "No release serves now" in aisle("models", "rollback").out
    assert "nothing to take back" in aisle("models", "rollback").err


def test_stopping_and_what_is_not_there(aisle: Any, two: Any) -> None:
    assert "Release 2 is retired" in aisle("models", "stop", "2").out
    assert aisle("models", "stop", "1").code == 1
    assert "no release 9" in aisle("models", "show", "9").err


def test_tending_does_what_is_due_and_says_what_cannot_be_done_yet(aisle: Any, busy: SmallShop, two: Any) -> None:
    assert aisle("models", "tend", "--json").json["done"] == []
    two.start_shadow(2, who="test")
    ran = aisle("models", "tend")
    assert ran.code == 0
    assert "nothing to score in shadow" in ran.err
    let_gate_say(two, 2, accepted=True, live=1)
    two.promote(2, who="test")
    assert "On trial: 0 visits" in aisle("models", "tend").out


def test_a_damaged_release_keeps_nothing_else_from_being_tended(
    aisle: Any, busy: SmallShop, two: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Release 3 is on trial and 2 in shadow is damaged: the trial is counted all the same."""
    add_release(two)
    two.start_shadow(3, who="test")
    let_gate_say(two, 3, accepted=True, live=1)
    two.promote(3, who="test")
    two.start_shadow(2, who="test")
    (two.root / "releases" / "2" / "ctr.safetensors").write_bytes(b"torn")
    monkeypatch.setenv("AISLE_RETRAIN_HOURS", "1000000")
    ran = aisle("models", "tend")
    assert ran.code == 1
    assert "On trial: 0 visits" in ran.out
    assert "release 2 is missing or damaged" in ran.err


def test_the_schedule_puts_what_is_better_into_shadow(
    aisle: Any, busy: SmallShop, aisle_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = registry_of(Settings(data=aisle_data, catalogue="shop"))
    old = type(registry)(registry.root, now=Clock())
    add_release(old)
    old.promote(1, who="test")
    monkeypatch.setenv("AISLE_RETRAIN_HOURS", "0.0001")
    ran = aisle("models", "tend")
    assert ran.code == 0, ran.err
    release = registry.list_releases()[0]
    assert (release.number, release.made_by) == (2, "schedule")
    assert release.stage == ("shadow" if release.served else "candidate")
