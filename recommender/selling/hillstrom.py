"""The e-mail test of Kevin Hillstrom (2008): read it, and measure our uplift tools and offer bandit on it.

Everything is decided beforehand: which half is learned from (a hash of the row's number), the models, and what is
reported. Nothing is chosen on the half that is reported.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from recommender.errors import LogUnusable
from recommender.item_table import FloatArray, IntArray
from recommender.ope.blocks import Blocks
from recommender.ope.estimators import ESTIMATORS, gather
from recommender.ope.intervals import Interval, calibrated
from recommender.ope.logged import LoggedSlates
from recommender.selling.uplift import (
    BoolArray,
    Effect,
    Qini,
    Trial,
    UpliftModel,
    average_effect,
    linear,
    logistic,
    qini,
    t_learner,
    trees,
    x_learner,
)

ARMS: Final = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
PUBLISHED: Final = {"Mens E-Mail": 0.075, "Womens E-Mail": 0.045}
"""Uplift of the visit rate, as the data set's notes state it."""
_ZIP: Final = ("Rural", "Surburban", "Urban")
_CHANNEL: Final = ("Multichannel", "Phone", "Web")
_RESAMPLES: Final = 400
_SEED: Final = 20_261_125

MODELS: Final[dict[str, Callable[[Trial], UpliftModel]]] = {
    "t-learner, logistic": lambda trial: t_learner(trial, logistic),
    "x-learner, logistic and linear": lambda trial: x_learner(trial, logistic, linear),
    "t-learner, LightGBM": lambda trial: t_learner(trial, trees),
}


@dataclass(frozen=True, slots=True)
class Mailing:
    """n customers.

    Args:
        features: (n, f) known before the mailing; column 1 is last year's spending in dollars.
        arm: (n,) place in ARMS.
        visit, conversion, spend: (n,) in the two weeks after it.
    """

    features: FloatArray
    arm: IntArray
    visit: FloatArray
    conversion: FloatArray
    spend: FloatArray

    def against_none(self, arm: str, outcome: FloatArray) -> Trial:
        """Return the test of one e-mail against none."""
        rows = (self.arm == 0) | (self.arm == ARMS.index(arm))
        return Trial(self.features[rows], self.arm[rows] != 0, outcome[rows])


