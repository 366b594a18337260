"""Judges fitted models on slates later than all that they were made from, and says which one may serve.

Calibrates each on the validation slates first. Knows predictions, not how they were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.card import Gain, HeadFigures, Row
from recommender.ctr import calibration
from recommender.ctr.calibration import Line, fit_line
from recommender.ctr.contenders import CHALLENGERS, POPULARITY, Trained
from recommender.ctr.search import weighted_loss
from recommender.data.calibration import calibration_error
from recommender.examples import HEADS, Examples
from recommender.item_table import FloatArray
from recommender.metrics import auc, grouped_auc, log_losses, paired_gain


@dataclass(frozen=True, slots=True)
class Judged:
    """One calibrated model on the held-out slates.

    Args:
        trained: the model.
        lines: calibration of each head.
        validation_loss: weighted log loss on the validation slates.
        probabilities: (n, heads) on the held-out ones.
        row: its figures there.
    """

    trained: Trained
    lines: tuple[Line, ...]
    validation_loss: float
    probabilities: FloatArray
    row: Row


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model serves, and why.

    Args:
        best: what serves, or would if anything did.
        served: whether it does.
        rival: the best baseline on the held-out slates.
        challenger: what serves where it beat `rival`; else the challenger that came nearest.
        gain: of the challenger over `rival`.
        over_popularity: of `best` over popularity.
    """

    best: Judged
    served: bool
    rival: str
    challenger: str
    gain: Gain
    over_popularity: Gain


def judge(trained: Trained, validation: Examples, test: Examples) -> Judged:
    """Calibrate a model and take its figures."""
    before = trained.predict(validation)
    lines = tuple(_line(validation, before, head) for head in range(len(HEADS)))
    probabilities = calibration.apply(lines, trained.predict(test))
    loss = weighted_loss(validation, calibration.apply(lines, before))
    return Judged(trained, lines, loss, probabilities, figures(trained.name, test, probabilities))


def _line(validation: Examples, probabilities: FloatArray, head: int) -> Line:
    known = validation.observed[:, head]
    return fit_line(validation.labels[known, head], probabilities[known, head], validation.decisions[known])


def figures(name: str, examples: Examples, probabilities: FloatArray) -> Row:
    """Return a model's figures for each head, over the impressions whose outcome is known.

    Args:
        name: of the model.
        examples: held out.
        probabilities: (n, heads).
    """
    heads = {}
    for number, head in enumerate(HEADS):
        known = examples.observed[:, number]
        labels, p = examples.labels[known, number], probabilities[known, number]
        heads[head] = HeadFigures(
            log_loss=float(log_losses(labels, p).mean()),
            auc=_finite(auc(labels, p)),
            gauc=_finite(grouped_auc(labels, p, examples.shoppers[known])),
            ece=calibration_error(labels, p),
        )
    return Row(name=name, **heads)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _click_auc(one: Judged) -> float:
    """Return a model's AUC of clicks; every part has clicks and others, or training would have refused."""
    assert one.row.click.auc is not None
    return one.row.click.auc


def choose(judged: Mapping[str, Judged], test: Examples, *, seed: int) -> Choice:
    """Let a challenger serve where it beats every baseline, else the best baseline where that beats popularity.

    Challengers are the network and the blend. One must have a lower log loss of clicks on the held-out slates than the
    best baseline, with a 95 % interval above 0 (paired bootstrap over shoppers), and no lower AUC than any of them.
    That rival is the best one of the very slates that both are judged on, which is in the rival's favour. If both beat
    it, the one with the lower validation loss serves; the baseline that serves otherwise is chosen by the validation
    slates, and must beat popularity on the held-out ones likewise.

    Args:
        judged: name -> model; popularity and the challengers are among them.
        test: the held-out slates.
        seed: of the bootstrap.
    """
    baselines = {name: one for name, one in judged.items() if name not in CHALLENGERS}
    rival = min(baselines, key=lambda name: baselines[name].row.click.log_loss)
    gains = {name: _gain(judged[rival], judged[name], test, seed) for name in CHALLENGERS if name in judged}
    highest = max(_click_auc(one) for one in baselines.values())
    better_ones = [name for name, gain in gains.items() if gain.low > 0 and _click_auc(judged[name]) >= highest]
    fittable = [one for name, one in baselines.items() if name != POPULARITY]
    best = min([judged[name] for name in better_ones] or fittable, key=lambda one: one.validation_loss)
    nearest = best.trained.name if better_ones else max(gains, key=lambda name: gains[name].mean)
    over_popularity = _gain(judged[POPULARITY], best, test, seed)
    better = _click_auc(best) >= _click_auc(judged[POPULARITY])
    return Choice(best, over_popularity.low > 0 and better, rival, nearest, gains[nearest], over_popularity)


def _gain(worse: Judged, better: Judged, test: Examples, seed: int) -> Gain:
    known = test.observed[:, 0]
    losses: Sequence[FloatArray] = [
        log_losses(test.labels[known, 0], one.probabilities[known, 0]) for one in (worse, better)
    ]
    mean, low, high = paired_gain(losses[0], losses[1], test.shoppers[known], seed=seed)
    return Gain(mean=mean, low=low, high=high)
