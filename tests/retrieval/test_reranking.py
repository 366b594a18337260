"""The second look at a head: it moves what a model tells apart, and whatever goes wrong leaves the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from retrieval.errors import IndexBroken
from retrieval.index import Scores
from retrieval.reranking import HeadReranker, has_clear_leader

SCORES = np.linspace(0.9, 0.5, 20)
TEXTS = [f"text {number}" for number in range(20)]


class Reader:
    """Scores a text by a function of its number."""

    name = "reader"

    def __init__(self, score: Callable[[int], float]) -> None:
        self._score = score
        self.batches: list[int] = []

    def score(self, query: str, texts: Sequence[str]) -> Scores:
        self.batches.append(len(texts))
        return np.array([self._score(int(text.split()[1])) for text in texts], np.float32)


def head_of(reader: Reader) -> list[int] | None:
    head = HeadReranker(reader, [].append, clock=lambda: 0.0).reorder("words", SCORES, TEXTS)
    return None if head is None else head.places.tolist()


def test_what_the_model_holds_for_right_comes_to_the_top_and_the_rest_keeps_its_order() -> None:
    assert head_of(Reader(lambda number: float(number in (13, 17)))) == [
        13,
        17,
        *(n for n in range(20) if n not in (13, 17)),
    ]


def test_the_order_before_decides_among_what_the_model_holds_for_equal_and_near() -> None:
    assert head_of(Reader(lambda _: 0.4)) == list(range(20))
    slightly = head_of(Reader(lambda number: 1 - 0.01 * number + 0.025 * (number == 6)))
    assert slightly is not None
    assert slightly[:7] == [0, 1, 2, 3, 4, 6, 5]


def test_the_scale_of_a_model_does_not_matter() -> None:
    assert head_of(Reader(lambda n: float(n % 7))) == head_of(Reader(lambda n: 1e-4 * (n % 7) - 8.0))


def test_a_head_says_what_the_model_gave_in_the_old_order() -> None:
    head = HeadReranker(Reader(float), [].append, clock=lambda: 0.0).reorder("words", SCORES, TEXTS)
    assert head is not None
    assert head.scores.tolist() == [float(number) for number in range(20)]


@pytest.mark.parametrize(
    ("scores", "clear"),
    [
        ([0.9, 0.5, 0.45, 0.4], True),
        ([0.9, 0.85, 0.45, 0.4], False),
        ([0.5, 0.5, 0.5], False),
        ([0.9, 0.1], False),
    ],
)
def test_a_clear_leader_is_ahead_by_half_of_the_spread(scores: list[float], clear: bool) -> None:
    assert has_clear_leader(np.array(scores)) is clear


def test_where_a_leader_is_clear_nothing_is_read() -> None:
    reader = Reader(float)
    stage = HeadReranker(reader, [].append)
    assert stage.reorder("AB-123", np.array([0.9, 0.4, 0.35]), TEXTS[:3]) is None
    assert stage.reorder("words", np.array([0.9]), TEXTS[:1]) is None
    assert reader.batches == []


def test_when_the_time_is_over_the_order_stays_and_this_is_said_once() -> None:
    clock = iter([0.0, 0.0, 0.6, 10.0, 10.0, 10.6])
    reader, told = Reader(float), list[str]()
    stage = HeadReranker(reader, told.append, budget_s=0.5, clock=lambda: next(clock))
    assert stage.reorder("words", SCORES, TEXTS) is None
    assert stage.reorder("words", SCORES, TEXTS) is None
    assert reader.batches == [10, 10]
    assert told == ["The cross-encoder reader took longer than 0.5 s; results keep the order they had."]


class Broken(Reader):
    """Fails."""

    def score(self, query: str, texts: Sequence[str]) -> Scores:
        raise IndexBroken("It failed.")


@pytest.mark.parametrize(
    ("reader", "says"),
    [
        (Broken(float), "failed"),
        (Reader(lambda number: float("nan") if number == 3 else 1.0), "one finite number"),
    ],
)
def test_a_model_that_fails_leaves_the_order_and_this_is_said_once(reader: Reader, says: str) -> None:
    told = list[str]()
    stage = HeadReranker(reader, told.append, clock=lambda: 0.0)
    assert stage.reorder("words", SCORES, TEXTS) is stage.reorder("words", SCORES, TEXTS) is None
    assert len(told) == 1
    assert says in told[0]
