"""The commands of `aisle bench`: figures beside those of the rivals, in one run.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.given import JsonFlag, read_settings


class _Split(StrEnum):
    LEAVE_ONE_OUT = "leave-one-out"
    TEMPORAL = "temporal"


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


@bench.command("sequences")
def bench_sequences(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="customer item item … per line, or CSV user,item,time.")],
    attributes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON of item -> attribute ids, used as content.")
    ] = None,
    split: Annotated[_Split, typer.Option(help="temporal needs a file with times.")] = _Split.LEAVE_ONE_OUT,
    instant: Annotated[bool, typer.Option("--instant", help="Only what fits in seconds, without torch.")] = False,
    seed: Annotated[int, typer.Option(help="Of everything drawn.")] = 0,
    json: JsonFlag = False,
) -> None:
    """Compare models of what a shopper takes next, and their stack, by full ranking.

    Constants are tuned on the last item but one; the last is asked for once. A training that was stopped goes on.

    Example: aisle bench sequences Beauty.txt.gz --attributes Beauty_item2attributes.json.gz
    """
    from assistant.bench_sequences import bench_sequences as run

    run(read_settings(), file, attributes=attributes, split=split, instant=instant, seed=seed, as_json=json)
