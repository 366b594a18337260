"""The examples of the two how-to pages run, and pass what they ask of others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recommender.models
import recommender.policies
from recommender.decide import Recommender, replay
from recommender.event_log import MemoryEventLog
from recommender.fusion import score
from recommender.models.base import Ranker
from recommender.models.relevance import Relevance
from recommender.policies.base import Policy
from recommender.reasons import Code
from recommender.settings import RecommenderSettings
from tests.contracts.policy import PolicyContract
from tests.recommender.shop import ALL, ITEMS, make_context, make_request, make_state

DOCS = Path(__file__).parents[2] / "docs"


def _example(page: str, name: str) -> Callable[[], Any]:
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(code, page, "exec"), namespace)
    made: Callable[[], Any] = namespace[name]
    return made


def test_the_example_model_becomes_a_part_of_the_score() -> None:
    ranker: Ranker = _example("add-ranking-model.md", "MuchReviewed")()
    weights = {"search": {Code.RELEVANT: 1.0, ranker.code: 0.1}}
    request = make_request(make_state(()), ALL, make_context("search"))
    settings = RecommenderSettings(weights=weights)
    scored = score(replace(request, settings=settings), [Relevance(), ranker])
    # 100 reviews of tent-1: a tenth of log10(101) / 3.
    assert scored.scores[list(ITEMS).index("tent-1")] == pytest.approx(0.1 * np.log10(101) / 3)
    assert scored.reasons(list(ITEMS).index("tent-1"))[0].code == "much_reviewed"


class TestExamplePolicy(PolicyContract):
    @pytest.fixture
    def policy(self, monkeypatch: pytest.MonkeyPatch) -> Policy:
        make = _example("add-bandit-policy.md", "FirstFew")
        listed = dict(recommender.policies.POLICIES) | {"first_few": make}
        monkeypatch.setattr(recommender.policies, "POLICIES", listed)
        monkeypatch.setattr("tests.contracts.policy.POLICIES", listed)
        made: Policy = make()
        return made

    def test_it_decides_once_the_settings_name_it(self, policy: Policy) -> None:
        settings = RecommenderSettings(policy="first_few")
        decision = Recommender(dict(ITEMS), MemoryEventLog(), settings=settings).decide(make_context(), ALL)
        assert decision.policy == policy.name
        assert replay(decision) == tuple(item.probability for item in decision.items)


def test_the_pages_name_files_that_exist() -> None:
    root = DOCS.parent
    for page in ("add-ranking-model.md", "add-bandit-policy.md"):
        named = re.findall(r"`((?:recommender|tests)/[\w/]+\.py)`", (DOCS / page).read_text(encoding="utf-8"))
        assert named
        assert [path for path in named if not (root / path).exists()] == []
