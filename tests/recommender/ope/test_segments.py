"""The groups that a new ranking must not harm: by what was known of a request before anything was drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, DecisionContext, Item
from recommender.ope.bench import GOOD_OPERATIONS
from recommender.ope.from_log import Rescored, build
from recommender.ope.gate import judge
from recommender.ope.plan import frozen_plan
from tests.recommender.ope.logs import drawn, same_table
from tests.recommender.shop import NOW

ITEMS = {f"{kind}-{i}": Item(f"{kind}-{i}", kind, None, None, 1000, in_stock=True) for i in range(5) for kind in "ab"}


def test_groups_are_shoppers_surface_stream_locale_device_and_class() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog())
    context = DecisionContext("ann", "visit", "turn", "search", NOW, seed=1, query="x", k=2)
    made = []
    for device, locale, mostly in (("phone", "en_US", "a"), ("desktop", "de_DE", "b"), ("", "", "b")):
        ids = [item_id for item_id in ITEMS if item_id[0] == mostly or item_id.endswith("-0")]
        asked = replace(context, device=device, locale=locale, session_key=f"visit-{device}")
        made.append(recommender.decide(asked, [Candidate(item_id, relevance=0.9) for item_id in ids]))
    rescored = [Rescored(one, np.array(one.candidate_scores), np.array(one.candidate_scores)) for one in made]
    classes = {item_id: f"kind {item_id[0]}" for item_id in ITEMS}
    compared = build(rescored, {}, now=NOW, policy="inverse_gap", classes=classes)
    found = {name: rows.tolist() for name, rows in compared.log.segments.items()}
    assert found == {
        "locale de_DE": [False, True, False],
        "locale en_US": [True, False, False],
        "device desktop": [False, True, False],
        "device phone": [True, False, False],
        "class kind a": [True, False, False],
        "class kind b": [False, True, True],
        "surface search": [True, True, True],
        "shoppers new": [True, True, True],
        "stream live": [True, True, True],
    }


def test_many_groups_in_which_nothing_changes_refuse_nothing() -> None:
    """Each of 100 groups alone would seem to lose surely in about two of a hundred logs."""
    log, refused = drawn([0.5, 0.5], [0.3, 0.3], 20_000, seed=1), 0
    for seed in range(5):
        groups = np.random.default_rng(seed).integers(20, size=(5, log.n))
        segments = {f"{way} {group}": groups[way] == group for way in range(5) for group in range(20)}
        verdict = judge(
            replace(log, segments=segments), same_table(log, (0.3, 0.7)), GOOD_OPERATIONS, frozen_plan(), seed=1
        )
        refused += not verdict.checks[6].passed
    assert refused == 0
