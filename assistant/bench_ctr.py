"""What `aisle bench ctr` does: click models beside the truth on simulated logs, and what serving one costs, printed."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from math import isfinite
from typing import Any

from assistant.errors import ConfigError
from assistant.terminal import say, say_json, showing_progress
from recommender.ctr.bench import AUC_GOAL, ECE_GOAL, ModelFigures, WorldFigures, compare
from recommender.ctr.latency import Costs, measure
from recommender.ctr.simulated import WORLDS
from recommender.examples import HEADS
from retrieval.bench.machine import load_average

_CANDIDATES = (10, 50, 100, 200, 500)
_REPEATS = 200
_PACKAGES = ("torch", "onnxruntime", "lightgbm", "optuna", "numpy")


def bench_ctr(*, seeds: int, slates: int, trials: int, worlds: tuple[str, ...], device: str, as_json: bool) -> None:
    """Measure, and write what was measured.

    Args:
        seeds: logs per world.
        slates: slates per log.
        trials: settings tried per model, on a log of another seed.
        worlds: which; all where empty.
        device: of the network's training.

    Raises:
        ConfigError: there is no such world or device.
    """
    unknown = sorted(set(worlds) - set(WORLDS))
    if unknown:
        raise ConfigError(f"There is no world {unknown[0]!r}; there are {', '.join(WORLDS)}.")
    if device not in ("cpu", "cuda"):
        raise ConfigError(f"There is no device {device!r}; choose cpu or cuda.")
    before = load_average()
    with showing_progress() as progress:
        figures = compare(worlds or WORLDS, slates, seeds=seeds, trials=trials, device=device, progress=progress)
        progress("serving", 0, None)
        costs = measure(_CANDIDATES, repeats=_REPEATS, slates=slates)
    answer: dict[str, Any] = {
        "seeds": seeds,
        "trials": trials,
        "goals": {"auc_gap": AUC_GOAL, "ece": ECE_GOAL},
        "worlds": [_world_json(one) for one in figures],
        "serving": asdict(costs),
        "load_average": {"before": before, "after": load_average()},
        "packages": {name: version(name) for name in _PACKAGES},
    }
    if as_json:
        say_json(answer)
    else:
        _tell(figures, costs, answer)


def _world_json(figures: WorldFigures) -> dict[str, Any]:
    return {
        "world": figures.world,
        "impressions": figures.n_impressions,
        "true_auc": dict(zip(HEADS, figures.true_auc, strict=True)),
        "truth_ece_labels": figures.truth_ece_labels,
        "models": {one.name: _model_json(one) for one in figures.models},
    }


def _model_json(model: ModelFigures) -> dict[str, Any]:
    return {
        "auc_gap": model.gap,
        "auc_gap_half": model.gap_half if isfinite(model.gap_half) else None,
        "ece": model.ece,
        "reaches": model.reaches,
        "params": dict(model.params),
        "seeds": [asdict(one) for one in model.seeds],
    }


def _tell(figures: tuple[WorldFigures, ...], costs: Costs, answer: dict[str, Any]) -> None:
    say(f"AUC of the true chances minus the model's (goal {AUC_GOAL}), and calibration error against them ({ECE_GOAL})")
    for world in figures:
        say(f"{world.world}: {world.n_impressions:,} impressions, true AUC {world.true_auc[0]:.4f}")
        for model in world.models:
            worst = max(one.gaps[0] for one in model.seeds)
            mark = "reached" if model.reaches else ""
            half = f" ± {model.gap_half:.4f}" if isfinite(model.gap_half) else ""
            say(f"  {model.name:24}{model.gap:9.4f}{half} (worst {worst:.4f})  ECE {model.ece:.4f}  {mark}")
    say(
        f"Serving: {costs.parameters:,} parameters, {costs.graph_bytes:,} bytes of graphs, {costs.acts} acts of history"
    )
    for row in costs.rows:
        name = f"{row.what}, {row.candidates} candidates" if row.candidates else row.what
        say(f"  {row.engine:24}{name:36}p50 {row.p50_ms:7.2f}  p95 {row.p95_ms:7.2f}  cpu {row.cpu_ms:7.2f} ms")
    load = answer["load_average"]
    say(f"Load average {load['before']} before, {load['after']} after; {answer['packages']}")
