from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from recommender.errors import GateRefused, MoveRefused, ReleaseBroken, ReleaseMissing
from recommender.promotion.registry import CANARY_SHARES, Registry
from recommender.promotion.releases import Stage, complete_releases
from tests.recommender.promotion.drafts import Clock, add_release, let_canary_say, let_gate_say, write_draft


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models", now=Clock())


def _to_live(registry: Registry, number: int) -> None:
    """All steps of a release that everything speaks for."""
    if registry.live() is None:
        registry.promote(number, who="anna")
        return
    registry.start_shadow(number, who="anna")
    let_gate_say(registry, number, accepted=True, live=registry.live())
    registry.promote(number, who="anna")
    for share in CANARY_SHARES:
        let_canary_say(registry, number, share=share)
        registry.promote(number, who="anna")


def test_an_empty_registry_serves_nothing(registry: Registry) -> None:
    assert (registry.live(), registry.canary(), registry.list_releases(), registry.stamp()) == (None, None, (), None)
    with pytest.raises(ReleaseMissing, match="no release 1"):
        registry.get_release(1)


def test_the_first_release_goes_live_at_once(registry: Registry) -> None:
    release = add_release(registry)
    assert (release.number, release.stage, release.since) == (1, Stage.CANDIDATE, None)
    live = registry.promote(1, who="anna")
    assert (live.stage, live.share, registry.live()) == (Stage.LIVE, 1.0, 1)
    (move,) = registry.history()
    assert (move.before, move.after, move.who) == (Stage.CANDIDATE, Stage.LIVE, "anna")
    assert "first release" in move.why


def test_what_did_not_beat_the_baselines_never_serves(registry: Registry) -> None:
    add_release(registry, served=False)
    with pytest.raises(MoveRefused, match="did not beat popularity"):
        registry.promote(1, who="anna", because="I like it")
    assert registry.live() is None


def test_a_later_release_goes_every_step(registry: Registry) -> None:
    add_release(registry)
    _to_live(registry, 1)
    add_release(registry, seed=2)
    _to_live(registry, 2)
    assert registry.live() == 2
    assert [(release.number, release.stage) for release in registry.list_releases()] == [
        (2, Stage.LIVE),
        (1, Stage.RETIRED),
    ]
    mine = [(move.after, move.share) for move in registry.history() if move.release == 2]
    assert mine == [
        (Stage.SHADOW, 0.0),
        *((Stage.CANARY, share) for share in CANARY_SHARES),
        (Stage.LIVE, 1.0),
    ]
    assert not any(move.overruled for move in registry.history())


def test_a_candidate_cannot_skip_the_shadow(registry: Registry) -> None:
    add_release(registry)
    _to_live(registry, 1)
    add_release(registry)
    with pytest.raises(MoveRefused, match="models shadow 2"):
        registry.promote(2, who="anna")


def test_without_the_gates_yes_nothing_moves(registry: Registry) -> None:
    add_release(registry)
    _to_live(registry, 1)
    add_release(registry)
    registry.start_shadow(2, who="anna")
    with pytest.raises(GateRefused, match="was not asked"):
        registry.promote(2, who="anna")
    let_gate_say(registry, 2, accepted=False, live=1)
    with pytest.raises(GateRefused, match="more than now: worth"):
        registry.promote(2, who="anna")
    let_gate_say(registry, 2, accepted=True, live=7)
    with pytest.raises(GateRefused, match="another one than is live now"):
        registry.promote(2, who="anna")
    assert registry.stage(2) is Stage.SHADOW


def test_an_owner_may_overrule_and_the_history_keeps_why(registry: Registry) -> None:
    add_release(registry)
    _to_live(registry, 1)
    add_release(registry)
    registry.start_shadow(2, who="anna")
    let_gate_say(registry, 2, accepted=False, live=1)
    assert registry.promote(2, who="anna", because="Christmas is near").stage is Stage.CANARY
    last = registry.history()[-1]
    assert (last.why, last.overruled, last.who) == ("Christmas is near", True, "anna")


def test_a_trial_waits_until_enough_was_seen(registry: Registry) -> None:
    add_release(registry)
    _to_live(registry, 1)
    add_release(registry)
    registry.start_shadow(2, who="anna")
    let_gate_say(registry, 2, accepted=True, live=1)
    registry.promote(2, who="anna")
    assert registry.canary() == (2, 0.01)
    with pytest.raises(MoveRefused, match="nothing has been counted"):
        registry.promote(2, who="anna")
    let_canary_say(registry, 2, share=0.01, enough=False)
    with pytest.raises(MoveRefused, match="more visits are waited for"):
        registry.promote(2, who="anna")
    let_canary_say(registry, 2, share=0.01, harm=True)
    with pytest.raises(MoveRefused, match="it does worse"):
        registry.promote(2, who="anna")
    let_canary_say(registry, 2, share=0.01)
    assert registry.promote(2, who="anna").share == 0.05
    with pytest.raises(MoveRefused, match="stays at 5%"):
        registry.promote(2, who="anna")


def test_only_one_release_is_on_trial(registry: Registry) -> None:
    add_release(registry)
    _to_live(registry, 1)
    for number in (2, 3):
        add_release(registry)
        registry.start_shadow(number, who="anna")
        let_gate_say(registry, number, accepted=True, live=1)
    registry.promote(2, who="anna")
    with pytest.raises(MoveRefused, match="Release 2 is on trial"):
        registry.promote(3, who="anna")


