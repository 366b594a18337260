"""The additive ranker: learns what tells the wanted apart, adds up, comes back from its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import IndexBroken
from retrieval.learned.ranker import Judged, LinearRanker, fit

_NAMES = ("telling", "noise")


def _queries(n: int = 40, seed: int = 0) -> list[Judged]:
    """The wanted candidate has the highest value of the first feature; the second says nothing."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        features = rng.normal(size=(8, 2))
        gains = np.zeros(8)
        gains[np.argmax(features[:, 0])] = 7.0
        made.append(Judged(features, gains))
    return made


def test_it_learns_what_tells_the_wanted_apart() -> None:
    ranker = fit(_NAMES, _queries(), l2=0.01)
    assert ranker.weights[0] > 10 * abs(ranker.weights[1])
    right = [np.argmax(ranker.score(query.features)) == np.argmax(query.gains) for query in _queries(seed=1)]
    assert np.mean(right) > 0.9


def test_what_may_only_rise_does_not_fall() -> None:
    upside_down = [Judged(-query.features, query.gains) for query in _queries()]
    assert fit(_NAMES, upside_down, l2=0.01).weights[0] < -1
    assert fit(_NAMES, upside_down, l2=0.01, rising=_NAMES).weights[0] == 0.0


def test_a_query_of_no_weight_teaches_nothing() -> None:
    queries = _queries()
    misleading = [Judged(-query.features, query.gains) for query in queries]
    weights = np.array([1.0] * len(queries) + [0.0] * len(misleading))
    with_them = fit(_NAMES, [*queries, *misleading], weights=weights, l2=0.01)
    assert np.argmax(with_them.score(queries[0].features)) == np.argmax(queries[0].gains)


def test_without_a_query_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="no query"):
        fit(_NAMES, [], l2=0.01)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=2))
def test_contributions_add_up_to_the_score(values: list[float]) -> None:
    ranker = LinearRanker(_NAMES, np.array([2.0, -1.0]), np.array([0.5, 0.0]), np.array([2.0, 1.0]))
    features = np.array([values])
    assert ranker.contributions(features)[0] == pytest.approx([values[0] - 0.5, -values[1]])
    assert ranker.score(features)[0] == pytest.approx(ranker.contributions(features).sum())


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    ranker = fit(_NAMES, _queries(), l2=0.01)
    ranker.save(tmp_path / "ranker.json", {"n_queries": 40})
    again = LinearRanker.load(tmp_path / "ranker.json", {"telling", "noise", "another"})
    features = _queries(1)[0].features
    assert (again.score(features) == ranker.score(features)).all()
    assert json.loads((tmp_path / "ranker.json").read_text())["about"] == {"n_queries": 40}


@pytest.mark.parametrize("content", ["", "[]", '{"names": ["telling"]}'], ids=["empty", "a list", "no numbers"])
def test_a_damaged_file_is_reported(tmp_path: Path, content: str) -> None:
    (tmp_path / "ranker.json").write_text(content)
    with pytest.raises(IndexBroken, match="aisle import"):
        LinearRanker.load(tmp_path / "ranker.json", _NAMES)


def test_a_ranker_of_unknown_features_is_reported(tmp_path: Path) -> None:
    fit(_NAMES, _queries(), l2=0.01).save(tmp_path / "ranker.json", {})
    with pytest.raises(IndexBroken, match="another version"):
        LinearRanker.load(tmp_path / "ranker.json", {"telling"})
