from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from recommender.ctr.artifact import save_artifact
from recommender.ctr.contenders import CONTENDERS, POPULARITY
from recommender.ctr.fitting import FitSettings
from recommender.ctr.search import Budget
from recommender.ctr.served import OnnxModel
from recommender.ctr.torch_served import TorchModel
from recommender.data.card import read_card as read_data_card
from recommender.data.settings import Windows
from recommender.errors import LogUnusable, MoveRefused, NotEnoughEvents, RegistryBusy, ReleaseBroken
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Event, EventType
from recommender.fusion import total, weighed
from recommender.models.predicted import Predicted
from recommender.ope.from_log import build, collect_rewards, tells
from recommender.ope.plan import frozen_plan
from recommender.promotion.evidence import GateReport, ShadowReport
from recommender.promotion.pipeline import (
    _began,
    ask_gate,
    load_line_up,
    measure_shadow,
    ranker_of,
    submit,
    watch_canary,
)
from recommender.promotion.releases import Stage, find_evidence, read_card, read_manifest, release_folder
from recommender.promotion.rescoring import Rescorer
from recommender.reasons import Code
from recommender.replay import scores_of
from recommender.settings import RecommenderSettings
from recommender.stack import FittedStack
from recommender.trace import pack, unpack
from recommender.train import TrainSettings
from recommender.treatment import RankerChange, Treatment
from tests.recommender.ctr.small import network_bytes
from tests.recommender.promotion.drafts import add_release, let_gate_say
from tests.recommender.promotion.shop import CLOSED, SmallShop


@pytest.fixture
def small(tmp_path: Path) -> SmallShop:
    """Release 1 is live and has served 60 visits; release 2 waits in shadow."""
    small = SmallShop(tmp_path / "models")
    add_release(small.registry, seed=1)
    add_release(small.registry, seed=2)
    small.registry.promote(1, who="test")
    small.follow()
    small.visits(60)
    small.registry.start_shadow(2, who="test")
    return small


def test_a_training_becomes_a_candidate_with_its_card(tmp_path: Path) -> None:
    small = SmallShop(tmp_path / "models")
    with pytest.raises(NotEnoughEvents):
        submit(small.shop(), who="test", progress=lambda *_: None)
    assert small.registry.list_releases() == ()
    small.visits(150)
    release, card = submit(small.shop(), who="test", progress=lambda *_: None)
    assert (release.number, release.stage, release.served) == (1, Stage.CANDIDATE, card.served)
    assert not (small.registry.root / "training").exists()
    # Condition 8 of the gate reads the error of the model that would serve.
    figures = next(row for row in card.rows if row.name == card.model)
    assert read_card(small.registry.root, 1).ece == figures.click.ece


def test_a_budget_is_spent_on_every_model_and_the_card_keeps_what_was_found(tmp_path: Path) -> None:
    small = SmallShop(tmp_path / "models")
    small.visits(100)
    how = TrainSettings(budget=Budget(1), logs=tmp_path / "board")
    _, card = submit(small.shop(), who="test", progress=lambda *_: None, how=how)
    assert set(CONTENDERS) - {POPULARITY} <= set(card.params)
    assert any((tmp_path / "board").rglob("events.out.*"))