def test_one_command_takes_the_trial_back_and_the_next_the_live_one(registry: Registry) -> None:
    for _ in range(3):
        add_release(registry)
    _to_live(registry, 1)
    _to_live(registry, 2)
    registry.start_shadow(3, who="anna")
    let_gate_say(registry, 3, accepted=True, live=2)
    registry.promote(3, who="anna")
    assert registry.roll_back(who="anna", why="complaints") == 2
    assert (registry.live(), registry.stage(3)) == (2, Stage.RETIRED)
    assert registry.roll_back(who="anna", why="complaints") == 1
    assert (registry.live(), registry.stage(2)) == (1, Stage.RETIRED)
    assert registry.roll_back(who="anna", why="complaints") is None
    assert registry.live() is None
    with pytest.raises(MoveRefused, match="Nothing is live"):
        registry.roll_back(who="anna", why="complaints")


def test_going_back_needs_a_whole_release_that_was_live(registry: Registry) -> None:
    for _ in range(3):
        add_release(registry)
    _to_live(registry, 1)
    _to_live(registry, 2)
    with pytest.raises(MoveRefused, match="never live"):
        registry.roll_back(who="anna", why="x", to=3)
    with pytest.raises(MoveRefused, match="live already"):
        registry.roll_back(who="anna", why="x", to=2)
    (registry.root / "releases" / "1" / "ctr.safetensors").write_bytes(b"broken")
    with pytest.raises(ReleaseBroken, match=r"ctr\.safetensors of release 1"):
        registry.roll_back(who="anna", why="x")
    assert registry.live() == 2


def test_stopping_is_for_what_is_not_live(registry: Registry) -> None:
    add_release(registry)
    add_release(registry)
    _to_live(registry, 1)
    with pytest.raises(MoveRefused, match="aisle models rollback"):
        registry.stop(1, who="anna", why="x")
    assert registry.stop(2, who="anna", why="no longer wanted").stage is Stage.RETIRED
    with pytest.raises(MoveRefused, match="is retired"):
        registry.start_shadow(2, who="anna")


@pytest.mark.parametrize("name", ["ctr.safetensors", "card.json"])
def test_a_changed_file_stops_a_promotion(registry: Registry, name: str) -> None:
    add_release(registry)
    with (registry.root / "releases" / "1" / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ReleaseBroken, match="missing or damaged"):
        registry.promote(1, who="anna")
    assert registry.live() is None


def test_a_damaged_history_is_said(registry: Registry) -> None:
    add_release(registry)
    registry.promote(1, who="anna")
    (registry.root / "moves.json").write_text("{")
    with pytest.raises(ReleaseBroken, match=r"moves\.json cannot be read"):
        registry.live()


def test_the_stamp_changes_with_every_move(registry: Registry) -> None:
    add_release(registry)
    before = registry.stamp()
    registry.promote(1, who="anna")
    assert registry.stamp() != before
    assert registry.stamp() == registry.stamp()


def test_two_at_once_both_get_a_number(registry: Registry) -> None:
    drafts = []
    for i in range(4):
        drafts.append(write_draft(registry.root, seed=i).rename(registry.root / f"draft-{i}"))
    threads = [
        threading.Thread(target=registry.add, args=(draft,), kwargs={"who": "test", "seed": 1}) for draft in drafts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert complete_releases(registry.root) == [1, 2, 3, 4]


class _Killed(BaseException):
    """The process is gone; no code of ours sees it coming."""


def _kill_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Stop everything before the step-th change of the disk: a write, a sync or a rename."""
    left = [step]

    def counted(name: str) -> None:
        real = getattr(os, name)

        def stopped(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise _Killed
            return real(*arguments, **named)

        monkeypatch.setattr(os, name, stopped)

    for name in ("replace", "rename", "fsync"):
        counted(name)


@pytest.mark.parametrize("step", range(4))
def test_killed_anywhere_in_a_promotion_leaves_one_that_serves(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    add_release(registry)
    _to_live(registry, 1)
    add_release(registry)
    registry.start_shadow(2, who="anna")
    let_gate_say(registry, 2, accepted=True, live=1)
    for share in CANARY_SHARES:
        registry.promote(2, who="anna")
        let_canary_say(registry, 2, share=share)
    with monkeypatch.context() as patched:
        _kill_at(patched, step)
        try:
            registry.promote(2, who="anna")
            done = True
        except _Killed:
            done = False
    again = Registry(registry.root)
    live = again.live()
    assert live in ({2} if done else {1, 2})
    stages = {release.number: release.stage for release in again.list_releases()}
    assert stages == ({1: Stage.RETIRED, 2: Stage.LIVE} if live == 2 else {1: Stage.LIVE, 2: Stage.CANARY})
    assert done is (step == 3)  # A write is a sync, a rename and a sync of the folder.
    if live == 1:
        assert again.promote(2, who="anna").stage is Stage.LIVE


@pytest.mark.parametrize("step", range(8))
def test_killed_anywhere_while_a_release_is_made_leaves_none_or_a_whole_one(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    add_release(registry)
    _to_live(registry, 1)
    draft = write_draft(registry.root, seed=2)
    with monkeypatch.context() as patched:
        _kill_at(patched, step)
        with suppress(_Killed):
            registry.add(draft, who="test", seed=2)
    again = Registry(registry.root)
    assert again.live() == 1
    made = [release.number for release in again.list_releases()]
    assert made in ([1], [2, 1])
    # Whatever was left lying does not stand in the way of the next one.
    assert add_release(again, seed=3).number == len(made) + 1
    assert again.promote(1, who="anna") if again.live() is None else again.live() == 1
