from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from recommender.data.imbalance import corrected_logits, sample_negatives


def test_odds_of_the_sample_are_corrected_exactly() -> None:
    """In closed form: sampling leaves p / (p + (1 - p) keep), and the correction gives p back."""
    p, keep = np.array([0.001, 0.02, 0.5, 0.9]), 0.05
    sampled = p / (p + (1 - p) * keep)
    corrected = 1 / (1 + np.exp(-corrected_logits(np.log(sampled / (1 - sampled)), keep)))
    assert corrected == pytest.approx(p, rel=1e-12)


def test_a_model_of_the_sample_gives_the_rates_of_the_whole() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200_000, 1))
    labels = (rng.random(len(x)) < 1 / (1 + np.exp(-(x[:, 0] - 4)))).astype(np.float64)
    kept = sample_negatives(labels, 0.1, seed=2)
    assert kept[labels == 1].all()
    assert kept[labels == 0].mean() == pytest.approx(0.1, abs=0.005)
    model = LogisticRegression(C=np.inf).fit(x[kept], labels[kept])
    logits = model.decision_function(x)
    corrected = 1 / (1 + np.exp(-corrected_logits(logits, 0.1)))
    assert corrected.mean() == pytest.approx(labels.mean(), rel=0.03)
    assert float(model.intercept_[0] + np.log(0.1)) == pytest.approx(-4.0, abs=0.1)
