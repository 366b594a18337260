"""Fit the stack's weights from the log, and let them serve only if later slates agree.

The values that decisions were served with are out-of-fold by themselves: whatever a model said of a slate, it said
before anybody reacted. Weights are those of a conditional logit over what a slate showed (McFadden 1974): the chance
that an item of a slate is the one of interest is the softmax of scale * score + place. So how eager a shopper is falls
out, and the place in the slate is a term of its own. Signs are kept, relevance keeps its weight, all other weights
together stay within the settings', and each is drawn towards the settings' weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize

from recommender.data.settings import Windows
from recommender.errors import NotEnoughEvents
from recommender.events import Decision, Event, EventLog
from recommender.item_table import FloatArray, IntArray
from recommender.metrics import paired_gain
from recommender.reasons import Code
from recommender.settings import RecommenderSettings
from recommender.stack import family, within_limits
from recommender.state import STRENGTH
from recommender.trace import unpack

MIN_SLATES: Final = 300
"""Slates with a sign of interest that a surface needs before its weights are fitted."""
_MAX_PLACES: Final = 12
_FIT_SHARE: Final = 0.7
_SHRINKAGE: Final = 30.0
_PLACE_RIDGE: Final = 1.0
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Slates:
    """Slates of one surface with a sign of interest, in order of time; r shown items over s slates.

    Args:
        codes: of m rankers.
        values: (r, m) what each said before weights.
        fixed: (r,) parts of rules.
        places: (r,) 0-based.
        slate: (r,) number of the slate, rising from 0.
        taken: (r,) share of the slate's interest that the item had; sums to 1 in each slate.
        times: (s,) epoch seconds.
        shoppers: (s,) number of the shopper.
    """

    codes: tuple[str, ...]
    values: FloatArray
    fixed: FloatArray
    places: IntArray
    slate: IntArray
    taken: FloatArray
    times: FloatArray
    shoppers: IntArray

    @property
    def n(self) -> int:
        """Slates."""
        return len(self.times)

    def part(self, first: int, last: int) -> Slates:
        """Return the slates from `first` up to `last`, numbered from 0 again."""
        rows = (self.slate >= first) & (self.slate < last)
        return Slates(
            self.codes,
            self.values[rows],
            self.fixed[rows],
            self.places[rows],
            self.slate[rows] - first,
            self.taken[rows],
            self.times[first:last],
            self.shoppers[first:last],
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the fitted weights of one surface did on later slates.

    Args:
        surface: which.
        slates: judged on.
        losses: name -> mean loss per slate: "fitted", "settings", and each model alone by its code.
        best_single: the best model alone.
        gain, gain_low: of the fitted weights over the settings', and its lower 95 % bound.
        kept: whether they serve.
        weights: as fitted.
    """

    surface: str
    slates: int
    losses: Mapping[str, float]
    best_single: str
    gain: float
    gain_low: float
    kept: bool
    weights: Mapping[str, float]


def fit_stack(log: EventLog, settings: RecommenderSettings, *, seed: int) -> tuple[Verdict, ...]:
    """Fit and judge the weights of every surface that the log has enough of.

    Args:
        log: with traces; slates that were not shown as chosen are left out.
        settings: whose weights are shrunk to, and are the limits.
        seed: of the interval's bootstrap.

    Raises:
        NotEnoughEvents: no surface has enough slates with interest.
    """
    found = collect_slates(log)
    verdicts = [
        judge(surface, slates, settings, seed=seed)
        for surface, slates in sorted(found.items())
        if surface in settings.weights and slates.n >= MIN_SLATES
    ]
    if not verdicts:
        most = max((slates.n for slates in found.values()), default=0)
        raise NotEnoughEvents(f"Fitting needs {MIN_SLATES} slates with interest on one surface; there are {most}.")
    return tuple(verdicts)


def collect_slates(log: EventLog) -> dict[str, Slates]:
    """Read slates with interest, by the surface whose weights ranked them."""
    interest = _interest(log)
    rows: dict[str, list[tuple[Decision, tuple[str, ...], FloatArray, FloatArray]]] = {}
    after = 0
    while batch := log.decisions(after=after, limit=_PAGE, traces=True):
        for number, decision in batch:
            after = number
            known = decision.trace and decision.shown_ids is None and interest.get(decision.decision_id)
            if known and decision.teaches:
                surface = family(decision.context.surface, decision.context.query)
                rows.setdefault(surface, []).append((decision, *_served(decision)))
    return {surface: _stack(found, interest) for surface, found in rows.items()}


