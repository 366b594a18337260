"""The commands of `aisle bench`: figures beside those of the rivals, in one run.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.given import JsonFlag, read_settings

bench = typer.Typer(help="Measure Aisle beside its rivals, in one run.", add_completion=False)


@bench.command("filters")
def bench_filters(
    items: Annotated[int, typer.Option(help="Number of made-up items.", min=1)] = 43_000,
    vectors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Real unit vectors instead, float32, as .npy.")
    ] = None,
    queries: Annotated[int, typer.Option(help="Searches per filter.", min=1)] = 100,
    k: Annotated[int, typer.Option("--k", help="Nearest items wanted.", min=1)] = 100,
    chroma_items: Annotated[
        int, typer.Option(help="Put Chroma beside up to so many items; it is slow to load.", min=0)
    ] = 50_000,
    curve: Annotated[bool, typer.Option(help="Measure also smaller numbers of items.")] = True,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the cost over the items, as SVG.")] = None,
    json: JsonFlag = False,
) -> None:
    """Time filtered search by meaning: the exact scan beside Chroma's own filter.

    Example: aisle bench filters --items 43000
    """
    from assistant.bench_filters import bench_filters as run

    run(
        items=items,
        vectors=vectors,
        queries=queries,
        k=k,
        chroma_items=chroma_items,
        with_curve=curve,
        plot=plot,
        as_json=json,
    )


@bench.command("retrieval")
def bench_retrieval(
    catalogue: Annotated[Path, typer.Option(metavar="FILE", help="Products, in a format that aisle import reads.")],
    judgments: Annotated[Path, typer.Option(metavar="FILE", help="CSV: query,docid,rating; ratings 0 to 3.")],
    map_: Annotated[
        str | None, typer.Option("--map", metavar="MAP", help="Column map; the one that fits the columns without.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Compare the search with its rivals on judged queries.

    The catalogue is imported into the folder "bench" of the data folder each time; vectors of the same texts are kept.

    Example: aisle bench retrieval --catalogue products.jsonl.gz --judgments judgments.csv
    """
    from assistant.bench_retrieval import bench_retrieval as run

    run(read_settings(), catalogue, judgments, column_map=map_, as_json=json)


@bench.command("ctr")
def bench_ctr(
    seeds: Annotated[int, typer.Option(help="Simulated logs per world.", min=1)] = 5,
    slates: Annotated[int, typer.Option(help="Slates per log, of eight items.", min=500)] = 8_000,
    trials: Annotated[
        int, typer.Option(help="Settings tried per model, on a log of another seed; 0 takes the defaults.", min=0)
    ] = 4,
    world: Annotated[
        list[str] | None, typer.Option(help="Only this world, and others so named; all of them without.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where the network is trained: cpu or cuda.")] = "cpu",
    json: JsonFlag = False,
) -> None:
    """Compare click models with the truth on simulated logs, and time how one serves.

    Example: aisle bench ctr --seeds 5
    """
    from assistant.bench_ctr import bench_ctr as run

    run(seeds=seeds, slates=slates, trials=trials, worlds=tuple(world or ()), device=device, as_json=json)
