"""Two shoppers in different arms see the difference, and the log says who was treated how."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator

import pytest

from assistant.service import Assistant
from assistant.tools.context import session_key
from recommender.experiments.assignment import assign
from recommender.experiments.definitions import Arm, Experiment, RankerSets, Sets
from tests.fakes.openai_server import Script
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Visitor

_names = itertools.count(1)
Pair = Callable[..., tuple[Visitor, Visitor]]


@pytest.fixture
def pair(shop: Assistant, runner: asyncio.Runner) -> Iterator[Pair]:
    """Starts an experiment and returns a visitor in each of its arms."""
    yield from pairs(shop, runner)


@pytest.fixture
def pair_on_endpoint(house: tuple[Assistant, Script], runner: asyncio.Runner) -> Iterator[Pair]:
    """The same where an endpoint answers."""
    yield from pairs(house[0], runner)


def pairs(shop: Assistant, runner: asyncio.Runner) -> Iterator[Pair]:
    started: list[str] = []

    def start(sets: Sets, control: Sets | None = None, **more: object) -> tuple[Visitor, Visitor]:
        name = f"scenario-{next(_names)}"
        arms = (Arm(name="control", share=0.5, sets=control or Sets()), Arm(name="treatment", share=0.5, sets=sets))
        experiment = Experiment(name=name, hypothesis="They see the difference.", arms=arms, **more)  # type: ignore[arg-type]
        shop.lab.start(experiment, who="test")
        started.append(name)
        found: dict[str, Visitor] = {}
        while len(found) < 2:
            visitor = new_visitor(shop, runner, f"{name}-{next(_names)}")
            arm = assign(experiment, session_key(visitor.session.principal))
            assert arm is not None
            found.setdefault(arm.name, visitor)
        return found["control"], found["treatment"]

    start.started = started  # type: ignore[attr-defined]
    yield start
    for name in started:
        shop.lab.stop(name, who="test", because="the test is over")


def arm_logged(visitor: Visitor) -> str:
    decision = visitor.replies[-1].slates[0].decision
    assert decision is not None
    return next(iter(decision.experiments.values()))


def test_the_number_of_cards(pair: Pair) -> None:
    control, treatment = pair(Sets(slate_size=3))
    assert len(control.say("backpack").products) == 6
    assert len(treatment.say("backpack").products) == 3
    assert (arm_logged(control), arm_logged(treatment)) == ("control", "treatment")


def test_the_ranker(pair: Pair) -> None:
    by_rating = Sets(ranker=RankerSets(policy="greedy", weights={"search": {"relevant": 0.0, "well_rated": 9.0}}))
    control, treatment = pair(by_rating)
    shown = [[p.product.rating or 0 for p in visitor.say("backpack").products] for visitor in (control, treatment)]
    assert min(shown[1]) > min(shown[0])
    assert (arm_logged(control), arm_logged(treatment)) == ("control", "treatment")


def test_the_wording_and_its_hash(pair: Pair) -> None:
    control, treatment = pair(Sets(prompt="brief"))
    assert control.say("backpack").text.startswith("I found **")
    assert treatment.say("backpack").text.startswith("**")
    hashes = [visitor.replies[-1].answer.prompt_hash for visitor in (control, treatment)]
    assert hashes[0] != hashes[1]
    assert (arm_logged(control), arm_logged(treatment)) == ("control", "treatment")


def test_the_rules_of_a_language_model(pair_on_endpoint: Pair, script: Script) -> None:
    script.steps = [{"say": "Hello."}]
    control, treatment = pair_on_endpoint(Sets(prompt="brief"))
    for visitor in (control, treatment):
        visitor.say("hello there")
    rules = [request["messages"][0] for request in script.requests]
    assert [message["role"] for message in rules] == ["system", "system"]
    assert "one short sentence" not in rules[0]["content"]
    assert "one short sentence" in rules[1]["content"]
    assert script.requests[0]["tools"] == script.requests[1]["tools"]


def test_a_question_comes_with_the_cards_or_before_them(pair: Pair, shop: Assistant) -> None:
    control, treatment = pair(Sets(first="question"))
    with_cards, before_cards = control.say("tent"), treatment.say("tent")
    assert with_cards.products
    assert with_cards.answer.question is not None
    assert before_cards.products == ()
    assert before_cards.answer.question == with_cards.answer.question
    assert before_cards.text.startswith("I found **")
    assert before_cards.text.endswith(with_cards.answer.question.text)
    answer = with_cards.answer.question.answers[0]
    assert treatment.say(answer).products
    assert arm_logged(treatment) == "treatment"
    # Nothing was decided before the question, so nothing counts as shown.
    assert before_cards.slates[0].decision is None
    assert treatment.run(shop.history(treatment.session.principal, treatment.session.conversation_id))


def test_who_does_not_answer_the_question_sees_the_cards_all_the_same(pair: Pair) -> None:
    _, treatment = pair(Sets(first="question"))
    assert treatment.say("tent").products == ()
    assert treatment.say("show me more").products


def test_two_rankers_share_a_slate(pair: Pair) -> None:
    by_price = Sets(ranker=RankerSets(policy="greedy", weights={"search": {"relevant": 0.0, "well_rated": 9.0}}))
    one, other = pair(by_price, Sets(ranker=RankerSets(policy="greedy")), kind="interleaving")
    for visitor in (one, other):
        visitor.say("backpack")
        assert set(arm_logged(visitor)) == {"A", "B"}


def test_a_stop_holds_from_the_next_message_on_and_the_report_counts_who_was_in(pair: Pair, shop: Assistant) -> None:
    control, treatment = pair(Sets(slate_size=3))
    control.say("backpack")
    assert len(treatment.say("backpack").products) == 3
    name = pair.started[-1]  # type: ignore[attr-defined]
    shop.lab.stop(name, who="Nora", because="enough")
    reply = treatment.say("tent")
    assert len(reply.products) == 6
    assert reply.slates[0].decision is not None
    assert reply.slates[0].decision.experiments == {}
    assert [(arm.name, arm.units) for arm in shop.lab.report(name).arms] == [("control", 1), ("treatment", 1)]
    assert shop.lab.audited(name)[-1].words == "enough"
