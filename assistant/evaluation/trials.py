"""Plays every task several times, each time in a fresh copy of the shop, and keeps each result at once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import ModelFailed
from assistant.evaluation.goals import Goal
from assistant.evaluation.scenarios import House, Scenario, play_scenario
from assistant.evaluation.shopper import MAX_MESSAGES, SimulatedShopper
from assistant.evaluation.visit import Reply, Visit
from assistant.llm.shopper_model import ShopperModel
from assistant.service import Assistant

Task = Goal | Scenario


@dataclass(frozen=True, slots=True)
class Result:
    """One task played once.

    Args:
        model: name of the column.
        task: id.
        part: "goals", "scenarios" or "attacks".
        trial: from 0.
        problems: what went wrong; empty where it was passed.
        outside: cards shown although the limit that was told forbids them; goals only.
        told: the transcript, a row per message; see `Visit.told`.
        language, brief: for the report.
    """

    model: str
    task: str
    part: str
    trial: int
    problems: tuple[str, ...]
    outside: int
    told: tuple[dict[str, Any], ...]
    language: str = "en"
    brief: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing went wrong."""
        return not self.problems


@dataclass
class Kept:
    """Results in a file of JSON lines: what is there is not played again.

    Args:
        path: the file; it need not be there.
        key: of the whole evaluation (seed, version); results of another one are not taken.
        results: by model, task and trial.
        broken_off: why, by the same, where the model that plays the shopper did not answer. That says nothing of the
            model under evaluation, so it is not in the file, and the next run plays it again.
    """

    path: Path
    key: str
    results: dict[tuple[str, str, int], Result] = field(default_factory=dict)
    broken_off: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in self.path.read_text("utf-8").splitlines() if self.path.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # The last line of a run that was killed.
            if row.pop("key", "") == self.key:
                result = Result(**{**row, "problems": tuple(row["problems"]), "told": tuple(row["told"])})
                self.results[result.model, result.task, result.trial] = result

    def keep(self, result: Result) -> None:
        """Write a result down."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": self.key, **asdict(result)}, ensure_ascii=False) + "\n")
        self.results[result.model, result.task, result.trial] = result


async def play_all(
    tasks: Sequence[Task],
    assistant: Assistant,
    house: House,
    kept: Kept,
    *,
    model: str,
    trial: int,
    seed: int,
    shopper: ShopperModel | None = None,
) -> AsyncIterator[Result]:
    """Play the tasks that were not played yet.

    Args:
        tasks: goals and scenarios, all of them: their place is part of the seed, so that a run taken up says the same.
        assistant: an open shop that no other trial has been in.
        house: what scenarios know of it.
        kept: takes the results.
        model: name of the column.
        trial: which time it is.
        seed: of the simulated shoppers' words.
        shopper: a language model that plays the shoppers; None lets code do it.
    """
    for number, task in enumerate(tasks):
        if (model, task.id, trial) in kept.results:
            continue
        visit = Visit(assistant, await _session(assistant, task))
        if isinstance(task, Scenario):
            problems, outside = await play_scenario(task, visit, house), 0
            part, language, brief = "attacks" if task.is_attack else "scenarios", task.language, ""
        else:
            try:
                problems, outside = await _pursue(task, visit, [seed, trial, number], shopper)
            except ModelFailed as failed:
                kept.broken_off[model, task.id, trial] = str(failed)
                continue
            part, language, brief = "goals", "en", task.brief
        result = Result(model, task.id, part, trial, tuple(problems), outside, tuple(visit.told()), language, brief)
        kept.keep(result)
        yield result


async def _session(assistant: Assistant, task: Task) -> Any:
    session = await assistant.open_session(None)
    if isinstance(task, Scenario) and task.customer:
        session = await assistant.sign_in(session.token, task.customer)
    return session


async def _pursue(goal: Goal, visit: Visit, seeds: list[int], model: ShopperModel | None) -> tuple[list[str], int]:
    """Let a simulated shopper pursue a goal; gives what went wrong, and how many cards broke a limit that was told.

    Raises:
        ModelFailed: the model that plays the shopper did not answer.
    """
    shopper = SimulatedShopper(goal, seeds)
    words, outside = await _opening(shopper, goal, model), 0
    while words is not None and len(visit.said) < MAX_MESSAGES:
        reply = await visit.say(words)
        if shopper.limit_told:
            outside += sum(card.variant.price.amount_minor > goal.at_most.amount_minor for card in reply.cards)
        words = shopper.next_words(reply, await visit.cart())
        if words is not None and model is not None and not shopper.found:
            words = await model.next_words(goal.brief, _dialogue(visit))
            shopper.heard(words)
    return _problems(shopper, goal, visit), outside


async def _opening(shopper: SimulatedShopper, goal: Goal, model: ShopperModel | None) -> str | None:
    if model is None:
        return shopper.opening()
    words = await model.next_words(goal.brief, ())
    shopper.heard(words)
    return words


def _dialogue(visit: Visit) -> tuple[tuple[str, str], ...]:
    return tuple(zip(visit.said, map(_seen, visit.replies), strict=True))


def _seen(reply: Reply) -> str:
    """A reply as a shopper sees it: the words, then the cards."""
    cards = [f"[{n}] {card.product.title}, {card.variant.price.format()}" for n, card in enumerate(reply.cards, 1)]
    return "\n".join([reply.answer.text or reply.failed, *cards])


def _problems(shopper: SimulatedShopper, goal: Goal, visit: Visit) -> list[str]:
    failed = [reply.failed for reply in visit.replies if reply.failed]
    if failed:
        return [f"not answered: {failed[0]}"]
    if not shopper.found:
        return [f"nothing that fits was shown in {len(visit.said)} messages"]
    if goal.buys and not shopper.in_cart:
        return ["what was found did not get into the cart"]
    return []
