"""The comparison of filtered searches counts what came and what should have come; it looks at no clock here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.bench import filters
from retrieval.bench.clusters import DIM, draw_queries, write_clusters
from retrieval.bench.filters import SELECTIVITIES, ChromaWhere, compare_filters
from retrieval.bench.machine import load_average, mapped_mb, package_versions, resident_mb
from retrieval.errors import IndexBroken
from retrieval.exact_scan import ExactScan
from retrieval.index import Mask, Rows, Scores


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_clusters(tmp_path / "vectors.npy", 600, seed=3)
    return tmp_path / "vectors.npy"


def test_both_are_measured_at_each_selectivity_and_over_the_items(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "CURVE_SIZES", (200, 10_000))
    told: list[str] = []
    figures = compare_filters(
        source, tmp_path, n_queries=3, k=10, progress=lambda what, _done, _total: told.append(what)
    )
    assert (figures.items, figures.k, figures.queries) == (600, 10, 3)
    assert tuple(one.selectivity for one in figures.filtered) == SELECTIVITIES
    assert figures.unfiltered.selectivity == 1
    for one in (*figures.filtered, figures.unfiltered):
        assert one.ours.recall == 1
        assert one.chroma is not None
        assert one.chroma.recall > 0.9
        assert one.times_faster == one.chroma.p50_ms / one.ours.p50_ms
        assert one.ours.p50_ms <= one.ours.p95_ms
        assert one.times_faster_interval is not None
        assert one.times_faster_interval[0] <= one.times_faster <= one.times_faster_interval[1]
    assert {(point.items, point.selectivity) for point in figures.curve} == {
        (n, selectivity) for n in (200, 600) for selectivity in (*SELECTIVITIES, 1.0)
    }
    assert all(point.chroma_ms is not None for point in figures.curve)
    assert figures.costs is not None
    assert set(told) == {"loading Chroma", "searching", "checking"}


def test_chroma_and_the_curve_can_be_left_out(source: Path, tmp_path: Path) -> None:
    figures = compare_filters(source, tmp_path, n_queries=2, k=10, chroma_items=0, with_curve=False)
    assert all(one.chroma is None and one.times_faster is None for one in (*figures.filtered, figures.unfiltered))
    assert figures.costs is None
    assert [point.items for point in figures.curve] == [600] * 5


def test_a_row_that_is_missed_costs_recall(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(ExactScan):
        def search(self, vector: object, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
            rows, scores = super().search(vector, k, allowed)  # type: ignore[arg-type]
            return rows[1:], scores[1:]

    monkeypatch.setattr(filters, "ExactScan", Forgetful)
    figures = compare_filters(source, tmp_path, n_queries=4, k=10, chroma_items=0, with_curve=False)
    assert [one.ours.recall for one in figures.filtered] == pytest.approx([0.0, 5 / 6, 0.9, 0.9])


def _unit(rows: int, dim: int = 8) -> NDArray[np.float32]:
    return np.full((rows, dim), dim**-0.5, np.float32)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (_unit(4).astype(np.float64), "other.npy holds no vectors.*4 × 8 of float64"),
        (_unit(4)[0], "holds no vectors.*8 of float32"),
        (_unit(4)[:0], "holds no vectors"),
        (_unit(4) * 3, "not of length 1"),
        (_unit(4) * np.nan, "not of length 1"),
    ],
)
def test_a_file_of_something_else_is_broken(tmp_path: Path, made: NDArray[np.float32], told: str) -> None:
    np.save(tmp_path / "other.npy", made)
    with pytest.raises(IndexBroken, match=told):
        compare_filters(tmp_path / "other.npy", tmp_path, chroma_items=0)


@pytest.mark.parametrize("kept", [0, 3, 100, 200])
def test_a_file_that_is_cut_off_is_broken(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "cut.npy"
    np.save(file, _unit(40))
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(IndexBroken, match=r"cut.npy is no .npy file, or is cut off"):
        compare_filters(file, tmp_path, chroma_items=0)


def test_chroma_filters_by_its_own_metadata(source: Path, tmp_path: Path) -> None:
    vectors, column = np.load(source), np.random.default_rng(2).permutation(600)
    rival = ChromaWhere(tmp_path / "chroma", vectors, column, lambda *_: None)
    rows = rival.search(vectors[5], 10, 40)
    allowed = np.flatnonzero(column < 40)
    assert rows.tolist() == allowed[np.argsort(-(vectors[allowed] @ vectors[5]))][:10].tolist()
    assert rival.search(vectors[5], 1, None).tolist() == [5]
    rival.index.close()


def test_made_up_vectors_are_unit_vectors_in_clusters_and_the_same_for_a_seed(tmp_path: Path, source: Path) -> None:
    write_clusters(tmp_path / "again.npy", 600, seed=3)
    vectors = np.load(source)
    assert np.array_equal(vectors, np.load(tmp_path / "again.npy"))
    assert vectors.shape == (600, DIM)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    nearest = np.sort(vectors @ vectors.T, axis=1)[:, -10:-1]
    assert nearest.mean() > 0.6
    assert abs((vectors @ vectors.T).mean()) < 0.2
    queries = draw_queries(vectors, 7, seed=1)
    assert queries.shape == (7, DIM)
    assert (queries @ vectors.T).max(axis=1).min() > 0.8


def test_what_a_measurement_is_read_beside(tmp_path: Path) -> None:
    assert set(package_versions()) == {"numpy", "simsimd", "chromadb"}
    for number in (load_average(), resident_mb(), mapped_mb([tmp_path])):
        assert number is None or number >= 0