def judge(surface: str, slates: Slates, settings: RecommenderSettings, *, seed: int) -> Verdict:
    """Fit on the earlier slates, compare on the later ones, with an embargo between, so that no label of the earlier
    ones was still being made; slates of one shopper stand or fall together.

    Args:
        surface: key of the settings' weights.
        slates: in order of time.
        settings: see `fit_stack`.
        seed: of the interval's bootstrap.
    """
    cut = int(slates.n * _FIT_SHARE)
    after = int(np.searchsorted(slates.times, slates.times[cut] + Windows().click_s))
    early, late = slates.part(0, cut), slates.part(after, slates.n)
    own = np.array([settings.weights[surface].get(code, 0.0) for code in slates.codes])
    weights = fit_weights(early, own)
    fitted = dict(zip(slates.codes, weights.tolist(), strict=True))
    singles = {code: one for i, code in enumerate(slates.codes) if (one := _alone(i, own)).any()}
    rivals = {"fitted": weights, "settings": own, **singles}
    losses = {
        name: _later_losses(early, late, vector, rules=name in ("fitted", "settings"))
        for name, vector in rivals.items()
    }
    best = min(singles, key=lambda name: float(losses[name].mean()))
    gain, low, _ = paired_gain(
        losses["settings"], losses["fitted"], np.unique(late.shoppers, return_inverse=True)[1], seed=seed
    )
    never_worse = float(losses["fitted"].mean()) <= float(losses[best].mean())
    return Verdict(
        surface=surface,
        slates=late.n,
        losses={name: float(loss.mean()) for name, loss in losses.items()},
        best_single=best,
        gain=gain,
        gain_low=low,
        kept=never_worse and low > 0 and within_limits(surface, fitted, settings),
        weights=fitted,
    )


def fit_weights(slates: Slates, own: FloatArray) -> FloatArray:
    """Fit the weights of a surface.

    Args:
        slates: to learn from.
        own: (m,) the settings' weights: limits, and what weights are drawn towards.

    Returns:
        (m,); relevance as in `own`, the others 0 or more and together no more than in `own`.
    """
    m = len(own)
    free = np.array([code != Code.RELEVANT for code in slates.codes])
    most = float(own[free].sum())

    def loss(x: FloatArray) -> float:
        weights, scale, places = x[:m], x[m], x[m + 1 :]
        fit = float(_losses(slates, weights, scale, places, rules=True).sum())
        spread = (weights - own) / max(1e-6, most)
        return fit + _SHRINKAGE * float(spread @ spread) + _PLACE_RIDGE * float(places @ places)

    bounds = [(0.0, most) if is_free else (one, one) for is_free, one in zip(free, own, strict=True)]
    start = np.concatenate([own, [1.0], np.zeros(_MAX_PLACES)])
    found = minimize(
        loss,
        start,
        jac=lambda x: _gradient(slates, x, own, most),
        bounds=[*bounds, (0.0, 100.0), *[(-5.0, 5.0)] * _MAX_PLACES],
        constraints={"type": "ineq", "fun": lambda x: most - x[:m][free].sum(), "jac": lambda x: _limit(x, free)},
        method="SLSQP",
        options={"maxiter": 200},
    )
    weights = np.where(free, np.clip(found.x[:m], 0.0, None), own)
    over = weights[free].sum() / most if most else 1.0
    result: FloatArray = np.where(free, weights / max(1.0, over), weights)
    return result


def _limit(x: FloatArray, free: np.ndarray) -> FloatArray:
    slope = np.zeros(len(x))
    slope[: len(free)][free] = -1.0
    return slope


def _gradient(slates: Slates, x: FloatArray, own: FloatArray, most: float) -> FloatArray:
    m = len(own)
    weights, scale, places = x[:m], x[m], x[m + 1 :]
    scores = slates.values @ weights + slates.fixed
    surplus = _chances(slates, scale * scores + places[slates.places]) - slates.taken
    spread = 2 * _SHRINKAGE * (weights - own) / max(1e-6, most) ** 2
    by_place = np.bincount(slates.places, surplus, minlength=_MAX_PLACES) + 2 * _PLACE_RIDGE * places
    return np.concatenate([scale * (slates.values.T @ surplus) + spread, [surplus @ scores], by_place])


