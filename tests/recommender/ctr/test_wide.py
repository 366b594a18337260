"""A weight per value, as far as the data bear it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.baselines import fit_logistic, predict
from recommender.ctr.wide import fit_wide
from recommender.examples import Examples
from recommender.item_table import IntArray
from tests.recommender.ctr.small import small_examples

EXAMPLES = small_examples(1_200).as_of(np.inf)


def _clicked_by(values: IntArray, deviation: float) -> tuple[Examples, dict[int, float]]:
    """Let the chance of a click depend on one value alone, by log-odds of a given deviation."""
    rng = np.random.default_rng(4)
    true = {int(value): float(rng.normal(0, deviation)) for value in np.unique(values)}
    chance = 1 / (1 + np.exp(1.0 - np.array([true[int(value)] for value in values])))
    labels = EXAMPLES.labels.copy()
    labels[:, 0] = rng.random(len(chance)) < chance
    return replace(EXAMPLES, labels=labels, dense=np.zeros_like(EXAMPLES.dense)), true


def test_items_that_differ_get_their_weights_and_shoppers_who_do_not_get_none() -> None:
    examples, true = _clicked_by(EXAMPLES.hashed[:, 0], 1.0)
    fitted = fit_wide(examples, fit_logistic(examples))
    found = [fitted.table[item, 0] for item in true]
    assert np.corrcoef(found, list(true.values()))[0, 1] > 0.85
    assert 0.6 < np.std(found) < 1.2
    shoppers = np.unique(examples.histories.shoppers)
    assert np.abs(fitted.table[shoppers[shoppers > 0], 0]).mean() < 0.1


def test_without_differences_it_is_the_logistic_regression_that_it_began_with() -> None:
    examples, _ = _clicked_by(EXAMPLES.hashed[:, 0], 0.0)
    start = fit_logistic(examples)
    assert np.abs(predict(fit_wide(examples, start), examples) - predict(start, examples))[:, 0].mean() < 0.02
