"""Rules and the kill switch: kept with who and when, obeyed at once by whoever has the file open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import StoreError
from assistant.store.ranking import open_ranking_store
from assistant.support.ledger import Ledger
from assistant.support.ranking import RankingDesk
from recommender.errors import RuleBroken
from tests.fakes.clock import ManualClock

BURY = {"kind": "bury", "brands": ["Alp"], "note": "sold badly"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> Iterator[RankingDesk]:
    opened = RankingDesk(open_ranking_store(tmp_path, clock), "shop", clock)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(tmp_path: Path, clock: ManualClock) -> Iterator[RankingDesk]:
    """The same file, as the command line opens it beside a running server."""
    opened = RankingDesk(open_ranking_store(tmp_path, clock), "shop", clock)
    yield opened
    opened.close()


def test_a_rule_is_kept_with_who_and_when(desk: RankingDesk, clock: ManualClock) -> None:
    rule = desk.add(BURY, "Ann")
    (kept,) = desk.rules()
    assert (kept.body, kept.added_by, kept.added_at) == (rule, "Ann", clock())
    assert (rule.id, rule.note) == ("1", "sold badly")


def test_a_rule_that_was_removed_acts_no_more_and_its_record_stays(desk: RankingDesk) -> None:
    desk.add(BURY, "Ann")
    second = desk.add({"kind": "min_stock", "units": 2}, "Ann")
    desk.remove("1", "Bob")
    assert [kept.body for kept in desk.rules()] == [second]
    assert [(kept.body.id, kept.ended_by) for kept in desk.history()] == [("1", "Bob"), ("2", None)]
    with pytest.raises(RuleBroken, match="no rule '1' that stands"):
        desk.remove("1", "Bob")
    assert desk.add(BURY, "Ann").id == "3"


def test_a_rule_that_cannot_be_used_is_not_kept(desk: RankingDesk) -> None:
    with pytest.raises(RuleBroken):
        desk.add({"kind": "bury"}, "Ann")
    assert desk.history() == ()


def test_a_running_server_sees_a_change_with_the_next_slate(desk: RankingDesk, elsewhere: RankingDesk) -> None:
    assert (desk.controls().rules.rules, desk.controls().learned) == ((), True)
    for n in range(1, 6):
        rule = elsewhere.add(BURY, "Ann")
        assert desk.controls().rules.rules[-1] == rule
        assert len(desk.controls().rules.rules) == n
    elsewhere.throw("default", "Ann", "odd slates")
    assert not desk.controls().learned
    elsewhere.throw("learned", "Bob", "")
    assert desk.controls().learned
    assert [(one.ranking, one.thrown_by, one.because) for one in desk.switches()] == [
        ("default", "Ann", "odd slates"),
        ("learned", "Bob", ""),
    ]


def test_rules_stay_the_same_object_while_nothing_changes(desk: RankingDesk) -> None:
    desk.add(BURY, "Ann")
    assert desk.controls().rules is desk.controls().rules


def test_each_catalogue_has_its_own(tmp_path: Path, desk: RankingDesk, clock: ManualClock) -> None:
    other = RankingDesk(open_ranking_store(tmp_path, clock), "other", clock)
    desk.add(BURY, "Ann")
    desk.throw("default", "Ann", "")
    assert (other.rules(), other.controls().learned) == ((), True)
    other.close()


def test_a_file_that_is_gone_changes_nothing_that_stood(desk: RankingDesk, tmp_path: Path) -> None:
    desk.add(BURY, "Ann")
    before = desk.controls()
    (tmp_path / "ranking.db").unlink()
    assert desk.controls() is before


def test_without_any_reading_there_is_no_slate(desk: RankingDesk, tmp_path: Path) -> None:
    (tmp_path / "ranking.db").unlink()
    with pytest.raises((StoreError, OSError)):
        desk.controls()


def test_of_two_who_remove_a_rule_at_once_one_is_told_that_it_is_gone(
    desk: RankingDesk, elsewhere: RankingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = desk.add(BURY, "Ann")
    seen = desk.rules()
    monkeypatch.setattr(Ledger, "standing", lambda _: seen)
    elsewhere.remove(rule.id, "Ann")
    with pytest.raises(RuleBroken):
        desk.remove(rule.id, "Bob")
    monkeypatch.undo()
    assert [kept.ended_by for kept in desk.history()] == ["Ann"]
