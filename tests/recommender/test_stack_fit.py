"""Weights are found where the truth is known, stay where the log says nothing, and serve only if later slates agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.data.settings import Windows
from recommender.decide import Recommender
from recommender.errors import ArtifactBroken, NotEnoughEvents
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Event, EventType
from recommender.item_table import FloatArray, IntArray
from recommender.reasons import Code
from recommender.settings import RECOMMEND_WEIGHTS, SEARCH_WEIGHTS, RecommenderSettings
from recommender.stack import STACK_FILE, load_stack, save_stack, within_limits
from recommender.stack_fit import Slates, collect_slates, fit_stack, fit_weights, judge
from tests.recommender.shop import ALL, ITEMS, make_context
from tests.recommender.simulator import World, make_items

CODES = (Code.RELEVANT, Code.POPULAR, Code.FOR_YOU, Code.WELL_RATED)


def _made(
    truth: FloatArray, n: int, *, seed: int = 1, k: int = 6, scale: float = 4.0, shoppers: IntArray | None = None
) -> Slates:
    """Slates whose shoppers choose by known weights, and look less at later places."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 1, (n * k, len(truth)))
    places = np.tile(np.arange(k), n)
    utilities = (scale * values @ truth - 0.3 * places).reshape(n, k)
    noise = rng.gumbel(size=(n, k))
    taken = np.zeros((n, k))
    taken[np.arange(n), np.argmax(utilities + noise, axis=1)] = 1.0
    every_minute = 60.0 * np.arange(n)
    own = np.arange(n) if shoppers is None else shoppers
    return Slates(
        CODES, values, np.zeros(n * k), places, np.repeat(np.arange(n), k), taken.reshape(-1), every_minute, own
    )


def _own(weights: dict[str, float]) -> FloatArray:
    return np.array([weights[code] for code in CODES])


def test_the_true_weights_are_found() -> None:
    settings = dict(RECOMMEND_WEIGHTS)
    truth = np.array([settings[Code.RELEVANT], 0.9, 0.1, 0.3])
    fitted = fit_weights(_made(truth, 6000), _own(settings))
    assert fitted == pytest.approx(truth / max(1.0, truth[1:].sum() / _own(settings)[1:].sum()), abs=0.15)
    assert fitted[1] > fitted[3] > fitted[2]


def test_without_a_word_from_the_log_the_settings_stay() -> None:
    own = _own(dict(RECOMMEND_WEIGHTS))
    assert fit_weights(_made(own, 5), own) == pytest.approx(own, abs=0.15)


@pytest.mark.parametrize("seed", range(3))
def test_limits_hold_whatever_the_log_says(seed: int) -> None:
    own = _own(dict(SEARCH_WEIGHTS))
    truth = np.random.default_rng(seed).normal(0, 2, len(CODES))
    fitted = dict(zip(CODES, fit_weights(_made(truth, 400, seed=seed), own), strict=True))
    assert within_limits("search", fitted, RecommenderSettings())
    assert fitted[Code.RELEVANT] == SEARCH_WEIGHTS[Code.RELEVANT]


def test_better_weights_pass_and_those_that_are_no_better_do_not() -> None:
    settings = RecommenderSettings()
    better = judge("recommend", _made(np.array([1.0, 1.2, 0.0, 0.0]), 3000), settings, seed=1)
    assert better.kept
    assert better.losses["fitted"] < better.losses["settings"]
    assert better.losses["fitted"] <= better.losses[better.best_single]
    same = judge("recommend", _made(_own(dict(RECOMMEND_WEIGHTS)), 1500), settings, seed=1)
    assert not same.kept


def test_slates_of_few_shoppers_are_few_witnesses() -> None:
    """The same slates and the same gain: of 3,000 shoppers it is sure, of the same two not."""
    truth, settings = np.array([1.0, 1.2, 0.0, 0.0]), RecommenderSettings()
    many = judge("recommend", _made(truth, 3000), settings, seed=1)
    few = judge("recommend", _made(truth, 3000, shoppers=np.arange(3000) % 2), settings, seed=1)
    assert few.gain == many.gain
    assert few.gain_low != many.gain_low
    # The last half hour before the cut is in neither part: 900 of 3,000 slates, one a minute, less 30.
    assert many.slates == 870


