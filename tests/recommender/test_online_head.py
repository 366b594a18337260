"""The head beside the shop: exactly once over restarts, its own click model only, and no say before it has learned."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from recommender.bandit.drift import DriftAlarm
from recommender.bandit.head import BayesianLinearHead, HeadSnapshot
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import SPONSORED, Candidate, Decision, Event, EventType, Reason
from recommender.models.lately import PHI_CODES, PHI_WIDTH
from recommender.models.predicted import Predicted
from recommender.online_head import HeadKeeper, LiveHead, ServedFeatures, explored_less
from recommender.promotion.line_up import LineUp, Served
from recommender.reasons import Code
from recommender.replay import difference
from recommender.settings import DAY_S, RecommenderSettings
from recommender.trace import unpack
from tests.recommender.ctr.small import make_logistic, save_logistic
from tests.recommender.shop import ITEMS, NOW, make_context

FOUND = tuple(Candidate(item_id, relevance=0.5) for item_id in ITEMS)
SETTINGS = RecommenderSettings()


def _model(folder: Path, weight: float = 1.0) -> Predicted:
    from recommender.ctr.artifact import load_artifact

    save_logistic(folder, make_logistic({"discount": weight}, intercept=-1.5))
    return Predicted(load_artifact(folder))


def _shop(log: MemoryEventLog, model: Predicted) -> Recommender:
    numbers = count()
    recommender = Recommender(ITEMS, log, settings=SETTINGS, new_id=lambda: f"{model.sha[:4]}-{next(numbers)}")
    recommender.serve(LineUp(Served(ranker=model, model_sha=model.sha)))
    return recommender


def _visit(recommender: Recommender, number: int, liked: str = "mat-1") -> Decision:
    """A shopper who clicks on one item wherever it stands."""
    context = replace(make_context(session=f"v{number}", shopper=f"v{number}"), now=NOW + 60.0 * number)
    decision = recommender.decide(context, FOUND)
    place = decision.chosen_ids.index(liked)
    recommender.record(
        Event(f"c{number}", EventType.CLICK, liked, "s", f"v{number}", context.now + 5, decision.decision_id, place)
    )
    return decision


def _keeper(log: MemoryEventLog, folder: Path, now: float = NOW) -> HeadKeeper:
    return HeadKeeper(log, folder, SETTINGS, lambda: now)


def _follow(keeper: HeadKeeper, recommender: Recommender) -> HeadSnapshot:
    while keeper.follow(recommender, 7):
        pass
    head = recommender._head.snapshot
    assert head is not None
    return head


def test_features_come_back_as_served_and_lower_places_count_as_looked_at_less(tmp_path: Path) -> None:
    log, model = MemoryEventLog(), _model(tmp_path)
    decision = _visit(_shop(log, model), 0)
    source = ServedFeatures(log, model, looked_on=0.5)
    shown = unpack(decision.trace).shown
    for item, phi, click in zip(decision.items, shown["phi"], shown["click"], strict=True):
        found = source(decision.decision_id, item.item_id)
        assert found is not None
        assert found.phi.tolist() == (0.5**item.position * phi.astype(np.float64)).tolist()
        assert found.offset == pytest.approx(0.5**item.position * click)
        assert found.segments == ("new shoppers", "surface recommend")
    assert source(decision.decision_id, "unknown") is None
    assert source("unknown", "mat-1") is None
    paid = replace(decision.items[0], reasons=(Reason(SPONSORED, "", 0.0),))
    log.append_decision(replace(decision, decision_id="paid", items=(paid, *decision.items[1:])))
    assert source("paid", paid.item_id) is None
    assert source("paid", decision.items[1].item_id) is not None


def test_it_learns_every_event_once_over_restarts(tmp_path: Path) -> None:
    log, model = MemoryEventLog(), _model(tmp_path / "model")
    recommender = _shop(log, model)
    restarted, steady = tmp_path / "restarted", _keeper(log, tmp_path / "steady")
    for number in range(12):
        _visit(recommender, number)
        keeper = _keeper(log, restarted)
        keeper.follow(recommender, 5)
        if number % 3:
            keeper.close()  # Every third is killed before it saves.
    first = _follow(_keeper(log, restarted), recommender)
    second = _follow(steady, recommender)
    assert first.outcomes == second.outcomes == 12 * 6
    assert np.allclose(first.posterior.mean, second.posterior.mean, atol=1e-12)


def test_what_is_clicked_more_than_predicted_rises_is_logged_and_comes_out_of_its_row_again(tmp_path: Path) -> None:
    log, model = MemoryEventLog(), _model(tmp_path / "model")
    recommender, keeper = _shop(log, model), _keeper(log, tmp_path)
    for number in range(120):
        _visit(recommender, number)
    before = recommender.decide(make_context(session="x"), FOUND)
    assert not any(reason.code == Code.LATELY for item in before.items for reason in item.reasons)
    _follow(keeper, recommender)
    after = recommender.decide(make_context(session="x"), FOUND)
    part = {item.item_id: [r.weight for r in item.reasons if r.code == Code.LATELY] for item in after.items}
    assert part["mat-1"][0] == max(weight for weights in part.values() for weight in weights) > 0.01
    assert difference(after, model) is None
    assert recommender.health["head"] == "726 outcomes"
    switched = replace(make_context(session="x"), explore=False)
    assert recommender.decide(switched, FOUND).default_ids == before.default_ids


def test_beside_another_click_model_it_is_silent_until_it_is_learned_again_from_the_log(tmp_path: Path) -> None:
    log, model, other = MemoryEventLog(), _model(tmp_path / "a"), _model(tmp_path / "b", weight=-2.0)
    recommender, keeper = _shop(log, model), _keeper(log, tmp_path / "heads")
    decision, *_ = [_visit(recommender, number) for number in range(60)]
    _follow(keeper, recommender)
    recommender.serve(LineUp(Served(ranker=other, model_sha=other.sha)))
    assert recommender.health["head"].startswith("waiting")
    silent = recommender.decide(make_context(session="x"), FOUND)
    assert not any(reason.code == Code.LATELY for item in silent.items for reason in item.reasons)
    assert _follow(keeper, recommender).outcomes == 61 * 6
    assert [path.suffix for path in (tmp_path / "heads").iterdir() if path.is_file()] in ([], [".npz"])
    again = ServedFeatures(log, other, 1.0)(decision.decision_id, "stove-1")
    trace = unpack(decision.trace)
    i = int(trace.order[decision.candidate_ids.index("stove-1")])
    assert again is not None
    assert again.phi[1 + PHI_CODES.index(Code.PREDICTED)] == np.float32(other.values(trace.served)[i])


def test_old_events_a_broken_file_and_no_click_model_are_no_trouble(tmp_path: Path) -> None:
    log, model = MemoryEventLog(), _model(tmp_path / "model")
    recommender = _shop(log, model)
    _visit(recommender, 0)
    assert _follow(_keeper(log, tmp_path / "late", NOW + 100 * DAY_S), recommender).outcomes == 0
    keeper = _keeper(log, tmp_path)
    _follow(keeper, recommender)
    keeper.close()
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(b"broken")
    assert _follow(_keeper(log, tmp_path), recommender).outcomes == 6
    recommender.serve(LineUp())
    assert _keeper(log, tmp_path).follow(recommender) == 0


def test_what_was_not_shown_after_all_is_unlearned(tmp_path: Path) -> None:
    log, model = MemoryEventLog(), _model(tmp_path / "model")
    recommender = _shop(log, model)
    decision = recommender.decide(make_context(), FOUND)
    recommender.shown(decision, ())
    head = _follow(_keeper(log, tmp_path), recommender)
    assert head.outcomes == 0
    assert np.allclose(head.posterior.gram, 0.0, atol=1e-9)
    assert np.allclose(head.posterior.covariance, np.eye(PHI_WIDTH) / SETTINGS.head_precision, atol=1e-9)


def test_exploring_fades_with_outcomes_and_comes_back_after_an_alarm() -> None:
    head = BayesianLinearHead(PHI_WIDTH)
    many = replace(head.snapshot(), outcomes=1_000_000 - 1)
    context = make_context("search")
    assert explored_less(SETTINGS, LiveHead(), "known", context) is SETTINGS
    assert explored_less(SETTINGS, LiveHead(head.snapshot()), "known", context) is SETTINGS
    assert explored_less(SETTINGS, LiveHead(many), "known", context).policy_params["gamma"] == pytest.approx(300.0)
    rang = LiveHead(many, alarms=(DriftAlarm("surface search", False, 900, context.now - DAY_S),))
    assert explored_less(SETTINGS, rang, "known", context) is SETTINGS
    greedy = replace(SETTINGS, policy="greedy")
    assert explored_less(greedy, LiveHead(many), "known", context) is greedy
