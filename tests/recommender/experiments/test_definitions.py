"""Definitions: what cannot work is refused before anybody is in it, with a sentence that says what to change."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from recommender.errors import ExperimentWrong
from recommender.experiments.definitions import Layer, RankerSets, Sets, check_beside, read_experiment
from recommender.settings import RecommenderSettings
from tests.recommender.experiments.some import an_experiment

GIVEN: dict[str, Any] = {
    "name": "cards",
    "hypothesis": "Fewer cards are easier to choose from.",
    "arms": [{"name": "six", "share": 0.5}, {"name": "three", "share": 0.5, "sets": {"slate_size": 3}}],
}
INTERLEAVING = {
    "kind": "interleaving",
    "arms": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "sets": {"ranker": {"policy": "greedy"}}}],
}


def read(**changed: Any) -> Any:
    return read_experiment(json.dumps({**GIVEN, **changed}))


def test_a_short_definition_is_enough() -> None:
    experiment = read()
    assert experiment.knobs == {"slate_size"}
    assert experiment.arm("three").sets.slate_size == 3
    assert [guard.metric for guard in experiment.guards] == ["hand_over", "latency"]
    assert read(**INTERLEAVING).knobs == {"ranker"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"colour": "red"}, "colour cannot be used: Extra inputs"),
        ({"name": "Cards!"}, "name cannot be used"),
        ({"hypothesis": "more"}, "hypothesis cannot be used"),
        ({"arms": [GIVEN["arms"][0], GIVEN["arms"][0]]}, "two arms have the same name"),
        ({"arms": [GIVEN["arms"][0], {"name": "three", "share": 0.4}]}, "add up to 1"),
        ({"arms": [{"name": "a", "share": 0.5, "sets": {"slate_size": 99}}]}, "slate_size cannot be used"),
        ({"arms": [{"name": "a", "share": 0.5, "sets": {"ranker": {"policy": "best"}}}]}, "no policy 'best', only"),
        ({"arms": [{"name": "a", "share": 0.5, "sets": {"ranker": {"weights": {"x": {}}}}}]}, "no surface 'x'"),
        (
            {"arms": [{"name": "a", "share": 0.5, "sets": {"ranker": {"weights": {"search": {"luck": 1}}}}}]},
            "no part 'luck'",
        ),
        ({"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, "end after it starts"),
        ({"starts_at": "2026-01-02T00:00:00"}, "starts_at cannot be used"),
        ({"layer": {"name": "x", "start": 0.5, "end": 0.5}}, "end must be above its start"),
        ({"guards": [{"metric": "latency", "limit": 1}, {"metric": "latency", "limit": 2}]}, "guarded twice"),
        ({"kind": "interleaving"}, "both set nothing but the ranker"),
        (
            {
                **INTERLEAVING,
                "arms": [
                    {"name": "a", "share": 0.5},
                    {"name": "b", "share": 0.5, "sets": {"ranker": {"release": 3}}},
                ],
            },
            "share one click model",
        ),
        ({**INTERLEAVING, "metric": "revenue"}, "counts click, cart or order"),
        ({**INTERLEAVING, "arms": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]}, "must differ"),
    ],
)
def test_what_cannot_work_is_refused(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ExperimentWrong, match=sentence):
        read(**changed)


def test_no_json_is_told_with_its_line() -> None:
    with pytest.raises(ExperimentWrong, match="line 2"):
        read_experiment("{\n oops")


def test_experiments_that_set_the_same_thing_must_be_kept_apart() -> None:
    one, two = an_experiment("one"), an_experiment("two")
    with pytest.raises(ExperimentWrong, match="both set slate_size"):
        check_beside(two, [one])
    check_beside(an_experiment("other", sets=Sets(first="question")), [one])
    halves = [Layer(name="cards", start=start, end=start + 0.5) for start in (0.0, 0.5)]
    check_beside(an_experiment("two", layer=halves[1]), [an_experiment("one", layer=halves[0])])
    with pytest.raises(ExperimentWrong, match="parts that do not overlap"):
        check_beside(an_experiment("two", layer=Layer(name="else", end=0.5)), [an_experiment("one", layer=halves[1])])


def test_it_is_on_between_its_dates() -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 1, day, tzinfo=UTC)

    experiment = an_experiment(starts_at=at(2), ends_at=at(4))
    assert [experiment.is_on(at(day)) for day in (1, 2, 3, 4)] == [False, True, True, False]


def test_an_arms_ranker_changes_only_what_it_names() -> None:
    own = RecommenderSettings()
    tuned = RankerSets(weights={"search": {"popular": 0.5}}).change.applied(own)
    assert tuned.weights["search"]["popular"] == 0.5
    assert tuned.weights["search"]["for_you"] == own.weights["search"]["for_you"]
    assert tuned.weights["recommend"] == own.weights["recommend"]
    assert tuned.policy == own.policy
    assert RankerSets(policy="greedy").change.applied(own).policy == "greedy"
    assert RankerSets(release=3).change.release == "release-3"


def test_an_experiment_names_the_releases_that_it_needs() -> None:
    assert an_experiment(sets=Sets(ranker=RankerSets(release=3))).releases == {3}
    assert an_experiment().releases == frozenset()
