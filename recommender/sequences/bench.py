"""Judge every model and the stacks of them in one run, by full ranking over all items that a user has not had.

Order: models learn without the tuning item and are tuned on it; the stacks are fitted on it; models are refreshed with
it; then, once, everything is asked for the last item. Nothing before that step reads the last item.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse

from recommender.sequences.base import SequenceModel
from recommender.sequences.content import unit_vectors
from recommender.sequences.data import Ints
from recommender.sequences.folds import Fold, Split
from recommender.sequences.measures import (
    Doubles,
    K,
    best_items,
    coverage,
    diversity,
    gini,
    hits,
    interval,
    ndcg,
    paired_ratio,
    ranks,
)
from recommender.sequences.roster import Row, masked_scores, model_ranks
from recommender.sequences.stack import (
    DEPTH,
    Candidates,
    Stack,
    candidate_ranks,
    cross_fitted,
    fit_stack,
    gather_candidates,
    joined,
)

_STACK_USERS: Final = 6000
_BATCH: Final = 500

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the table.

    Args:
        ndcg, hr: at 10, of the report fold.
        ndcg_low, ndcg_high: 95 % interval over users.
        tune_ndcg: NDCG@10 on the tuning fold, the only one that choices were made by.
        fit_s, cpu_s: wall and processor seconds of tuning, fitting and refreshing.
        diversity, coverage, gini: of the ten shown, see measures.
    """

    ndcg: float
    hr: float
    ndcg_low: float
    ndcg_high: float
    tune_ndcg: float
    fit_s: float
    cpu_s: float
    diversity: float
    coverage: float
    gini: float


@dataclass(frozen=True, slots=True)
class Versus:
    """A stack against the best single model among its parts on the report fold: how many times its NDCG@10."""

    stack: str
    best: str
    ratio: float
    low: float
    high: float
    served: str
    """What the gate serves, chosen on the tuning fold: the stack, or the single model that it does not beat."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured."""

    models: Mapping[str, Figures]
    versus: tuple[Versus, ...]
    shares: Mapping[str, Mapping[str, float]]
    """Stack -> model -> its share of the mean absolute contribution to the ten shown."""
    users: int
    items: int


@dataclass(slots=True)
class _System:
    """A model, or a stack of models, and what it answered on the report fold, batch by batch."""

    name: str
    fit_s: float
    cpu_s: float
    tune_ndcg: Doubles
    ranks: list[Doubles] = field(default_factory=list)
    shown: list[Ints] = field(default_factory=list)


@dataclass(slots=True)
class _Single(_System):
    row: Row = field(kw_only=True)
    model: SequenceModel = field(kw_only=True)


@dataclass(slots=True)
class _Stacked(_System):
    parts: tuple[_Single, ...] = field(kw_only=True)
    stack: Stack = field(kw_only=True)
    served: str = ""
    weight: dict[str, float] = field(default_factory=dict)


def run_bench(
    split: Split, rows: Sequence[Row], *, attributes: sparse.csr_matrix | None, seed: int, progress: Progress
) -> Report:
    """Measure.

    Args:
        split: see folds.
        rows: who takes part.
        attributes: (items, attributes), for diversity; without them items are alike where the same users took them.
        seed: of the users that stacks are fitted on, and of the intervals.
        progress: told of each stage.
    """
    singles = [_learned(row, split.tune, progress) for row in rows]
    stacks = _fit_stacks(singles, split.tune, seed, progress)
    for at, single in enumerate(singles):
        progress("learning the tuning item too", at + 1, len(singles))
        _timed(single, lambda one=single: one.model.refresh(split.report.data))  # type: ignore[misc]
    _ask(singles, stacks, split.report, progress)
    vectors = unit_vectors(attributes if attributes is not None else split.report.data.matrix().T.tocsr())
    return Report(
        models={one.name: _figures(one, vectors, seed) for one in (*singles, *stacks)},
        versus=tuple(_versus(one, seed) for one in stacks),
        shares={one.name: _shares(one.weight) for one in stacks},
        users=len(split.report.users),
        items=split.report.data.n_items,
    )


def _learned(row: Row, fold: Fold, progress: Progress) -> _Single:
    progress(f"learning: {row.name}", 0, None)
    wall, cpu = time.perf_counter(), time.process_time()
    model = row.learn(fold)
    single = _Single(row.name, time.perf_counter() - wall, time.process_time() - cpu, np.zeros(0), row=row, model=model)
    single.tune_ndcg = ndcg(model_ranks(model, fold))
    return single


