"""What `aisle bench turn` does: whole turns on the demo shop, from the message to the kept answer.

A turn is understood, searched, ranked, grounded, logged and stored as for a shopper. Measured are turns of one shopper
with the embedded model, of many at once, the cost of our own beside an endpoint (with LangChain's bare agent on the
same endpoint as rival, in turns), and how a turn grows with products, shoppers and the length of a dialogue.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from statistics import median
from typing import Any, Final, Literal, get_args

import numpy as np

from assistant.bootstrap import build_assistant
from assistant.commands import prepare_shop
from assistant.config import Settings
from assistant.errors import ModelFailed
from assistant.llm.bench_endpoint import AnsweringEndpoint, BareAgent, answering_endpoint
from assistant.metering import EMBEDDED, Stage
from assistant.places import DEMO_CATALOGUE, catalogues_folder
from assistant.service import Assistant
from assistant.terminal import Progress, say, say_json, showing_progress
from assistant.turn import Done, EvidenceFound, Failed, SlateFact, TextDelta, Turn, TurnCost
from retrieval.engine import Retrieval
from retrieval.loader import import_products

ROUNDS: Final = 5
PAUSE_S: Final = 2.0
DIALOGUES: Final = (
    ("show me tents", "for two people", "under 200", "how heavy is the first one?", "compare the first two"),
    ("waterproof hiking boots", "in size 42", "something cheaper", "does the second one have a warm lining?", "thanks"),
    ("I need a rain jacket", "not black please", "the lightest of them", "what is your return policy?", "add it"),
    ("bluetooth speaker for the shower", "below 80 dollars", "show me more", "why this?", "how long is delivery?"),
    ("a gift for my mother who likes to cook", "up to 60", "a frying pan", "is it good for induction?", "goodbye"),
    ("running shoes and a water bottle", "the shoes under 120", "cheapest bottle", "and the second?", "hello again"),
)
"""What shoppers of the bench say."""
LENGTHS: Final = (1, 10, 40)
"""At which message of a dialogue a turn is timed."""


@dataclass(frozen=True, slots=True)
class TurnTime:
    """One turn, in seconds, and what it counted itself; None where it showed no words, or no card."""

    whole_s: float
    cpu_s: float
    first_word_s: float | None
    first_card_s: float | None
    cost: TurnCost


def bench_turn(
    settings: Settings, *, shoppers: Sequence[int], products: Sequence[int], rounds: int, as_json: bool
) -> None:
    """Measure and tell.

    Args:
        settings: the encoder, and the data folder: the bench's shop stays in its "bench-turn" folder. With an
            endpoint, our turns and the bare agent's are compared on it as well.
        shoppers: how many talk at once, each a point of the curve; 16 is the one with a figure to reach.
        products: sizes of made-up catalogues; a turn is timed by words alone on each.
        rounds: of the dialogues; the median of the rounds is told.
        as_json: write JSON.

    Raises:
        AisleError: the demo shop cannot be made.
    """
    endpoint = settings.llm_url
    here = settings.model_copy(
        update={
            "data": settings.data / "bench-turn",
            "catalogue": DEMO_CATALOGUE,
            "llm_url": None,
            "messages_per_minute": 0,
            "messages_per_day": 0,
        }
    )
    load_before = os.getloadavg()[0]
    with showing_progress() as progress, asyncio.Runner() as runner:
        prepare_shop(here, progress)
        found: dict[str, Any] = {}
        with _opened(here, "meaning") as assistant:
            n_products = len(_retrieval(here).catalogue.products)
            found["one_shopper"] = runner.run(_one_shopper(assistant, rounds, progress))
            found["over_shoppers"] = {str(n): runner.run(_many(assistant, n, progress)) for n in sorted({1, *shoppers})}
            found["over_length"] = runner.run(_over_length(assistant, progress))
        found["over_products"] = {
            str(n): runner.run(_of_size(here, n, progress)) for n in sorted({n_products, *products})
        }
        with answering_endpoint() as answering:
            found["beside_endpoint"] = runner.run(_beside(here, answering.url, "stub", answering, rounds, progress))
        if endpoint:
            found["on_your_endpoint"] = runner.run(
                _beside(here, endpoint, settings.llm_model, None, rounds, progress, key=settings)
            )
    found["machine"] = {**_machine(n_products), "load_average": [load_before, os.getloadavg()[0]]}
    if as_json:
        say_json(found)
    else:
        _tell(found)


# ---------------------------------------------------------------- turns


async def _one_shopper(assistant: Assistant, rounds: int, progress: Progress) -> dict[str, Any]:
    """Each round says all dialogues, one after the other; one before is not counted."""
    told = []
    for number in range(rounds + 1):
        times = [spent for lines in DIALOGUES for spent in await _dialogue(assistant, lines)]
        if number:
            told.append(_figures(times))
        progress("turns of one shopper", number, rounds)
    return _median_of(told) | {"rounds": rounds, "turns": sum(map(len, DIALOGUES))}


async def _many(assistant: Assistant, n: int, progress: Progress) -> dict[str, Any]:
    """n shoppers at once, each with a pause between its turns; they come within one pause."""
    progress(f"{n} shoppers at once", 0, 1)
    starts = np.random.default_rng([7, n]).uniform(0, PAUSE_S, n)

    async def visit(number: int) -> list[TurnTime]:
        await asyncio.sleep(starts[number])
        return await _dialogue(assistant, DIALOGUES[number % len(DIALOGUES)], pause_s=PAUSE_S)

    visits = await asyncio.gather(*(visit(number) for number in range(n)))
    progress(f"{n} shoppers at once", 1, 1)
    return _figures([spent for times in visits for spent in times])


async def _over_length(assistant: Assistant, progress: Progress) -> dict[str, Any]:
    """The turn of one search as the 1st, 10th and 40th message, each in three dialogues."""
    at: dict[int, list[TurnTime]] = {length: [] for length in LENGTHS}
    for number in range(3):
        lines = [line for lines in DIALOGUES for line in lines if line != "add it"]
        told = [DIALOGUES[0][0] if at_place in LENGTHS else lines[at_place % len(lines)] for at_place in range(1, 41)]
        times = await _dialogue(assistant, told)
        for length in LENGTHS:
            at[length].append(times[length - 1])
        progress("long dialogues", number + 1, 3)
    return {str(length): _figures(times) for length, times in at.items()}


async def _of_size(settings: Settings, n: int, progress: Progress) -> dict[str, Any]:
    """One round on a catalogue of n products, by words alone: what is searched is the demo's, and copies of it."""
    base = list(_retrieval(settings).catalogue.products.values())
    copies = (
        replace(
            product,
            id=f"{product.id}-{number}",
            title=f"{product.title} {number}",
            variants=tuple(replace(variant, id=f"{variant.id}-{number}") for variant in product.variants),
        )
        for number in range(1, n // len(base) + 1)
        for product in base
    )
    listed = [*base, *copies][:n]
    name = f"bench-{n}"
    import_products(listed, root=catalogues_folder(settings), name=name, currency=settings.currency, progress=progress)
    with _opened(settings.model_copy(update={"catalogue": name, "encoder": "off"}), "words") as assistant:
        await _dialogue(assistant, DIALOGUES[0])
        return _figures([spent for lines in DIALOGUES for spent in await _dialogue(assistant, lines)])


async def _dialogue(assistant: Assistant, lines: Sequence[str], pause_s: float = 0.0) -> list[TurnTime]:
    session = await assistant.open_session(None)
    times = []
    for number, line in enumerate(lines):
        if number and pause_s:
            await asyncio.sleep(pause_s)
        turn = Turn(session.conversation_id, uuid.uuid4().hex, line, session.principal)
        times.append(await _timed(assistant, turn))
    return times


async def _timed(assistant: Assistant, turn: Turn) -> TurnTime:
    """Time one turn.

    Raises:
        ModelFailed: it could not be answered.
    """
    began, cpu_began = time.perf_counter(), time.process_time()
    word: float | None = None
    card: float | None = None
    cost = TurnCost()
    async with aclosing(assistant.stream(turn)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and word is None:
                word = time.perf_counter() - began
            elif isinstance(event, EvidenceFound) and isinstance(event.fact, SlateFact) and card is None:
                card = time.perf_counter() - began
            elif isinstance(event, Failed):
                raise ModelFailed(event.message)
            elif isinstance(event, Done):
                cost = event.answer.cost
    return TurnTime(time.perf_counter() - began, time.process_time() - cpu_began, word, card, cost)


# ---------------------------------------------------------------- beside an endpoint


async def _beside(
    settings: Settings,
    url: str,
    model: str,
    stub: AnsweringEndpoint | None,
    rounds: int,
    progress: Progress,
    key: Settings | None = None,
) -> dict[str, Any]:
    """Our turn and the bare agent's on one endpoint, in turns: a search, then words about what was found.

    With the stub, the time that the endpoint took is known, and the rest is our own.
    """
    asked = settings.model_copy(
        update={"llm_url": url, "llm_model": model, **({"llm_api_key": key.llm_api_key} if key else {})}
    )
    agent = BareAgent(asked, _retrieval(settings))
    lines = [lines[0] for lines in DIALOGUES]
    rows: dict[str, list[float]] = {"ours": [], "ours_cpu": [], "agent": [], "own": []}
    n_fell_back = 0
    with _opened(asked, "meaning") as assistant:
        for number in range(rounds + 1):
            for line in lines:
                before = stub.busy_s if stub else 0.0
                spent = (await _dialogue(assistant, [line]))[0]
                in_endpoint = stub.busy_s - before if stub else 0.0
                began = time.perf_counter()
                await agent.answer(line)
                other = time.perf_counter() - began
                if number:
                    n_fell_back += spent.cost.model == EMBEDDED
                    rows["ours"].append(spent.whole_s)
                    rows["ours_cpu"].append(spent.cpu_s)
                    rows["agent"].append(other)
                    rows["own"].append(spent.whole_s - in_endpoint)
            progress("turns beside an endpoint", number, rounds)
    pairs = zip(rows["ours"], rows["agent"], strict=True)
    return {
        "ours_ms": _spread(rows["ours"]),
        "ours_cpu_ms": _spread(rows["ours_cpu"]),
        "bare_agent_ms": _spread(rows["agent"]),
        **({"own_ms": _spread(rows["own"])} if stub else {}),
        "ratio": median(ours / other for ours, other in pairs),
        "turns": len(rows["ours"]),
        "fell_back": n_fell_back,
    }


# ---------------------------------------------------------------- figures


def _figures(times: Sequence[TurnTime]) -> dict[str, Any]:
    cards = [spent.first_card_s for spent in times if spent.first_card_s is not None]
    words = [spent.first_word_s for spent in times if spent.first_word_s is not None]
    return {
        "whole_ms": _spread([spent.whole_s for spent in times]),
        "cpu_ms": _spread([spent.cpu_s for spent in times]),
        "first_word_ms": _spread(words),
        "first_card_ms": _spread(cards),
        **{f"{stage}_ms": _spread([spent.cost.stages.get(stage, 0.0) for spent in times]) for stage in get_args(Stage)},
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    if not seconds:
        return {}
    p50, p95 = np.percentile(np.array(seconds) * 1_000, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}


def _median_of(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The median of several rounds, figure by figure."""
    return {what: {name: median(one[what][name] for one in rounds) for name in rounds[0][what]} for what in rounds[0]}


@contextmanager
def _opened(settings: Settings, wait: Literal["words", "meaning"]) -> Iterator[Assistant]:
    assistant = build_assistant(settings)
    try:
        assistant.start(wait=wait)
        yield assistant
    finally:
        assistant.close()


def _retrieval(settings: Settings) -> Retrieval:
    return Retrieval.open(catalogues_folder(settings), settings.catalogue)


def _machine(n_products: int) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "langchain": version("langchain"),
        "torch": version("torch"),
        "cores": os.cpu_count(),
        "products": n_products,
    }


def _tell(found: dict[str, Any]) -> None:
    one = found["one_shopper"]
    say(f"One shopper, embedded model, whole turns (median of {one['rounds']} rounds of {one['turns']} turns):")
    say(f"  {_row(one)}")
    for curve, what in (("over_shoppers", "at once"), ("over_length", "th message"), ("over_products", "products")):
        for size, row in found[curve].items():
            say(f"  {size:>7} {what}: {_row(row)}")
    for name, what in (("beside_endpoint", "an endpoint that answers at once"), ("on_your_endpoint", "your endpoint")):
        if name in found:
            row = found[name]
            own = f", of which our own {_of(row['own_ms'])}" if "own_ms" in row else ""
            say(
                f"Beside {what}: turn {_of(row['ours_ms'])}{own}; "
                f"bare agent {_of(row['bare_agent_ms'])}; ratio {row['ratio']:.2f}; "
                f"the embedded model answered {row['fell_back']} of {row['turns']}."
            )
    machine = found["machine"]
    before, after = machine["load_average"]
    say(f"{machine['products']:,} products, {machine['cores']} cores, load average {before:.2f} to {after:.2f}.")


def _row(row: dict[str, Any]) -> str:
    card = f", first card {_of(row['first_card_ms'])}" if row["first_card_ms"] else ""
    return f"whole {_of(row['whole_ms'])}{card} (processor {_of(row['cpu_ms'])})"


def _of(spread: dict[str, float]) -> str:
    return f"p50 {spread['p50']:.0f} ms, p95 {spread['p95']:.0f} ms"
