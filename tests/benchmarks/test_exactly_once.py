"""The benchmark of a million events, small: real kills, exact counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.exactly_once import make_stream, run


def test_counts_stay_exact_over_repeats_disorder_and_kills(tmp_path: Path) -> None:
    report = run(20_000, 2, 7, tmp_path)
    assert report.exact
    assert report.same_bits
    assert (report.kills, report.starts, report.repeated) == (2, 3, 4000)
    assert report.impressions > 10_000
    assert report.clicks > 2_000


def test_a_fifth_is_repeated_and_a_twentieth_moved() -> None:
    stream = make_stream(10_000, 1)
    assert len(stream.places) == 10_000
    assert len(set(stream.places.tolist())) == 8000
    assert stream.disordered == pytest.approx(400, abs=60)
    assert stream.clicks.sum() < (np.bincount(stream.is_click)[1])
