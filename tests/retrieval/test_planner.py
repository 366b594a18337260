"""The cheaper index answers, and whichever answers keeps the contract."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.exact_scan import ExactScan
from retrieval.index import Mask, Rows, Scores, VectorIndex
from retrieval.planner import Costs, PlannedIndex, measure
from tests.contracts.vector_index import VectorIndexContract, unit_vectors

CHEAP_SCAN = Costs(scan_s=0.0, row_s=1e-9, apart_s=1e-9, chroma_s=1.0)
CHEAP_CHROMA = Costs(scan_s=10.0, row_s=1.0, apart_s=1.0, chroma_s=1e-3)


class Asked:
    """An index that keeps what it was asked for, as (k, number of allowed rows or None)."""

    def __init__(self, index: VectorIndex) -> None:
        self.asked: list[tuple[int, int | None]] = []
        self._index = index

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        self.asked.append((k, None if allowed is None else int(allowed.sum())))
        return self._index.search(vector, k, allowed)


class TestWhereTheScanIsCheaper(VectorIndexContract):
    costs = CHEAP_SCAN

    def build(self, vectors: NDArray[np.float32], folder: Path) -> VectorIndex:
        return PlannedIndex(ExactScan.over(vectors), ExactScan.over(vectors), len(vectors), self.costs)


class TestWhereChromaIsCheaper(TestWhereTheScanIsCheaper):
    costs = CHEAP_CHROMA


VECTORS = unit_vectors(400, seed=3)


def _ask(costs: Costs, allowed: Mask | None, k: int = 10) -> tuple[Asked, Asked, tuple[Rows, Scores]]:
    scan, chroma = Asked(ExactScan.over(VECTORS)), Asked(ExactScan.over(VECTORS))
    found = PlannedIndex(scan, chroma, len(VECTORS), costs).search(VECTORS[7], k, allowed)
    return scan, chroma, found


def _mask(n_allowed: int) -> Mask:
    mask = np.zeros(len(VECTORS), np.bool_)
    mask[np.random.default_rng(1).permutation(len(VECTORS))[:n_allowed]] = True
    return mask


@pytest.mark.parametrize(
    ("row_s", "asked"),
    [(1e-5, "scan"), (1e-3, "chroma")],
)
def test_without_a_filter_the_cheaper_one_is_asked(row_s: float, asked: str) -> None:
    scan, chroma, _ = _ask(Costs(0.0, row_s, row_s, chroma_s=0.05), None)
    assert (len(scan.asked), len(chroma.asked)) == ((1, 0) if asked == "scan" else (0, 1))


def test_a_filter_that_allows_everything_is_none() -> None:
    _, chroma, _ = _ask(CHEAP_CHROMA, np.ones(len(VECTORS), np.bool_))
    assert chroma.asked == [(10, None)]


def test_under_a_filter_the_answer_is_exact_while_that_takes_no_time_worth_speaking_of() -> None:
    scan, chroma, _ = _ask(Costs(0.0, row_s=1e-4, apart_s=1e-4, chroma_s=1e-6), _mask(300))
    assert (len(scan.asked), len(chroma.asked)) == (1, 0)


def test_under_a_filter_a_far_cheaper_chroma_is_asked_for_more_and_gives_only_allowed_rows() -> None:
    allowed = _mask(300)
    scan, chroma, (rows, scores) = _ask(CHEAP_CHROMA, allowed)
    assert scan.asked == []
    assert chroma.asked == [(20, None)]
    true = VECTORS @ VECTORS[7]
    assert rows.tolist() == sorted(np.flatnonzero(allowed), key=lambda row: -true[row])[:10]
    assert scores.tolist() == pytest.approx(true[rows].tolist(), abs=1e-5)


def test_where_chroma_gives_too_few_the_scan_answers() -> None:
    allowed = np.ones(len(VECTORS), np.bool_)
    allowed[np.argsort(-(VECTORS @ VECTORS[7]))[:20]] = False
    scan, chroma, (rows, _) = _ask(CHEAP_CHROMA, allowed)
    assert (len(scan.asked), len(chroma.asked), len(rows)) == (1, 1, 10)


def test_a_filter_that_allows_next_to_nothing_is_never_asked_of_chroma() -> None:
    # Chroma would have to give as much as it has.
    costs = Costs(scan_s=0.0, row_s=1.0, apart_s=0.1, chroma_s=0.1)
    scan, chroma, _ = _ask(costs, _mask(2))
    assert (len(scan.asked), len(chroma.asked)) == (1, 0)


def test_costs_are_what_was_timed() -> None:
    now = itertools.count()
    scan, chroma = Asked(ExactScan.over(VECTORS)), Asked(ExactScan.over(VECTORS))
    costs = measure(scan, chroma, VECTORS, clock=lambda: float(next(now)))
    # Every search takes one tick of this clock, so rows cost nothing on top of it.
    assert costs == Costs(scan_s=1.0, row_s=0.0, apart_s=0.0, chroma_s=1.0)
    assert {n for _, n in scan.asked} >= {1, len(VECTORS)}
    assert {n for _, n in chroma.asked} == {None}


def test_rows_far_apart_are_paid_for_one_by_one_until_all_are_cheaper() -> None:
    costs = Costs(scan_s=1.0, row_s=0.1, apart_s=0.4, chroma_s=3.0)
    assert costs.scan(100, 10) == pytest.approx(5.0)
    assert costs.scan(100, 50) == pytest.approx(11.0)
    assert costs.chroma(50) == pytest.approx(3.0)
    assert costs.chroma(400) == pytest.approx(6.0)
