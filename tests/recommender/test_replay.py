"""Every decision comes out of its own row again, to the last bit, under any mix of rules, pins and switches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.ctr.artifact import load_artifact, save_artifact
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, EventType, Item, SlateItem
from recommender.exploring import Controls
from recommender.features import FEATURES
from recommender.models.predicted import Predicted
from recommender.owner_rules import OwnerRules, read_rule
from recommender.replay import difference, replay_many
from recommender.settings import RecommenderSettings
from recommender.trace import pack, unpack
from tests.recommender.ctr.small import make_logistic, network_bytes, save_logistic
from tests.recommender.serving import serve_model
from tests.recommender.shop import NOW, EventMaker

SHELF = {
    f"item-{i}": Item(f"item-{i}", f"kind-{i % 4}", "all", f"brand-{i % 3}", 1000 + 10 * i, in_stock=i % 7 != 3)
    for i in range(30)
}
FOUND = tuple(Candidate(f"item-{i}", relevance=1 - i / 60, sources=("search",)) for i in range(30))
RULES = OwnerRules(
    rules=tuple(
        read_rule(rule)
        for rule in (
            {"kind": "pin", "id": "1", "item_id": "item-20", "slot": 1},
            {"kind": "bury", "id": "2", "brands": ["brand-1"]},
            {"kind": "exclude", "id": "3", "item_ids": ["item-2"]},
        )
    )
)


def _logistic(folder: Path) -> Path:
    rng = np.random.default_rng(5)
    weights = dict(zip(FEATURES, rng.normal(0, 0.2, len(FEATURES)).tolist(), strict=True))
    save_logistic(folder, make_logistic(weights, intercept=-1.0))
    return folder


def _network(folder: Path) -> Path:
    save_artifact(folder, "network", network_bytes(), base_logit=-1.0, served=True)
    return folder


def _recommender(model: Path | None = None, rules: OwnerRules = RULES, *, learned: bool = True) -> Recommender:
    numbers = count()
    recommender = Recommender(
        SHELF,
        MemoryEventLog(),
        settings=RecommenderSettings(holdout_share=0.3),
        new_id=lambda: f"d{next(numbers)}",
        controls=lambda: Controls(rules, learned),
    )
    if model is not None:
        serve_model(recommender, model)
    return recommender


def _context(turn: int, **changes: object) -> DecisionContext:
    context = DecisionContext("ann", f"visit-{turn % 9}", f"turn-{turn}", "recommend", NOW + turn, seed=7)
    return replace(context, **changes)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(
    turn=st.integers(0, 1000),
    surface=st.sampled_from(["search", "recommend", "goes_with"]),
    k=st.integers(1, 12),
    explore=st.booleans(),
    keep_order=st.booleans(),
    learned=st.booleans(),
    n=st.integers(3, 30),
)
def test_any_decision_comes_out_of_its_row_again(
    turn: int, surface: str, k: int, explore: bool, keep_order: bool, learned: bool, n: int
) -> None:
    recommender = _recommender(learned=learned)
    context = _context(turn, surface=surface, k=k, explore=explore, keep_order=keep_order)
    assert difference(recommender.decide(context, FOUND[:n])) is None


@pytest.mark.parametrize("make", [_logistic, _network])
def test_with_the_models_file_the_features_give_the_same_part_again(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    recommender = _recommender(make(tmp_path))
    decisions = []
    for turn in range(30):
        decisions.append(recommender.decide(_context(turn), FOUND))
        # A history that grows, and once more than nothing in it.
        clicked = decisions[-1].chosen_ids[0]
        recommender.record(EventMaker(NOW + turn)(EventType.CLICK, clicked, f"visit-{turn % 9}", "ann"))
    model = Predicted(load_artifact(tmp_path))
    done: list[int] = []
    report = replay_many(decisions, model, done.append)
    assert (report.tasks, report.matched, report.with_features, report.mismatches) == (30, 30, 30, ())
    assert done == list(range(1, 31))
    assert decisions[0].model_sha == model.sha


def test_features_that_were_changed_afterwards_are_noticed_with_the_model_only(tmp_path: Path) -> None:
    decision = _recommender(_network(tmp_path)).decide(_context(1), FOUND)
    trace = unpack(decision.trace)
    dense = trace.served["dense"].copy()
    dense[0] += 1.0
    forged = replace(decision, trace=pack(replace(trace, served={**trace.served, "dense": dense})))
    assert difference(forged) is None
    assert difference(forged, Predicted(load_artifact(tmp_path))) == "the click model's part"


def _other_item(decision: Decision) -> Decision:
    spare = next(item_id for item_id in decision.candidate_ids if item_id not in decision.chosen_ids)
    first: SlateItem = replace(decision.items[0], item_id=spare)
    return replace(decision, items=(first, *decision.items[1:]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: replace(d, candidate_scores=(*d.candidate_scores[:-1], 0.5)), "the scores"),
        (_other_item, "the chosen items"),
        (lambda d: replace(d, slate_probability=0.5), "the slate's probability"),
        (
            lambda d: replace(d, items=(replace(d.items[0], probability=0.123), *d.items[1:])),
            "the probabilities",
        ),
        (lambda d: replace(d, items=(replace(d.items[0], reasons=()), *d.items[1:])), "the reasons"),
        (lambda d: replace(d, default_ids=d.default_ids[::-1]), "the default slate"),
        (lambda d: replace(d, trace=b""), "it was logged without what it was served with"),
        (lambda d: replace(d, trace=d.trace[:-9]), "What a decision was served with cannot be read"),
        (lambda d: replace(d, candidate_ids=d.candidate_ids[:2]), "its row contradicts itself"),
        (lambda d: replace(d, context=replace(d.context, seed=8)), "the chosen items"),
    ],
)
def test_a_row_that_was_changed_is_noticed(change: object, said: str) -> None:
    decision = _recommender(rules=OwnerRules()).decide(_context(3, session_key="visit-x"), FOUND)
    changed = change(decision)  # type: ignore[operator]
    assert (difference(changed) or "").startswith(said)


def test_mismatches_are_told_with_their_decision() -> None:
    decision = _recommender().decide(_context(4), FOUND)
    report = replay_many([decision, replace(decision, trace=b"")], None, lambda _: None)
    assert (report.tasks, report.matched) == (2, 1)
    assert report.mismatches[0].decision_id == decision.decision_id
