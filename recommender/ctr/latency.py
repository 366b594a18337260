"""What serving a click model costs: the shopper's half, the scores of n candidates, and their features.

One thread; every repetition scores other candidates. The network's weights are random, which costs the same; trees are
grown on a simulated log, for their number is what they cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from recommender.baselines import fit_logistic
from recommender.ctr.bench import cut_log
from recommender.ctr.calibration import IDENTITY
from recommender.ctr.contenders import BLEND, CONTENDERS, Job
from recommender.ctr.served import Calibrated, OnnxModel, PlainModel, ServedModel
from recommender.ctr.simulated import simulate
from recommender.events import Event, EventType
from recommender.examples import HEADS
from recommender.features import FEATURES, FeatureBlock, History, features, history
from recommender.item_table import build_table
from recommender.profiles.profile import HISTORY_LENGTH
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState

_SEED: Final = 5
_WARM_UP: Final = 20


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one step.

    Args:
        what: "user half", "score" (the model alone) or "features and score" (a whole turn).
        engine: "onnxruntime, 1 thread" or "torch, cuda" of a network; "numpy and lightgbm, 1 thread" of a blend.
        candidates: scored at once.
        p50_ms, p95_ms: wall time.
        cpu_ms: mean processor time, which load on the machine moves less.
    """

    what: str
    engine: str
    candidates: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Costs:
    """All timings, with the sizes of what was timed."""

    rows: tuple[Latency, ...]
    parameters: int
    graph_bytes: int
    acts: int


def measure(candidates: Sequence[int], *, repeats: int, slates: int) -> Costs:
    """Time a network of the default size over a full history, and a machine with trees.

    Args:
        candidates: numbers to score at once.
        repeats: timings per row.
        slates: of the log from which machine and trees learn; more of them make more trees.
    """
    import torch

    from recommender.ctr.artifact import ITEM_GRAPH, TENSORS_FILE, USER_GRAPH
    from recommender.ctr.export import network_files
    from recommender.ctr.network import CtrNet, Size
    from recommender.ctr.torch_served import TorchModel

    with torch.random.fork_rng():
        torch.manual_seed(_SEED)
        net = CtrNet(Size(), torch.zeros(len(FEATURES)), torch.ones(len(FEATURES)))
    files, calibrated = network_files(net, [IDENTITY] * len(HEADS)), Calibrated([IDENTITY] * len(HEADS))
    scene = _Scene()
    model = OnnxModel(files[USER_GRAPH], files[ITEM_GRAPH], calibrated)
    rows = list(_rows(model, scene, "onnxruntime, 1 thread", candidates, repeats))
    if torch.cuda.is_available():
        on_gpu = TorchModel(files[TENSORS_FILE], calibrated, "cuda")
        rows += _rows(on_gpu, scene, "torch, cuda", candidates, repeats)
    rows += _rows(_machine_and_trees(slates), scene, "numpy and lightgbm, 1 thread", candidates, repeats)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    return Costs(tuple(rows), parameters, len(files[USER_GRAPH]) + len(files[ITEM_GRAPH]), len(scene.past.kinds))


def _machine_and_trees(slates: int) -> ServedModel:
    cut = cut_log(simulate("interacting", slates, seed=_SEED))
    trained = CONTENDERS[BLEND].fit(Job(cut.train, cut.validation, _SEED), {})
    assert trained.model is not None
    standard = fit_logistic(cut.train)
    return PlainModel(trained.model, standard, Calibrated([IDENTITY] * len(HEADS)), base_logit=-1.0)


class _Scene:
    """A shop in use, and its busiest shopper with a full history."""

    def __init__(self) -> None:
        log = simulate("linear", 400, seed=_SEED)
        self.table = build_table(log.items)
        self.state = BehaviourState(RecommenderSettings())
        for event in log.events:
            self.state.apply(event, self.table.find(event.item_id))
        self.now = log.events[-1].at
        self.who = log.events[0].shopper_key
        for event in log.events[:: len(log.events) // HISTORY_LENGTH]:
            clicked = _as_click(event, self.who)
            self.state.apply(clicked, self.table.find(event.item_id))
        self.past: History = history(self.state, self.table, shopper_key=self.who, session_key="today", now=self.now)
        self._rng = np.random.default_rng(_SEED)

    def ids(self, n: int) -> list[str]:
        return [self.table.ids[row] for row in self._rng.integers(len(self.table.ids), size=n)]

    def block(self, n: int) -> FeatureBlock:
        return features(self.state, self.table, self.ids(n), shopper_key=self.who, session_key="today", now=self.now)


def _as_click(event: Event, who: str) -> Event:
    return replace(event, type=EventType.CLICK, shopper_key=who, session_key=f"s-{event.event_id}", decision_id=None)


def _rows(model: ServedModel, scene: _Scene, engine: str, candidates: Sequence[int], repeats: int) -> Sequence[Latency]:
    half = model.user_half(scene.past)
    rows = [_time("user half", engine, 0, repeats, lambda: scene.past, model.user_half)]
    for n in candidates:
        blocks = partial(scene.block, n)
        rows.append(_time("score", engine, n, repeats, blocks, partial(model.score, half)))
        rows.append(_time("features and score", engine, n, repeats, lambda: None, partial(_turn, model, scene, n)))
    return rows


def _turn(model: ServedModel, scene: _Scene, n: int, _given: None) -> None:
    past = history(scene.state, scene.table, shopper_key=scene.who, session_key="today", now=scene.now)
    model.score(model.user_half(past), scene.block(n))


def _time(
    what: str, engine: str, n: int, repeats: int, prepare: Callable[[], Any], run: Callable[[Any], object]
) -> Latency:
    walls, before = [], 0.0
    for i in range(_WARM_UP + repeats):
        given = prepare()
        cpu, wall = time.process_time(), time.perf_counter()
        run(given)
        if i >= _WARM_UP:
            walls.append((time.perf_counter() - wall) * 1000.0)
            before += time.process_time() - cpu
    p50, p95 = np.percentile(walls, [50, 95])
    return Latency(what, engine, n, float(p50), float(p95), before * 1000.0 / repeats)
