"""The head reads the goals of a dialogue better than words alone, and the course of a dialogue is heeded."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.encoder import load_encoder
from tests.benchmarks import dialogue_goals as bench


@pytest.mark.datasets
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not bench.DATASETS.is_dir(), reason="../shared/datasets is absent")
def test_goals_are_read_better_than_by_words_alone() -> None:
    figures = bench.measure(load_encoder(), seeds=(0,))

    assert figures.ours >= 0.549 + 0.05
    assert figures.gain_range[1] > figures.gain_range[0] > 0


def test_what_says_nothing_takes_the_goal_that_follows() -> None:
    start, prior = np.array([0.9, 0.1]), np.array([0.5, 0.5])
    moves = np.array([[0.1, 0.9], [0.5, 0.5]])

    found = bench.forward(np.array([[0.5, 0.5], [0.5, 0.5]]), start, moves, prior)

    assert found[0] == pytest.approx([0.9, 0.1])
    assert found[1] == pytest.approx([0.9 * 0.1 + 0.1 * 0.5, 0.9 * 0.9 + 0.1 * 0.5])


def test_what_is_clear_is_not_overruled() -> None:
    moves = np.array([[0.5, 0.5], [0.9, 0.1]])

    found = bench.forward(np.array([[0.01, 0.99], [0.01, 0.99]]), np.array([0.5, 0.5]), moves, np.array([0.5, 0.5]))

    assert found.argmax(axis=1).tolist() == [1, 1]