@dataclass(frozen=True, slots=True)
class Replayed:
    """What an offer policy would have brought, told from the log.

    Args:
        policy: its name.
        estimates: estimator -> (visits per customer, interval or None).
    """

    policy: str
    estimates: dict[str, tuple[float, Interval | None]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that is reported.

    Args:
        n: customers.
        effects: (arm, outcome) -> the plain effect.
        adjusted: the same with CUPED by last year's spending.
        curves: (arm, model) -> on the half that was not learned from.
        replayed: policies, best last.
    """

    n: int
    effects: dict[tuple[str, str], Effect]
    adjusted: dict[tuple[str, str], Effect]
    curves: dict[tuple[str, str], Qini]
    replayed: tuple[Replayed, ...]


def read_mailing(path: Path) -> Mailing:
    """Read the file.

    Args:
        path: CSV, may be gzipped.

    Raises:
        LogUnusable: it is another file.
    """
    try:
        with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        features = np.array([_features(row) for row in rows], dtype=np.float64)
        arm = np.array([ARMS.index(row["segment"]) for row in rows], dtype=np.int64)
        outcomes = [np.array([float(row[name]) for row in rows]) for name in ("visit", "conversion", "spend")]
    except (OSError, EOFError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise LogUnusable(f"{path.name} is not the Hillstrom e-mail test: give hillstrom.csv or its .gz.") from error
    if len(set(arm.tolist())) < len(ARMS):
        raise LogUnusable(f"{path.name} does not hold all three groups of the Hillstrom e-mail test.")
    return Mailing(features, arm, *outcomes)


def measure(mailing: Mailing, progress: Callable[[str, int, int | None], None]) -> Measured:
    """Measure effects, uplift models and the replay of offer policies.

    Args:
        mailing: as read.
        progress: told (what, done, of how many).
    """
    effects, adjusted = {}, {}
    for arm in ARMS[1:]:
        for name in ("visit", "conversion", "spend"):
            trial = mailing.against_none(arm, getattr(mailing, name))
            effects[arm, name] = average_effect(trial)
            adjusted[arm, name] = average_effect(trial, trial.features[:, 1])
    learn = halves(len(mailing.arm))
    curves = {}
    for done, (arm, name) in enumerate((arm, name) for arm in ARMS[1:] for name in MODELS):
        progress("uplift models", done, 2 * len(MODELS))
        curves[arm, name] = _curve(mailing, arm, MODELS[name], learn)
    progress("uplift models", 2 * len(MODELS), 2 * len(MODELS))
    return Measured(len(mailing.arm), effects, adjusted, curves, _replay(mailing, learn))


def halves(n: int) -> BoolArray:
    """(n,) True for the half that is learned from: by a hash of the row's number."""
    found: BoolArray = np.array([blake2b(f"half/1|{i}".encode(), digest_size=1).digest()[0] % 2 == 0 for i in range(n)])
    return found


def _curve(mailing: Mailing, arm: str, fit: Callable[[Trial], UpliftModel], learn: BoolArray) -> Qini:
    rows = (mailing.arm == 0) | (mailing.arm == ARMS.index(arm))
    trial, mine = mailing.against_none(arm, mailing.visit), learn[rows]
    model, other = fit(trial.part(mine)), trial.part(~mine)
    return qini(other, model.uplift(other.features), resamples=_RESAMPLES, seed=_SEED)


def _replay(mailing: Mailing, learn: BoolArray) -> tuple[Replayed, ...]:
    """Judge offer policies on the other half, in which every e-mail was drawn with probability 1/3."""
    uplifts = np.zeros((len(mailing.arm), len(ARMS)))
    for place, arm in enumerate(ARMS[1:], start=1):
        rows = (mailing.arm == 0) | (mailing.arm == place)
        trial = mailing.against_none(arm, mailing.visit)
        uplifts[:, place] = t_learner(trial.part(learn[rows]), logistic).uplift(mailing.features)
    rest = ~learn
    n = int(rest.sum())
    log = offers_as_slates(mailing, rest)
    policies = {
        "at random": np.full((n, 3), 1 / 3),
        "always Mens E-Mail": np.tile([0.0, 1.0, 0.0], (n, 1)),
        "by uplift": np.eye(3)[np.argmax(uplifts[rest], axis=1)],
    }
    return tuple(Replayed(name, _values(log, table)) for name, table in policies.items())


def offers_as_slates(mailing: Mailing, rows: BoolArray) -> LoggedSlates:
    """Return the mailing as slates of one slot, logged with the known probability 1/3."""
    n, arm = int(rows.sum()), mailing.arm[rows]
    offers = np.repeat(np.eye(len(ARMS), dtype=np.float32)[None], n, axis=0)
    return LoggedSlates(
        candidates=np.tile(np.arange(len(ARMS)), (n, 1)),
        features=offers,
        chosen=arm[:, None],
        probabilities=np.full((n, 1), 1 / len(ARMS)),
        logging=np.full((n, 1, len(ARMS)), 1 / len(ARMS), dtype=np.float32),
        rewards=mailing.visit[rows][:, None],
        times=np.arange(n, dtype=np.float64),
        blocks=np.arange(n),
        closed=np.ones(n, dtype=np.bool_),
        shown_as_chosen=np.ones(n, dtype=np.bool_),
        segments={},
    )


def _values(log: LoggedSlates, policy: FloatArray) -> dict[str, tuple[float, Interval | None]]:
    evidence, blocks = gather(log, policy[:, None, :].astype(np.float32)), Blocks(log.blocks)
    estimates = [estimator(evidence) for estimator in ESTIMATORS]
    return {one.name: (one.value, calibrated(one, blocks) if one.has_interval else None) for one in estimates}


def _features(row: dict[str, str]) -> list[float]:
    numbers = [float(row[name]) for name in ("recency", "history", "mens", "womens", "newbie")]
    return [
        *numbers,
        *(float(row["zip_code"] == name) for name in _ZIP[1:]),
        *(float(row["channel"] == name) for name in _CHANNEL[1:]),
    ]