def _later_losses(early: Slates, late: Slates, weights: FloatArray, *, rules: bool) -> FloatArray:
    """Loss of each later slate; scale and places are fitted on the earlier ones for every rival alike."""

    def loss(x: FloatArray) -> float:
        return float(_losses(early, weights, x[0], x[1:], rules=rules).sum()) + _PLACE_RIDGE * float(x[1:] @ x[1:])

    def slope(x: FloatArray) -> FloatArray:
        scores = early.values @ weights + (early.fixed if rules else 0.0)
        surplus = _chances(early, x[0] * scores + x[1:][early.places]) - early.taken
        by_place = np.bincount(early.places, surplus, minlength=_MAX_PLACES) + 2 * _PLACE_RIDGE * x[1:]
        return np.concatenate([[surplus @ scores], by_place])

    start = np.concatenate([[1.0], np.zeros(_MAX_PLACES)])
    found = minimize(loss, start, jac=slope, bounds=[(0.0, 1000.0), *[(-5.0, 5.0)] * _MAX_PLACES], method="L-BFGS-B")
    return _losses(late, weights, found.x[0], found.x[1:], rules=rules)


def _losses(slates: Slates, weights: FloatArray, scale: float, places: FloatArray, *, rules: bool) -> FloatArray:
    """Return minus the log chance of what was taken, per slate."""
    scores = slates.values @ weights + (slates.fixed if rules else 0.0)
    chances = _chances(slates, scale * scores + places[slates.places])
    logs = np.where(slates.taken > 0, slates.taken * np.log(np.maximum(chances, 1e-300)), 0.0)
    result: FloatArray = -np.bincount(slates.slate, logs, minlength=slates.n).astype(np.float64)
    return result


def _chances(slates: Slates, utilities: FloatArray) -> FloatArray:
    top = np.full(slates.n, -np.inf)
    np.maximum.at(top, slates.slate, utilities)
    worths = np.exp(utilities - top[slates.slate])
    result: FloatArray = worths / np.bincount(slates.slate, worths, minlength=slates.n)[slates.slate]
    return result


def _alone(i: int, own: FloatArray) -> FloatArray:
    return np.where(np.arange(len(own)) == i, 1.0, 0.0) if own[i] > 0 else np.zeros(len(own))


def _interest(log: EventLog) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in _events(log):
        if event.type in STRENGTH and event.decision_id is not None:
            found.setdefault(event.decision_id, []).append(event)
    return found


def _taken(decision: Decision, events: Iterable[Event]) -> set[str]:
    """What the shopper of a slate took up inside the window of its kind: what came later is no consequence of it."""
    windows = Windows()
    return {e.item_id for e in events if e.at - decision.context.now <= (windows.of(e.type) or windows.click_s)}


def _events(log: EventLog) -> Iterable[Event]:
    after = 0
    while batch := log.events(after=after):
        for number, event in batch:
            yield event
            after = number


def _served(decision: Decision) -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Return what was said of the shown items: codes, (k, m) values, (k,) parts of rules."""
    trace = unpack(decision.trace)
    places = {item_id: int(trace.order[place]) for place, item_id in enumerate(decision.candidate_ids)}
    shown = [places[item_id] for item_id in decision.chosen_ids]
    return trace.codes, trace.values[:, shown].T.astype(np.float64), trace.rule_parts[:, shown].sum(axis=0)


def _stack(
    found: Sequence[tuple[Decision, tuple[str, ...], FloatArray, FloatArray]], interest: Mapping[str, Sequence[Event]]
) -> Slates:
    codes = tuple(dict.fromkeys(code for _, one, _, _ in found for code in one))
    values: list[FloatArray] = []
    fixed: list[FloatArray] = []
    places: list[IntArray] = []
    slate: list[IntArray] = []
    taken: list[FloatArray] = []
    times: list[float] = []
    shoppers: list[int] = []
    numbers: dict[str, int] = {}
    for decision, own, rows, rules in found:
        known = _taken(decision, interest[decision.decision_id])
        hits = np.array([float(item_id in known) for item_id in decision.chosen_ids])
        if not hits.any() or hits.all():
            continue
        wide = np.zeros((len(rows), len(codes)))
        wide[:, [codes.index(code) for code in own]] = rows
        values.append(wide)
        fixed.append(rules)
        places.append(np.minimum(np.arange(len(rows)), _MAX_PLACES - 1))
        slate.append(np.full(len(rows), len(slate)))
        taken.append(hits / hits.sum())
        times.append(decision.context.now)
        shoppers.append(numbers.setdefault(decision.context.shopper_key, len(numbers)))
    return Slates(
        codes,
        np.concatenate([np.zeros((0, len(codes))), *values]),
        np.concatenate([np.zeros(0), *fixed]),
        np.concatenate([np.zeros(0, np.int64), *places]),
        np.concatenate([np.zeros(0, np.int64), *slate]),
        np.concatenate([np.zeros(0), *taken]),
        np.array(times, dtype=np.float64),
        np.array(shoppers, dtype=np.int64),
    )
