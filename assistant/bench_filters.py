"""What `aisle bench filters` does: the exact scan beside Chroma's own `where`, printed, and plotted over the items."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.errors import ConfigError
from assistant.terminal import say, say_json, showing_progress
from retrieval.bench.clusters import write_clusters
from retrieval.bench.filters import Comparison, CurvePoint, FilterFigures, Side, compare_filters
from retrieval.bench.machine import load_average, package_versions
from retrieval.bench.plot import Line, log_plot

_SEED = 7


def bench_filters(
    *,
    items: int,
    queries: int,
    k: int,
    vectors: Path | None,
    chroma_items: int,
    with_curve: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Measure, and write what was measured.

    Args:
        items: number of made-up vectors, where no file of real ones is given.
        queries: searches per selectivity and side.
        k: rows wanted.
        vectors: .npy file of unit vectors, float32, one row a product.
        chroma_items: put Chroma beside up to so many items.
        with_curve: measure also smaller numbers of items.
        plot: SVG file to write.

    Raises:
        ConfigError: `vectors` or `plot` cannot be used.
        IndexBroken: `vectors` holds no such vectors.
    """
    if vectors is not None and not vectors.is_file():
        raise ConfigError(f"There is no file {vectors}.")
    if plot is not None and not plot.parent.is_dir():
        raise ConfigError(f"There is no folder {plot.parent}.")
    load_before = load_average()
    with tempfile.TemporaryDirectory(prefix="aisle-bench-") as made, showing_progress() as progress:
        folder = Path(made)
        source = vectors or folder / "vectors.npy"
        if vectors is None:
            progress("making vectors", 0, None)
            write_clusters(source, items, _SEED)
        figures = compare_filters(
            source,
            folder,
            n_queries=queries,
            k=k,
            chroma_items=chroma_items,
            with_curve=with_curve,
            seed=_SEED,
            progress=progress,
        )
    if plot is not None:
        plot.write_text(_picture(figures), "utf-8")
    answer = _json(figures) | {
        "vectors": "made up" if vectors is None else vectors.name,
        "load_average": {"before": load_before, "after": load_average()},
        "packages": package_versions(),
    }
    if as_json:
        say_json(answer)
    else:
        _tell(figures, answer)


def _json(figures: FilterFigures) -> dict[str, Any]:
    recall = f"recall@{figures.k}"
    return {
        "items": figures.items,
        "k": figures.k,
        "queries": figures.queries,
        "dtype": "int8, the best re-scored from float32",
        "selectivities": [_comparison_json(one, recall) for one in figures.filtered],
        "unfiltered": _comparison_json(figures.unfiltered, recall),
        "curve": [asdict(point) for point in figures.curve],
        "index_mb": figures.index_mb,
        "resident_mb": figures.resident_mb,
        "costs": None if figures.costs is None else asdict(figures.costs),
    }


def _comparison_json(one: Comparison, recall: str) -> dict[str, Any]:
    sides = {"ours": one.ours, "chroma": one.chroma}
    return {
        "selectivity": one.selectivity,
        **{name: None if side is None else _side_json(side, recall) for name, side in sides.items()},
        "times_faster": one.times_faster,
        "times_faster_interval": one.times_faster_interval,
    }


def _side_json(side: Side, recall: str) -> dict[str, float]:
    return {"p50_ms": side.p50_ms, "p95_ms": side.p95_ms, recall: side.recall, "cpu_ms": side.cpu_ms}


def _tell(figures: FilterFigures, answer: dict[str, Any]) -> None:
    say(f"{figures.items:,} items, {answer['vectors']}; {figures.queries} queries, the nearest {figures.k}")
    say(f"{'fits':>7}  {'':7}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{f'recall@{figures.k}':>12}")
    for one in (*figures.filtered, figures.unfiltered):
        say(_row(_percent(one.selectivity), "ours", one.ours))
        if one.chroma is not None and one.times_faster_interval is not None:
            low, high = one.times_faster_interval
            told = f"   {one.times_faster:.1f} times as long ({low:.1f} to {high:.1f})"
            say(_row("", "Chroma", one.chroma) + told)
    say("Cost over the items, p50 ms (ours / Chroma):")
    for n in dict.fromkeys(point.items for point in figures.curve):
        points = [point for point in figures.curve if point.items == n]
        say(f"{n:>11,}  " + "  ".join(_point(point) for point in points))
    if figures.index_mb is not None:
        say(f"In memory: {figures.index_mb:,.0f} MB of the index, {figures.resident_mb:,.0f} MB of the whole process")
    if figures.costs is not None:
        rows = (figures.costs.chroma_s - figures.costs.scan_s) / max(figures.costs.row_s, 1e-12)
        say(f"Without a filter the planner asks Chroma from about {max(0.0, rows):,.0f} items on.")
    load = answer["load_average"]
    say(f"Load average before and after: {load['before']}, {load['after']}")


def _row(fits: str, name: str, side: Side) -> str:
    return f"{fits:>7}  {name:7}{side.p50_ms:9.2f}{side.p95_ms:9.2f}{side.cpu_ms:9.2f}{side.recall:12.5f}"


def _point(point: CurvePoint) -> str:
    chroma = "" if point.chroma_ms is None else f" / {point.chroma_ms:.2f}"
    return f"{_percent(point.selectivity)}: {point.ours_ms:.2f}{chroma}"


def _percent(share: float) -> str:
    return f"{share * 100:g}%"


def _picture(figures: FilterFigures) -> str:
    # By processor time: other programs of a busy machine would bend the lines of the clock.
    lines = []
    for place, selectivity in enumerate(dict.fromkeys(point.selectivity for point in figures.curve)):
        points = [point for point in figures.curve if point.selectivity == selectivity]
        fits = f"{_percent(selectivity)} fit" if selectivity < 1 else "no filter"
        lines.append(Line(f"scan, {fits}", [(point.items, point.ours_cpu_ms) for point in points], place))
        rival = [(point.items, point.chroma_cpu_ms) for point in points if point.chroma_cpu_ms is not None]
        if rival:
            lines.append(Line(f"Chroma, {fits}", rival, place, dashed=True))
    title = f"Nearest {figures.k} of the items that fit a filter"
    return log_plot(title, "items", "ms of processor time, median", lines)
