"""Two rankers in one slate, through the recommender's own door."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from pydantic import TypeAdapter

from recommender.decide import Recommender, replay
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, Item
from recommender.models.base import Part, RankRequest, without_detail
from recommender.promotion.line_up import LineUp, Served
from recommender.settings import RecommenderSettings
from recommender.stack import FittedStack
from recommender.trace import unpack
from recommender.treatment import RankerChange, Treatment

ITEMS = {
    f"item-{i}": Item(f"item-{i}", f"kind-{i}", None, None, 1000 + i, rating=5 - i / 10, rating_count=99)
    for i in range(20)
}
RANKED = tuple(Candidate(f"item-{i}", relevance=i / 20) for i in range(20))
# By relevance the last item is best, by rating the first.
BY_RATING = RankerChange("greedy", {"search": {"relevant": 0.0, "well_rated": 1.0}})
BY_RELEVANCE = RankerChange("greedy")
MIXED = Treatment({"mix": "a"}, BY_RELEVANCE, BY_RATING, "mix")


def decide(treatment: Treatment | None, turn: int = 0, **changes: object) -> Decision:
    numbers = count()
    recommender = Recommender(ITEMS, MemoryEventLog(), new_id=lambda: f"decision-{next(numbers)}")
    context = DecisionContext("ann", "today", f"turn-{turn}", "search", 1e9, seed=7, query="item", treatment=treatment)
    return recommender.decide(replace(context, **changes), RANKED)  # type: ignore[arg-type]


def test_an_arm_ranks_by_its_own_weights() -> None:
    assert decide(Treatment({"rank": "rating"}, BY_RATING)).chosen_ids[:2] == ("item-0", "item-1")
    relevant = decide(Treatment({"rank": "relevance"}, BY_RELEVANCE))
    assert relevant.chosen_ids[:2] == ("item-19", "item-18")
    assert (relevant.experiments, relevant.policy) == ({"rank": "relevance"}, "greedy/1")


def test_arms_share_the_fitted_weights_except_those_that_they_set() -> None:
    fitted = FittedStack(
        {"search": {**RecommenderSettings().weights["search"], "popular": 0.1, "well_rated": 0.09}}, "x"
    )
    recommender = Recommender(ITEMS, MemoryEventLog())
    recommender.use_stack(fitted)
    context = DecisionContext("ann", "today", "turn", "search", 1e9, seed=7, query="item")

    def weights(change: RankerChange | None) -> dict[str, float]:
        decision = recommender.decide(replace(context, treatment=Treatment({"rank": "arm"}, change)), RANKED)
        trace = unpack(decision.trace)
        return dict(zip(trace.codes, trace.weights.tolist(), strict=True))

    control = weights(None)
    assert (control["popular"], control["well_rated"]) == (0.1, 0.09)
    assert weights(RankerChange("greedy")) == weights(RankerChange(release="release-2")) == control
    assert weights(RankerChange(weights={"search": {"popular": 0.02}})) == {**control, "popular": 0.02}


def test_the_second_ranker_of_a_slate_has_the_fitted_weights_too() -> None:
    settings = RecommenderSettings()
    by_rating = {**settings.weights["search"], "relevant": 0.0, "well_rated": 1.0}
    recommender = Recommender(ITEMS, MemoryEventLog())
    recommender.use_stack(FittedStack({"search": by_rating}, "x"))
    both = Treatment({"mix": "a"}, RankerChange("greedy"), RankerChange(), "mix")
    context = DecisionContext("ann", "today", "turn", "search", 1e9, seed=7, query="item", treatment=both)
    assert recommender.decide(context, RANKED).chosen_ids == (
        "item-0",
        "item-1",
        "item-2",
        "item-3",
        "item-4",
        "item-5",
    )


def test_an_arm_ranks_with_its_release_and_others_with_the_live_one() -> None:
    class Reversed:
        code, version = "predicted", "3"

        def rank(self, request: RankRequest) -> Part:
            return without_detail(np.linspace(1.0, -1.0, len(request.candidates)))

    recommender = Recommender(ITEMS, MemoryEventLog())
    recommender.serve(LineUp(tried={"release-3": Served("release-3", Reversed(), model_sha="abc")}))
    trying = RankerChange("greedy", {"search": {"relevant": 0.0, "predicted": 5.0}}, "release-3")
    context = DecisionContext("ann", "today", "turn", "search", 1e9, seed=7, query="item")
    decisions = [
        recommender.decide(replace(context, treatment=treatment), RANKED)
        for treatment in (None, Treatment({"rank": "new"}, trying), Treatment({}, RankerChange(release="release-9")))
    ]
    assert [decision.policy_version for decision in decisions] == ["", "release-3", ""]
    assert decisions[1].chosen_ids[0] == "item-0"
    assert decisions[1].model_sha == "abc"


def test_both_rankers_share_the_slate_and_the_log_says_whose_each_slot_is() -> None:
    decision = decide(MIXED)
    teams = decision.experiments["mix"]
    of_a = [item_id for item_id, team in zip(decision.chosen_ids, teams, strict=True) if team == "A"]
    of_b = [item_id for item_id, team in zip(decision.chosen_ids, teams, strict=True) if team == "B"]
    assert of_a == ["item-19", "item-18", "item-17"]
    assert of_b == ["item-0", "item-1", "item-2"]
    assert decision.policy == "team_draft/1"


def test_probabilities_are_recomputed_from_the_kept_row_to_the_last_bit() -> None:
    adapter = TypeAdapter(Decision)
    for turn in range(20):
        decision = decide(MIXED, turn)
        kept = adapter.validate_json(adapter.dump_json(decision))
        assert kept == decision
        assert replay(kept) == tuple(item.probability for item in decision.items)


def test_probabilities_are_the_frequencies_over_turns() -> None:
    first = [decide(MIXED, turn).chosen_ids[0] for turn in range(300)]
    assert np.mean([item_id == "item-19" for item_id in first]) == pytest.approx(0.5, abs=0.1)
    assert decide(MIXED).items[0].probability == 0.5


@pytest.mark.parametrize("changes", [{"keep_order": True}, {"explore": False}])
def test_nothing_is_mixed_where_nothing_may_be_tried(changes: dict[str, bool]) -> None:
    decision = decide(MIXED, **changes)
    assert decision.policy == "greedy/1"
    assert decision.experiments == {}


def test_an_old_row_without_experiments_still_loads() -> None:
    adapter = TypeAdapter(Decision)
    row = adapter.dump_python(decide(None), mode="json")
    del row["experiments"], row["context"]["treatment"]
    assert adapter.validate_python(row).experiments == {}
