from __future__ import annotations

import numpy as np
import pytest

from recommender.sequences.measures import best_items, ndcg, ranks
from recommender.sequences.stack import (
    DEPTH,
    Candidates,
    candidate_ranks,
    cross_fitted,
    fit_stack,
    gather_candidates,
    joined,
)

N, ITEMS = 300, 150
NAMES = ("good", "noise", "other")


def _scores(seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """One model that knows half of the targets, one that knows nothing, one that knows the other half."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, ITEMS, N)
    scores = [rng.random((N, ITEMS)).astype(np.float32) for _ in NAMES]
    known = np.arange(N) % 2 == 0
    for one, rows in ((scores[0], known), (scores[2], ~known)):
        one[np.flatnonzero(rows), targets[rows]] += 0.5
    return scores, targets


def _candidates(scores: list[np.ndarray]) -> Candidates:
    return gather_candidates(scores, [best_items(one, DEPTH) for one in scores], [False] * len(scores))


def test_the_contributions_add_up_to_the_score() -> None:
    scores, targets = _scores()
    candidates = _candidates(scores)
    stack = fit_stack(NAMES, candidates, targets)
    parts = stack.contributions(candidates)
    assert tuple(parts) == NAMES
    assert sum(parts.values()) == pytest.approx(stack.score(candidates))


def test_it_is_better_than_each_model_where_they_know_different_things() -> None:
    scores, targets = _scores()
    candidates = _candidates(scores)
    figures = cross_fitted(NAMES, candidates, targets, seed=0)
    assert figures.mean() > 1.05 * max(ndcg(ranks(one, targets)).mean() for one in scores)


def test_a_model_that_knows_nothing_gets_little_say() -> None:
    scores, targets = _scores()
    candidates = _candidates(scores)
    parts = fit_stack(NAMES, candidates, targets).contributions(candidates)
    assert np.std(parts["noise"]) < 0.5 * min(np.std(parts["good"]), np.std(parts["other"]))


def test_a_user_never_judges_a_stack_that_learned_from_it() -> None:
    scores, targets = _scores()
    candidates = _candidates(scores)
    half = np.random.default_rng(7).permutation(N) % 2 == 0
    fitted = fit_stack(NAMES, candidates, np.where(half, -1, targets))
    expected = ndcg(candidate_ranks(candidates, fitted.score(candidates), targets))[half]
    assert cross_fitted(NAMES, candidates, targets, seed=7)[half] == pytest.approx(expected)


def test_what_may_not_be_shown_or_is_unknown_is_no_candidate() -> None:
    scores = np.array([[-np.inf, 0.0, 2.0, 1.0]], dtype=np.float32)
    assert _candidates([scores]).items.tolist() == [2, 3]


def test_a_target_that_nobody_listed_has_no_rank_and_ties_count_half() -> None:
    scores = np.array([[0.0, 2.0, 1.0, 1.0]], dtype=np.float32)
    candidates = _candidates([scores])
    total = np.array([3.0, 1.0, 1.0])
    assert candidate_ranks(candidates, total, np.array([0])).tolist() == [np.inf]
    assert candidate_ranks(candidates, total, np.array([1])).tolist() == [1.0]
    assert candidate_ranks(candidates, total, np.array([3])).tolist() == [2.5]


def test_groups_of_users_are_put_after_one_another_as_if_gathered_at_once() -> None:
    scores, _ = _scores()
    both = joined([_candidates([one[:100] for one in scores]), _candidates([one[100:] for one in scores])])
    whole = _candidates(scores)
    for name in ("users", "items", "starts", "parts"):
        assert (getattr(both, name) == getattr(whole, name)).all()


def test_some_models_only_give_what_they_listed_themselves() -> None:
    scores, _ = _scores()
    some, alone = _candidates(scores).by([0, 2]), _candidates([scores[0], scores[2]])
    assert (some.items == alone.items).all()
    assert some.parts == pytest.approx(alone.parts)
