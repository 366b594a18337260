"""Who serves: the network where it clearly beats every baseline, else the best baseline, else nobody."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.ctr.contenders import BLEND, NETWORK, POPULARITY, Trained
from recommender.ctr.judging import Judged, choose, figures, judge
from recommender.examples import Examples
from recommender.item_table import FloatArray
from tests.recommender.ctr.small import UNCALIBRATED, small_examples

TEST = small_examples(1_200).part(300, 1_200).as_of(np.inf)


def _judged(name: str, skill: float, seed: int = 1) -> Judged:
    """A model that knows the share `skill` of what happened."""
    noise = np.random.default_rng(seed).normal(0, 1, TEST.labels.shape)
    p = 1 / (1 + np.exp(-(-1.5 + skill * (TEST.labels - 0.2) * 3 + 0.05 * noise)))
    trained = Trained(name, lambda _examples: p, lambda _lines: {})
    return Judged(trained, UNCALIBRATED, 1.0 - skill, p, figures(name, TEST, p))


def _all(popularity: float, machine: float, trees: float, network: float, blend: float = 0.0) -> dict[str, Judged]:
    skills = {POPULARITY: popularity, "factorisation machine": machine, "trees": trees, NETWORK: network, BLEND: blend}
    return {name: _judged(name, skill) for name, skill in skills.items()}


@pytest.mark.parametrize(
    ("skills", "best", "served"),
    [
        ((0.1, 0.3, 0.2, 0.5), NETWORK, True),
        ((0.1, 0.3, 0.2, 0.25), "factorisation machine", True),
        ((0.1, 0.2, 0.3, 0.3), "trees", True),
        ((0.4, 0.3, 0.2, 0.35), "factorisation machine", False),
    ],
)
def test_who_serves(skills: tuple[float, float, float, float], best: str, served: bool) -> None:
    choice = choose(_all(*skills), TEST, seed=1)
    assert (choice.best.trained.name, choice.served) == (best, served)
    assert choice.gain.low <= choice.gain.mean <= choice.gain.high
    assert (choice.over_popularity.low > 0) == served


def test_the_blend_is_no_baseline_it_must_beat_them_too() -> None:
    """A blend is weighed on the slates that models are chosen by, so its loss there is no reason to serve it."""
    assert choose(_all(0.1, 0.3, 0.2, 0.1, blend=0.3), TEST, seed=1).best.trained.name == "factorisation machine"
    choice = choose(_all(0.1, 0.3, 0.2, 0.1, blend=0.5), TEST, seed=1)
    assert (choice.best.trained.name, choice.challenger, choice.rival) == (BLEND, BLEND, "factorisation machine")
    assert choice.gain.low > 0


def test_the_rival_is_the_best_baseline_on_the_held_out_slates() -> None:
    assert choose(_all(0.1, 0.2, 0.3, 0.5), TEST, seed=1).rival == "trees"


def test_a_model_is_calibrated_before_it_is_judged() -> None:
    examples = small_examples(1_200)
    validation = examples.part(0, 300).as_of(np.inf)

    def half_as_sure(examples: Examples) -> FloatArray:
        return 0.5 * (0.1 + 0.3 * examples.labels)

    judged = judge(Trained("half", half_as_sure, lambda _lines: {}), validation, TEST)
    assert judged.row.click.ece < 0.02
    assert judged.row.click.auc == 1.0
