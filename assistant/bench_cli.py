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


@bench.command("experiments")
def bench_experiments(
    runs: Annotated[int, typer.Option(help="Simulated experiments of each kind.", min=20)] = 400,
    units: Annotated[int, typer.Option(help="Sessions of each, in both arms together.", min=1_000)] = 20_000,
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 1,
    json: JsonFlag = False,
) -> None:
    """Look at simulated experiments all the time: false alarms, power, and what interleaving saves.

    Example: aisle bench experiments --runs 400
    """
    from assistant.bench_experiments import bench_experiments as run

    run(runs=runs, units=units, seed=seed, as_json=json)


@bench.command("ope")
def bench_ope(
    logs: Annotated[int, typer.Option(help="Simulated logs for the intervals.", min=5)] = 500,
    seeds: Annotated[int, typer.Option(help="Seeds of each stress scenario of the gate.", min=1)] = 200,
    open_bandit: Annotated[
        Path | None,
        typer.Option("--open-bandit", metavar="FOLDER", help="Open Bandit: a folder with random/ and bts/."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Judge policies from logs of others: do intervals hold the truth, does the promotion gate decide rightly?

    Example: aisle bench ope --logs 500 --seeds 200
    """
    from assistant.bench_ope import bench_ope as run

    run(logs=logs, seeds=seeds, open_bandit=open_bandit, as_json=json)


@bench.command("groceries")
def bench_groceries(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: one basket per line, items separated by commas.")],
    json: JsonFlag = False,
) -> None:
    """Find what is bought together: association rules, and what they cost.

    Example: aisle bench groceries groceries.csv
    """
    from assistant.bench_groceries import bench_groceries as run

    run(file, as_json=json)


@bench.command("hillstrom")
def bench_hillstrom(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The Hillstrom e-mail test, CSV or its .gz.")],
    json: JsonFlag = False,
) -> None:
    """Measure what an offer changed, and for whom: effects, uplift models, and offer policies told from the log.

    Example: aisle bench hillstrom hillstrom.csv.gz
    """
    from assistant.bench_hillstrom import bench_hillstrom as run

    run(file, as_json=json)


@bench.command("decide")
def bench_decide(
    decisions: Annotated[int, typer.Option(help="Slates that are shown, and computed again.", min=1)] = 10_000,
    candidates: Annotated[int, typer.Option(help="Candidates of a timed decision.", min=2)] = 200,
    timed: Annotated[int, typer.Option(help="Decisions timed at each point.", min=20)] = 500,
    shoppers: Annotated[int, typer.Option(help="Simulated shoppers whose behaviour is there before.", min=20)] = 800,
    seed: Annotated[int, typer.Option(help="Of the shop, the shoppers and the draws.")] = 7,
    json: JsonFlag = False,
) -> None:
    """Time whole decisions on the demo shop, compute them again from the log, and test their reasons.

    Example: aisle bench decide --decisions 2000
    """
    from assistant.bench_decide import bench_decide as run

    run(decisions=decisions, candidates=candidates, timed=timed, shoppers=shoppers, seed=seed, as_json=json)


@bench.command("turn")
def bench_turn(
    shoppers: Annotated[list[int] | None, typer.Option(help="So many at once; 1, 4, 16 and 32 without.", min=1)] = None,
    products: Annotated[
        list[int] | None, typer.Option(help="Sizes of made-up catalogues; 10,000 and 100,000 without.", min=100)
    ] = None,
    rounds: Annotated[int, typer.Option(help="Rounds of the same dialogues; their median is told.", min=1)] = 5,
    llm: Annotated[
        str | None, typer.Option(metavar="URL", help="Measure on this OpenAI-compatible endpoint as well.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="The model's name at the endpoint.")] = None,
    json: JsonFlag = False,
) -> None:
    """Time whole turns: one shopper, many at once, beside an endpoint, and beside LangChain's bare agent on it.

    Example: aisle bench turn --rounds 3
    """
    from assistant.bench_turn import bench_turn as run

    run(
        read_settings(llm_url=llm, llm_model=model),
        shoppers=shoppers or (1, 4, 16, 32),
        products=products or (10_000, 100_000),
        rounds=rounds,
        as_json=json,
    )


@bench.command("bandit")
def bench_bandit(
    seeds: Annotated[int, typer.Option(help="Seeds reported; each is a shop of its own.", min=2)] = 30,
    steps: Annotated[int, typer.Option(help="Decisions per seed.", min=100)] = 10_000,
    settings: Annotated[int, typer.Option(help="Settings that each policy's tuning tries.", min=1)] = 12,
    results: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep finished parts here; a stopped run goes on from them.")
    ] = None,
    vw: Annotated[bool, typer.Option(help="Put Vowpal Wabbit's SquareCB beside.")] = True,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
    json: JsonFlag = False,
) -> None:
    """Compare explorers in shops whose true click chances are known, on paired seeds.

    Example: aisle bench bandit --seeds 30 --results bandit.jsonl
    """
    from assistant.bench_bandit import bench_bandit as run

    run(
        seeds=seeds,
        steps=steps,
        settings=settings,
        results=results,
        with_vw=vw,
        workers=workers,
        as_json=json,
    )


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