def test_a_training_that_was_killed_goes_on_where_it_was_and_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Killed after some epochs; what happens in the shop until it goes on does not change what it learns from."""

    class Killed(BaseException):
        pass

    small = SmallShop(tmp_path / "models")
    small.visits(100)
    shop, epochs = small.shop(), []
    whole, _ = submit(shop, who="test", progress=lambda what, _share: epochs.append(what))

    def kill(what: str, share: float) -> None:
        if what == "training" and share > 0.3 and epochs.count("killed") < 1:
            epochs.append("killed")
        elif "killed" in epochs:
            raise Killed

    epochs.clear()
    with pytest.raises(Killed):
        submit(shop, who="test", progress=kill)
    assert len(small.registry.list_releases()) == 1
    small.visits(3)
    told: list[tuple[str, float]] = []
    later = small.shop(later=timedelta(hours=1))
    again, _ = submit(later, who="test", progress=lambda what, share: told.append((what, share)))
    first = min(share for what, share in told if what == "training" and share > 0.3)
    assert first > 0.3 + 0.6 / FitSettings().max_epochs + 1e-9, "the first epochs are not trained again"
    root = small.registry.root
    models = [read_manifest(root, one.number).files["ctr.safetensors"] for one in (whole, again)]
    assert models[0] == models[1]
    assert not (root / "unfinished").exists()


def test_a_killed_training_of_long_ago_and_one_that_failed_begin_anew(tmp_path: Path) -> None:
    small = SmallShop(tmp_path / "models")
    work = small.registry.root / "unfinished"
    assert _began(work, 1000.0) == 1000.0
    assert _began(work, 2000.0) == 1000.0
    assert _began(work, 1000.0 + 7 * 3600) == 1000.0 + 7 * 3600
    (work / "began.json").write_text("{ torn")
    assert _began(work, 5000.0) == 5000.0
    small.visits(2)
    with pytest.raises(NotEnoughEvents):
        submit(small.shop(), who="test", progress=lambda *_: None)
    assert not work.exists()


def test_two_trainings_at_once_are_refused(tmp_path: Path) -> None:
    small = SmallShop(tmp_path / "models")
    with small.registry.training(), pytest.raises(RegistryBusy, match="under way"):
        submit(small.shop(), who="test", progress=lambda *_: None)


def test_a_release_keeps_what_it_was_trained_on_and_what_moved_since_the_one_before(tmp_path: Path) -> None:
    small = SmallShop(tmp_path / "models")
    small.visits(100)
    submit(small.shop(), who="test", progress=lambda *_: None)
    small.visits(20)
    submit(small.shop(), who="test", progress=lambda *_: None)
    first, second = (read_data_card(release_folder(small.registry.root, number)) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.n_slates, second.n_slates) == (300, 360)
    assert (first.drift_since, second.drift_since) == (None, first.made_at)


def test_every_decision_names_the_release_that_ranked_it(small: SmallShop) -> None:
    decisions = [decision for _, decision in small.log.decisions()]
    assert {(d.policy_version, d.stream) for d in decisions} == {("release-1", "live")}
    assert len({d.model_sha for d in decisions}) == 1
    assert small.recommender.health["click_model"].startswith("in use: release 1")


def test_scores_of_the_live_release_come_out_of_the_replay_bit_for_bit(small: SmallShop) -> None:
    find = ranker_of(small.registry)
    rescorer = Rescorer(small.log, find)
    replayed = list(rescorer.replay(live=find("release-1"), candidate=find("release-2"), since=0.0, until=np.inf))
    assert len(replayed) == 180
    for one in replayed:
        logged = np.array(one.scored.decision.candidate_scores)
        assert np.array_equal(one.scored.live, logged)
        assert one.same
    assert any(not np.array_equal(one.scored.live, one.scored.candidate) for one in replayed)


def test_the_candidates_scores_are_those_that_it_would_have_served(small: SmallShop, tmp_path: Path) -> None:
    """The same visits ranked by release 2 from the start: where nothing had been learned yet, scores must be equal."""
    find = ranker_of(small.registry)
    rescorer = Rescorer(small.log, find)
    first = next(iter(rescorer.replay(live=find("release-1"), candidate=find("release-2"), since=0.0, until=np.inf)))
    other = SmallShop(tmp_path / "other")
    add_release(other.registry, seed=2)
    other.registry.promote(1, who="test")
    other.follow()
    context = first.scored.decision.context
    ids = first.scored.decision.candidate_ids
    served = other.recommender.decide(context, [Candidate(i) for i in ids])
    theirs = dict(zip(served.candidate_ids, served.candidate_scores, strict=True))
    # What a rule takes for variety depends on the order of the scores, and is kept as logged.
    taken = RecommenderSettings().variety_penalty * 3
    for item_id, score in zip(ids, first.scored.candidate, strict=True):
        assert theirs[item_id] == pytest.approx(score, abs=taken)


def test_scores_come_from_what_was_known_then_and_weighed_as_it_was_then(tmp_path: Path) -> None:
    """A catalogue that changed is no reason for other scores; where the click model weighs 0, releases are equal."""
    small = SmallShop(tmp_path / "models")
    for seed in (1, 2):
        add_release(small.registry, seed=seed)
    small.registry.promote(1, who="test")
    small.follow()
    own = RecommenderSettings().weights["recommend"]
    small.recommender.use_stack(FittedStack({"recommend": {**own, Code.PREDICTED: 0.0}}, "x"))
    small.visits(10)
    small.recommender.use_stack(None)
    small.visits(10)
    dearer = {
        i: replace(item, price_minor=3 * (item.price_minor or 0), rating=1.0) for i, item in small.world.items.items()
    }
    small.world.items.update(dearer)
    find = ranker_of(small.registry)
    scored = [
        one.scored
        for one in Rescorer(small.log, find).replay(
            live=find("release-1"), candidate=find("release-2"), since=0.0, until=np.inf
        )
    ]
    assert len(scored) == 60
    for number, one in enumerate(scored):
        assert np.array_equal(one.live, np.array(one.decision.candidate_scores))
        assert np.array_equal(one.live, one.candidate) == (number < 30)


def test_a_slate_that_was_erased_is_passed_over(small: SmallShop) -> None:
    rows = [decision for _, decision in small.log.decisions(traces=True)]
    log = MemoryEventLog()
    log.append_many([replace(rows[0], trace=b""), *rows[1:3]], ())
    find = ranker_of(small.registry)
    found = list(Rescorer(log, find).replay(live=find("release-1"), candidate=Predicted(), since=0.0, until=np.inf))
    assert [one.scored.decision.decision_id for one in found] == [row.decision_id for row in rows[1:3]]
    assert all(one.same for one in found)


def test_a_decision_that_does_not_come_out_of_its_row_again_is_not_reproduced(small: SmallShop) -> None:
    _, decision = small.log.decisions(traces=True)[0]
    changed = MemoryEventLog()
    scores = (decision.candidate_scores[0] + 2**-32, *decision.candidate_scores[1:])
    changed.append_many([decision, replace(decision, decision_id="other", candidate_scores=scores)], ())
    find = ranker_of(small.registry)
    found = Rescorer(changed, find).replay(live=find("release-1"), candidate=Predicted(), since=0.0, until=np.inf)
    assert [one.same for one in found] == [True, False]


def test_a_release_beside_another_model_says_nothing_learned_lately(small: SmallShop) -> None:
    """The head learned what release 1 leaves over; beside release 2 serving silences it, and so does the comparison."""
    _, decision = small.log.decisions(traces=True)[-1]
    trace = unpack(decision.trace)
    lately = trace.codes.index(Code.LATELY)
    values = trace.values.copy()
    values[lately] = 0.5
    told = replace(trace, values=values)
    scores, _ = scores_of(told)
    log = MemoryEventLog()
    log.append_decision(replace(decision, trace=pack(told), candidate_scores=tuple(scores[trace.order].tolist())))
    find = ranker_of(small.registry)
    (one,) = Rescorer(log, find).replay(live=find("release-1"), candidate=Predicted(), since=0.0, until=np.inf)
    part = 0.5 * trace.weights[lately]
    without = [
        0.0 if code in (Code.LATELY, Code.PREDICTED) else w for code, w in zip(trace.codes, trace.weights, strict=True)
    ]
    assert part > 0
    assert np.array_equal(one.scored.live, scores[trace.order])
    expected = total([*map(weighed, trace.values, without), *trace.rule_parts])[trace.order]
    assert np.array_equal(one.scored.candidate, expected)


def test_shadow_measures_without_showing_anything(small: SmallShop) -> None:
    before = len(small.log.events())
    report = measure_shadow(small.shop(), 2)
    assert (report.decisions, report.reproduced, report.live) == (180, 1.0, 1)
    assert 0.0 <= report.agreement < 1.0
    assert report.latency_p99_ms >= report.latency_p50_ms > 0
    assert len(small.log.events()) == before
    assert find_evidence(small.registry.root, 2, "shadow", ShadowReport) == report


def test_shadow_without_requests_is_said(small: SmallShop) -> None:
    with pytest.raises(NotEnoughEvents, match="nothing to score"):
        measure_shadow(small.shop(later=timedelta(days=30)), 2)


def test_the_gate_refuses_a_short_log_with_reasons_and_keeps_what_it_said(small: SmallShop) -> None:
    measure_shadow(small.shop(), 2)
    report = ask_gate(small.shop(later=CLOSED), 2)
    assert not report.accepted
    assert report.value is None
    assert any("usable slates" in reason for reason in report.reasons)
    assert find_evidence(small.registry.root, 2, "gate", GateReport) == report
    # 180 requests over 30 hours, all scored the same again, are a shadow; a week later they are too old to be one.
    assert {check.number: check.passed for check in report.checks}[10]


def test_the_gate_wants_a_shadow_and_something_live(small: SmallShop, tmp_path: Path) -> None:
    with pytest.raises(MoveRefused, match="comes first"):
        ask_gate(small.shop(), 1)
    lonely = SmallShop(tmp_path / "lonely")
    add_release(lonely.registry)
    lonely.registry.start_shadow(1, who="test")
    with pytest.raises(MoveRefused, match="Nothing is live"):
        ask_gate(lonely.shop(), 1)


def test_a_log_without_trials_cannot_tell_releases_apart(tmp_path: Path) -> None:
    small = SmallShop(tmp_path / "models")
    with pytest.raises(LogUnusable, match="anything tried out"):
        build((), {}, now=0.0, policy="inverse_gap")
    asked = small.world.context(0, "s")
    shared = replace(asked, treatment=Treatment(interleaving="two-rankers", rival=RankerChange()))
    for context in (replace(asked, explore=False), replace(asked, keep_order=True), shared):
        assert not tells(small.recommender.decide(context, [Candidate("item-1"), Candidate("item-2")]))


def test_arrays_of_the_log_say_what_was_shown_with_which_probability(small: SmallShop) -> None:
    find = ranker_of(small.registry)
    rescorer = Rescorer(small.log, find)
    replayed = [
        one.scored for one in rescorer.replay(live=find("release-1"), candidate=Predicted(), since=0, until=np.inf)
    ]
    found = build(
        replayed,
        collect_rewards(small.log, frozen_plan()),
        now=small.world.now + CLOSED.total_seconds(),
        policy="inverse_gap",
    )
    log = found.log
    assert log.n == 180
    assert log.usable().all()
    assert log.logging is not None
    assert log.of_chosen(log.logging) == pytest.approx(log.probabilities, abs=1e-6)
    assert np.array_equal(found.live, log.logging)
    assert found.candidate.sum(axis=2) == pytest.approx(np.ones((180, 6)), abs=1e-5)
    clicks = [e for _, e in small.log.events() if e.type in {"click", "purchase"}]
    assert (log.rewards > 0).sum() == len({(e.decision_id, e.item_id) for e in clicks})
    assert {"surface recommend", "stream live"} <= set(log.segments)
    assert (log.segments["shoppers new"] ^ log.segments["shoppers known"]).all()


def test_a_slate_that_was_changed_or_is_young_does_not_count(small: SmallShop) -> None:
    find = ranker_of(small.registry)
    _, decision = small.log.decisions()[0]
    small.log.append_shown(decision.decision_id, decision.chosen_ids[1:])
    rescorer = Rescorer(small.log, find)
    replayed = [
        one.scored for one in rescorer.replay(live=find("release-1"), candidate=Predicted(), since=0, until=np.inf)
    ]
    found = build(replayed, {}, now=small.world.now + Windows().longest_s - 6000.0, policy="inverse_gap")
    assert (~found.log.shown_as_chosen).sum() == 1
    assert (~found.log.closed).sum() == 10


def test_the_strongest_sign_of_an_item_is_what_it_brought(small: SmallShop) -> None:
    plan = frozen_plan()
    rewards = collect_rewards(small.log, plan)
    bought = {(e.decision_id, e.item_id) for _, e in small.log.events() if e.type == "purchase"}
    assert {rewards[key] for key in bought if key[0] is not None} == {plan.reward_purchase}
    assert set(rewards.values()) == {plan.reward_click, plan.reward_purchase}


def test_rewards_know_the_windows_and_returns_that_the_models_learn_from() -> None:
    """A cart counts for a day, an order at the checkout for the slate that was clicked, what came back for nothing."""
    log, hour_s = MemoryEventLog(), 3600.0

    def tell(kind: EventType, item_id: str, hours: float, decision_id: str | None = "one") -> None:
        log.append_event(Event(f"{kind}:{item_id}:{hours}", kind, item_id, "ann", "s", hours * hour_s, decision_id, 0))

    for item_id in ("carted", "late", "bought", "returned"):
        tell(EventType.IMPRESSION, item_id, 0.0)
    tell(EventType.ADD_TO_CART, "carted", 23.0)
    tell(EventType.CLICK, "late", 0.6)
    tell(EventType.CLICK, "bought", 0.1)
    tell(EventType.PURCHASE, "bought", 100.0, None)
    tell(EventType.PURCHASE, "returned", 1.0)
    tell(EventType.RETURN, "returned", 300.0)
    plan = frozen_plan()
    expected = {("one", "carted"): plan.reward_cart, ("one", "bought"): plan.reward_purchase}
    assert collect_rewards(log, plan) == expected


def test_a_broken_release_is_told_and_left_out(small: SmallShop) -> None:
    (small.registry.root / "releases" / "1" / "ctr.safetensors").write_bytes(b"broken")
    told: list[str] = []
    line_up = load_line_up(small.registry, told.append)
    assert line_up.live.version == ""
    assert "release 1 is missing or damaged" in told[0]
    with pytest.raises(ReleaseBroken):
        measure_shadow(small.shop(), 2)


def test_a_network_is_computed_where_the_setting_says(small: SmallShop) -> None:
    """By torch on another device than the plain CPU; "cpu:0" stands for a GPU here."""
    draft = small.registry.root / "training"
    save_artifact(draft, "network", network_bytes(), base_logit=0.0, served=True)
    (draft / "card.json").write_text('{"served": true, "verdict": "It is used."}')
    number = small.registry.add(draft, who="test", seed=1).number
    small.registry.roll_back(who="test", why="test")
    small.registry.promote(number, who="test")
    small.visits(3)
    (decision, *_) = (one for _, one in small.log.decisions(traces=True))
    served = unpack(decision.trace).served
    said = {}
    for device, kind in (("cpu", OnnxModel), ("cpu:0", TorchModel)):
        ranker = load_line_up(small.registry, pytest.fail, device=device).live.ranker
        assert isinstance(ranker, Predicted)
        assert isinstance(ranker._model, kind)
        assert isinstance(ranker_of(small.registry, device)(f"release-{number}")._model, kind)  # type: ignore[attr-defined]
        said[device] = ranker.values(served)
    np.testing.assert_allclose(said["cpu"], said["cpu:0"], atol=1e-4)


def test_a_trial_is_served_to_its_share_and_both_are_logged(small: SmallShop) -> None:
    let_gate_say(small.registry, 2, accepted=True, live=1)
    small.registry.promote(2, who="test")
    line_up = load_line_up(small.registry, pytest.fail)
    assert (line_up.live.version, line_up.share) == ("release-1", 0.01)
    assert line_up.canary is not None
    small.recommender.serve(replace(line_up, share=0.5))
    small.visits(40)
    fresh = [d for _, d in small.log.decisions(after=180)]
    assert {(d.policy_version, d.stream) for d in fresh} == {("release-1", "live"), ("release-2", "canary")}
    assert small.recommender.health["canary"].startswith("in use: release 2")
    report = watch_canary(small.shop(later=timedelta(hours=1)))
    assert report is None or not report.harm


def test_without_a_trial_there_is_nothing_to_watch(small: SmallShop) -> None:
    assert watch_canary(small.shop()) is None
