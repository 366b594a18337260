"""What `aisle bench sequences` does: a file of sequences is read, and all models answer the same questions."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from assistant.config import Settings
from assistant.terminal import Progress, say, say_json, showing_progress
from recommender.sequences.bench import Figures, Report, Versus, run_bench
from recommender.sequences.data import Named, read_attributes, read_sequences
from recommender.sequences.folds import leave_one_out, read_events, temporal
from recommender.sequences.roster import Row, deep_rows, instant_rows, linear_rows

_KEYS = {"ndcg": "ndcg@10", "hr": "hr@10", "diversity": "diversity@10", "coverage": "coverage@10", "gini": "gini@10"}


def bench_sequences(
    settings: Settings,
    path: Path,
    *,
    attributes: Path | None,
    split: str,
    instant: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Measure, and write what was measured.

    Args:
        settings: the data folder; SASRec's checkpoints go to its "bench" folder.
        path: `customer item item …` per line, or a CSV file with the columns user, item and time.
        attributes: JSON of item -> attribute ids.
        split: "leave-one-out" or "temporal".
        instant: leave out what needs torch or minutes.
        seed: of everything drawn.
        as_json: for programs.

    Raises:
        RecommenderError: a file cannot be read, or cannot be split like that.
    """
    named = read_events(path) if ".csv" in path.suffixes else read_sequences(path)
    cut = temporal(named.sequences) if split == "temporal" else leave_one_out(named.sequences)
    known = None if attributes is None else read_attributes(attributes, named.item_ids)
    with showing_progress() as progress:
        rows = instant_rows(known, seed)
        if not instant:
            rows += _slow_rows(settings, path, named, seed, progress)
        report = run_bench(cut, rows, attributes=known, seed=seed, progress=progress)
    if as_json:
        say_json(_json(report, split, seed))
    else:
        _tell(report, split)


def _slow_rows(settings: Settings, path: Path, named: Named, seed: int, progress: Progress) -> tuple[Row, ...]:
    key = blake2b(str(path.resolve()).encode(), digest_size=8).hexdigest()
    folder = settings.data / "bench" / f"sequences-{key}"

    def told(name: str, passes: int, figure: float | None) -> None:
        judged = "the tuning item learned too" if figure is None else f"NDCG@10 on the tuning item {figure:.4f}"
        progress(f"training {name}: pass {passes}, {judged}", passes, None)

    return linear_rows(named.sequences.n_items) + deep_rows(seed, folder, told)


def _json(report: Report, split: str, seed: int) -> dict[str, Any]:
    return {
        "models": {name: _figures(one) for name, one in report.models.items()},
        "stacks": [asdict(one) for one in report.versus],
        "shares": {name: dict(shares) for name, shares in report.shares.items()},
        "users": report.users,
        "items": report.items,
        "split": split,
        "seed": seed,
    }


def _figures(one: Figures) -> dict[str, Any]:
    held = {_KEYS.get(name, name): value for name, value in asdict(one).items()}
    held["ndcg@10_ci"] = [held.pop("ndcg_low"), held.pop("ndcg_high")]
    return held


def _tell(report: Report, split: str) -> None:
    say(f"{report.users:,} users, {report.items:,} items, {split}; every item that a user has not had is ranked")
    say(f"{'':20}NDCG@10 (95 %)           HR@10   on tuning  diversity  coverage  Gini   seconds")
    for name, one in report.models.items():
        ends = f"{one.ndcg:.4f} ({one.ndcg_low:.4f}–{one.ndcg_high:.4f})"
        say(
            f"{name:20}{ends:25}{one.hr:.4f}  {one.tune_ndcg:.4f}     {one.diversity:.3f}      {one.coverage:.3f}     "
            f"{one.gini:.3f}  {one.fit_s:.1f}"
        )
    for versus in report.versus:
        say(_told(versus))


def _told(versus: Versus) -> str:
    return (
        f"{versus.stack}: {versus.ratio:.3f} ({versus.low:.3f}–{versus.high:.3f}) times {versus.best}, its best part; "
        f"the gate serves {versus.served}"
    )