def test_what_comes_after_its_window_is_no_interest_in_the_slate() -> None:
    log = MemoryEventLog()
    recommender = Recommender(dict(ITEMS), log)
    decision = recommender.decide(make_context(), ALL)
    taken, late = decision.chosen_ids[:2]
    for item_id, delay_s in ((taken, 60.0), (late, Windows().click_s + 60.0)):
        log.append_event(
            Event(
                event_id=f"click-{item_id}",
                type=EventType.CLICK,
                item_id=item_id,
                shopper_key=decision.context.shopper_key,
                session_key=decision.context.session_key,
                at=decision.context.now + delay_s,
                decision_id=decision.decision_id,
            )
        )
    found = collect_slates(log)["recommend"]
    assert found.taken.tolist() == [1.0, *[0.0] * (len(decision.chosen_ids) - 1)]


def test_one_model_that_knows_all_is_never_beaten_by_a_stack_that_is_worse() -> None:
    # All that matters is an opinion that the limits of a search do not let lead.
    verdict = judge("search", _made(np.array([0.0, 1.0, 0.0, 0.0]), 2000), RecommenderSettings(), seed=1)
    assert verdict.best_single == Code.POPULAR
    assert not verdict.kept


def test_slates_are_read_from_what_was_served() -> None:
    items, log = make_items(), MemoryEventLog()
    recommender, world = Recommender(items, log), World(items, seed=1)
    for _ in range(60):
        world.visit(recommender)
    found = collect_slates(log)["recommend"]
    assert found.n > 10
    assert np.bincount(found.slate, found.taken) == pytest.approx(np.ones(found.n))
    with pytest.raises(NotEnoughEvents, match="300 slates"):
        fit_stack(log, RecommenderSettings(), seed=1)


def test_what_was_not_shown_as_chosen_is_left_out() -> None:
    items, log = make_items(), MemoryEventLog()
    recommender, world = Recommender(items, log), World(items, seed=1)
    for _ in range(40):
        world.visit(recommender)
    for _, decision in log.decisions():
        log.append_shown(decision.decision_id, decision.chosen_ids[1:])
    assert collect_slates(log) == {}


def test_fitted_weights_come_back_and_serve(tmp_path: Path) -> None:
    weights = {"recommend": {**RECOMMEND_WEIGHTS, Code.POPULAR: 0.6, Code.FOR_YOU: 0.4}}
    saved = save_stack(tmp_path, weights)
    stack = load_stack(tmp_path, RecommenderSettings())
    assert stack == saved
    recommender = Recommender(dict(ITEMS), MemoryEventLog())
    before = recommender.decide(make_context(), ALL)
    recommender.use_stack(stack)
    after = recommender.decide(replace(make_context(), turn_id="next"), ALL)
    assert before.model != after.model
    assert recommender.health["weights"].startswith("fitted")
    searched = replace(make_context("search", query="tent"), turn_id="third")
    with_stack = recommender.decide(searched, (Candidate("tent-1", 0.9),))
    recommender.use_stack(None)
    assert recommender.decide(searched, (Candidate("tent-1", 0.9),)).model == with_stack.model


@pytest.mark.parametrize(
    "weights",
    [
        {"search": {**SEARCH_WEIGHTS, Code.POPULAR: 0.5}},
        {"search": {**SEARCH_WEIGHTS, Code.RELEVANT: 0.5}},
        {"recommend": {**RECOMMEND_WEIGHTS, Code.POPULAR: -0.1}},
        {"nowhere": {}},
        {"search": {"made_up": 0.0}},
    ],
)
def test_weights_outside_the_limits_are_refused(tmp_path: Path, weights: dict[str, dict[str, float]]) -> None:
    save_stack(tmp_path, weights)
    with pytest.raises(ArtifactBroken):
        load_stack(tmp_path, RecommenderSettings())


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    save_stack(tmp_path, {"search": dict(SEARCH_WEIGHTS)})
    file = tmp_path / STACK_FILE
    file.write_text(file.read_text().replace("0.05", "0.04"))
    with pytest.raises(ArtifactBroken, match="not those"):
        load_stack(tmp_path, RecommenderSettings())
    file.write_text("{")
    with pytest.raises(ArtifactBroken, match="damaged"):
        load_stack(tmp_path, RecommenderSettings())
    file.unlink()
    assert load_stack(tmp_path, RecommenderSettings()) is None
