"""What `aisle bench hillstrom` does: effects of a randomised mailing, uplift models and offer policies, printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.bench_file import bench_file
from assistant.terminal import say
from recommender.ope.intervals import Interval
from recommender.selling.hillstrom import PUBLISHED, Measured, measure, read_mailing
from recommender.selling.uplift import Effect, Qini


def bench_hillstrom(file: Path, *, as_json: bool) -> None:
    """Measure, and write what was measured.

    Args:
        file: the mailing; see `read_mailing`.
        as_json: for programs.

    Raises:
        LogUnusable: it is another file.
    """
    bench_file(file, read_mailing, measure, _json, _write, as_json=as_json)


def _json(measured: Measured) -> dict[str, Any]:
    return {
        "customers": measured.n,
        "effects": [
            {
                "arm": arm,
                "outcome": outcome,
                **_effect_json(effect),
                "cuped": _effect_json(measured.adjusted[arm, outcome]),
                "published": PUBLISHED[arm] if outcome == "visit" else None,
            }
            for (arm, outcome), effect in measured.effects.items()
        ],
        "published_inside": {arm: _inside(measured, arm) for arm in PUBLISHED},
        "qini": [
            {"arm": arm, "model": model, "area": curve.area, "auuc": curve.auuc, "interval": _ends(curve.interval)}
            for (arm, model), curve in measured.curves.items()
        ],
        "replay": {
            one.policy: {name: {"value": value, "interval": _ends(i)} for name, (value, i) in one.estimates.items()}
            for one in measured.replayed
        },
    }


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "value": effect.value,
        "interval": _ends(effect.interval),
        "treated": effect.treated,
        "control": effect.control,
    }


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [float(interval.low), float(interval.high)]


def _inside(measured: Measured, arm: str) -> bool:
    return PUBLISHED[arm] in measured.effects[arm, "visit"].interval


def _write(measured: Measured) -> None:
    say(f"{measured.n:,} customers; effects against no e-mail with their 95 % intervals, plain and with CUPED:")
    for (arm, outcome), effect in measured.effects.items():
        unit, scale = ("$", 1.0) if outcome == "spend" else ("points", 100.0)
        plain, cuped = _told(effect, scale), _told(measured.adjusted[arm, outcome], scale)
        say(f"  {arm:14}{outcome:11}{plain}   {cuped}  {unit}")
    for arm, value in PUBLISHED.items():
        say(f"  The stated {value:.1%} of {arm} is {'' if _inside(measured, arm) else 'not '}inside.")
    say("Qini area for visits, learned on one half and reported on the other (random is 0), visits per 1,000 people:")
    for (arm, model), curve in measured.curves.items():
        say(f"  {arm:14}{model:32}{_area(curve)}")
    say("Offer policies on that half, told from the log (each e-mail had probability 1/3), visits per 100 people:")
    for one in measured.replayed:
        for name in ("snips", "dr"):
            value, interval = one.estimates[name]
            low, high = _ends(interval) or (value, value)
            say(f"  {one.policy:20}{name:7}{value * 100:6.2f}  {low * 100:.2f} to {high * 100:.2f}")


def _told(effect: Effect, scale: float) -> str:
    low, high = effect.interval.low, effect.interval.high
    return f"{effect.value * scale:+6.2f} [{low * scale:+.2f}, {high * scale:+.2f}]"


def _area(curve: Qini) -> str:
    low, high = _ends(curve.interval) or (curve.area, curve.area)
    return f"{curve.area * 1000:+6.2f} [{low * 1000:+.2f}, {high * 1000:+.2f}]"
