"""Every model of the table: what it must find on data whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recommender.errors import ModelNotFitted, TooManyItems
from recommender.sequences.base import SequenceModel
from recommender.sequences.content import Content
from recommender.sequences.data import from_lists
from recommender.sequences.linear import MAX_ITEMS, Ease
from recommender.sequences.pairs import ITEM_KNN, Pairs, PairSettings, count_pairs
from recommender.sequences.popularity import Popularity, Random
from tests.recommender.sequences.toy import N_ITEMS, ring

ATTRIBUTES = sparse.csr_matrix(np.eye(N_ITEMS, dtype=np.float32))
MODELS: dict[str, SequenceModel] = {
    "popularity": Popularity(),
    "markov": Pairs(PairSettings()),
    "item-knn": Pairs(ITEM_KNN),
    "ease": Ease(),
    "content": Content(ATTRIBUTES),
}


@pytest.mark.parametrize("name", MODELS)
def test_scores_have_a_row_per_user_and_do_not_depend_on_company(name: str) -> None:
    data = ring()
    model = MODELS[name].refresh(data)
    some = np.array([3, 1])
    together = model.score(data)
    assert together.shape == (data.n_users, N_ITEMS)
    assert model.score(data.part(some)) == pytest.approx(together[some], rel=1e-5)


@pytest.mark.parametrize("name", ["markov", "content"])
def test_a_model_asked_before_it_learned_says_so(name: str) -> None:
    fresh = {"markov": Pairs(PairSettings()), "content": Content(ATTRIBUTES)}[name]
    with pytest.raises(ModelNotFitted):
        fresh.score(ring())


def test_markov_knows_what_follows() -> None:
    data = ring()
    scores = Pairs(PairSettings()).refresh(data).score(data)
    scores[data.users, data.items] = -np.inf
    assert scores.argmax(axis=1).tolist() == ((data.from_end(1) + 1) % N_ITEMS).tolist()


def test_pairs_count_by_distance_and_never_an_item_with_itself() -> None:
    counts = count_pairs(from_lists([[0, 1, 2], [1, 0], [2, 2]], 3), window=2, decay=0.5).toarray()
    assert counts.tolist() == [[0, 1, 0.5], [1, 0, 1], [0, 0, 0]]


def test_pairs_do_not_reach_from_one_user_to_the_next() -> None:
    assert count_pairs(from_lists([[0], [1], [2]], 3), window=2, decay=1).nnz == 0


def test_item_knn_is_the_cosine_of_who_took_what() -> None:
    data = from_lists([[0, 1], [0, 1], [0, 2]], 3)
    took = data.matrix().toarray()
    cosine = took.T @ took / np.sqrt(np.outer(took.sum(axis=0), took.sum(axis=0)))
    scores = Pairs(ITEM_KNN).refresh(data).score(from_lists([[0]], 3))
    assert scores[0, 1:] == pytest.approx(cosine[0, 1:])


def test_ease_is_its_closed_form() -> None:
    data = ring(seed=3)
    took = data.matrix().toarray().astype(np.float64)
    inverse = np.linalg.inv(took.T @ took + 5.0 * np.eye(N_ITEMS))
    weights = np.eye(N_ITEMS) - inverse / np.diag(inverse)
    assert np.diag(weights) == pytest.approx(0, abs=1e-12)
    scores = Ease(ridge=5.0, recency=1.0).refresh(data).score(data)
    assert scores == pytest.approx(took @ weights, abs=1e-4)


def test_ease_refuses_what_it_could_not_solve() -> None:
    with pytest.raises(TooManyItems, match="Leave it out"):
        Ease().refresh(from_lists([[0, 1, 2]], MAX_ITEMS + 1))


def test_recent_popularity_forgets() -> None:
    data = from_lists([[0, 1], [0, 1], [0, 2]], 3)
    assert Popularity().refresh(data).score(data)[0].tolist() == [3, 2, 1]
    assert Popularity(decay=0.5).refresh(data).score(data)[0].tolist() == [1.5, 2, 1]


def test_content_finds_what_nobody_took_yet() -> None:
    attributes = sparse.csr_matrix(np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32))
    scores = Content(attributes).refresh(from_lists([[0, 1]], 3)).score(from_lists([[0]], 3))
    assert scores[0, 2] > scores[0, 1] == 0


def test_random_repeats_with_its_seed() -> None:
    data = ring()
    assert (Random(1).score(data) == Random(1).score(data)).all()
    assert (Random(1).score(data) != Random(2).score(data)).any()