def _timed(system: _System, work: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    system.fit_s += time.perf_counter() - wall
    system.cpu_s += time.process_time() - cpu


def _groups(singles: Sequence[_Single]) -> Mapping[str, tuple[_Single, ...]]:
    """Return what each stack is made of; `stack` only where it has more than `instant`."""
    every = tuple(singles)
    instant = tuple(one for one in every if one.row.instant)
    return {"instant": instant} | ({"stack": every} if len(every) > len(instant) else {})


def _fit_stacks(singles: Sequence[_Single], fold: Fold, seed: int, progress: Progress) -> list[_Stacked]:
    progress("scoring for the stacks", 0, None)
    parts = [one for one in singles if one.row.stacked]
    some = np.sort(np.random.default_rng(seed).permutation(len(fold.users))[:_STACK_USERS])
    sample = Fold(fold.data, fold.users[some], fold.targets[some])
    candidates = joined([_Answers(parts, sample, at).candidates(parts) for at in _batches(len(some))])
    stacks = []
    for name, group in _groups(parts).items():
        progress(f"fitting: {name}", 0, None)
        stacks.append(_fit_stack(name, group, candidates.by([parts.index(one) for one in group]), sample, some, seed))
    return stacks


def _fit_stack(
    name: str, parts: tuple[_Single, ...], candidates: Candidates, sample: Fold, some: Ints, seed: int
) -> _Stacked:
    wall, cpu = time.perf_counter(), time.process_time()
    names = [one.name for one in parts]
    figures = cross_fitted(names, candidates, sample.targets, seed)
    stack = fit_stack(names, candidates, sample.targets)
    best = max(parts, key=lambda one: float(one.tune_ndcg[some].mean()))
    served = gate(name, float(figures.mean()), best.name, float(best.tune_ndcg[some].mean()))
    took = time.perf_counter() - wall, time.process_time() - cpu
    return _Stacked(name, *took, figures, parts=parts, stack=stack, served=served)


def gate(stack: str, figure: float, best: str, best_figure: float) -> str:
    """Return who serves: the stack where its cross-fitted NDCG@10 on the tuning fold is higher, else the best one."""
    return stack if figure > best_figure else best


class _Answers:
    """What some models say to some users of a fold, computed once for the table and the stacks."""

    def __init__(self, singles: Sequence[_Single], fold: Fold, some: Ints) -> None:
        known = fold.data.part(fold.users[some])
        self.scores = {one.name: masked_scores(one.model, known) for one in singles}
        self.best = {name: best_items(one, DEPTH) for name, one in self.scores.items()}

    def candidates(self, parts: Sequence[_Single]) -> Candidates:
        """Gather for a stack of these models."""
        return gather_candidates(
            [self.scores[one.name] for one in parts],
            [self.best[one.name] for one in parts],
            [one.model.logits for one in parts],
        )


def _batches(n: int) -> list[Ints]:
    return list(np.array_split(np.arange(n), -(-n // _BATCH)))


def _ask(singles: Sequence[_Single], stacks: Sequence[_Stacked], fold: Fold, progress: Progress) -> None:
    parts = [one for one in singles if one.row.stacked]
    batches = _batches(len(fold.users))
    for done, some in enumerate(batches):
        progress("asking for the last item", done + 1, len(batches))
        answers, targets = _Answers(singles, fold, some), fold.targets[some]
        for one in singles:
            one.ranks.append(ranks(answers.scores[one.name], targets))
            one.shown.append(answers.best[one.name][:, :K])
        everything = answers.candidates(parts)
        for stacked in stacks:
            _ask_stack(stacked, everything.by([parts.index(one) for one in stacked.parts]), targets)


def _ask_stack(stacked: _Stacked, candidates: Candidates, targets: Ints) -> None:
    total = stacked.stack.score(candidates)
    stacked.ranks.append(candidate_ranks(candidates, total, targets))
    places = _best_candidates(candidates, total)
    stacked.shown.append(candidates.items[places])
    for name, part in stacked.stack.contributions(candidates).items():
        stacked.weight[name] = stacked.weight.get(name, 0.0) + float(np.abs(part[places]).sum())


def _best_candidates(candidates: Candidates, scores: Doubles) -> Ints:
    """Return the places of each user's K best candidates, (n, K)."""
    order = np.lexsort((-scores, candidates.users))
    places: Ints = order[candidates.starts[:-1, None] + np.arange(K)]
    return places


def _figures(one: _System, vectors: sparse.csr_matrix, seed: int) -> Figures:
    figures, shown = ndcg(np.concatenate(one.ranks)), np.concatenate(one.shown)
    counts = np.bincount(shown.ravel(), minlength=vectors.shape[0])
    low, high = interval(figures, seed)
    return Figures(
        ndcg=float(figures.mean()),
        hr=float(hits(np.concatenate(one.ranks)).mean()),
        ndcg_low=low,
        ndcg_high=high,
        tune_ndcg=float(one.tune_ndcg.mean()),
        fit_s=one.fit_s + sum(part.fit_s for part in getattr(one, "parts", ())),
        cpu_s=one.cpu_s + sum(part.cpu_s for part in getattr(one, "parts", ())),
        diversity=diversity(shown, vectors),
        coverage=coverage(counts),
        gini=gini(counts),
    )


def _versus(one: _Stacked, seed: int) -> Versus:
    figures = {part.name: ndcg(np.concatenate(part.ranks)) for part in one.parts}
    best = max(figures, key=lambda name: float(figures[name].mean()))
    ratio, low, high = paired_ratio(ndcg(np.concatenate(one.ranks)), figures[best], seed)
    return Versus(one.name, best, ratio, low, high, one.served)


def _shares(weight: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(weight.values())
    return {name: value / total for name, value in weight.items()} if total else {}
