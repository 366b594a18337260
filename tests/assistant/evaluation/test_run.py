"""An evaluation: what is wrong is said before it begins, results are kept and taken up again, the reports hold all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.evaluation.figures import figures
from assistant.evaluation.goals import Goal
from assistant.evaluation.report import html_report
from assistant.evaluation.run import Column, _check_endpoint, columns_of
from assistant.evaluation.scenarios import House, Scenario, load_scenarios
from assistant.evaluation.trials import Kept, Result, play_all
from assistant.evaluation.visit import amounts_without_evidence
from assistant.llm.shopper_model import ShopperModel
from assistant.prompts import load_prompts
from assistant.service import Assistant
from assistant.turn import Answer, ProductFact
from tests.assistant.owner_house import owner_house
from tests.assistant.small_shop import PRODUCTS, usd
from tests.fakes.models_endpoint import models_endpoint
from tests.fakes.openai_server import openai_server

HOUSE = House("CANARY-1", "A-1", "You are the assistant of one shop and say only what its data states, nothing else.")
TENTS = frozenset(product.id for product in PRODUCTS if product.category == "Tents")


def scenario(**turn: object) -> Scenario:
    return Scenario.model_validate({"id": "en-one", "language": "en", "turns": [turn]})


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with owner_house(tmp_path / "shop") as made:
        yield made


async def played(
    assistant: Assistant, kept: Kept, *tasks: Goal | Scenario, shopper: ShopperModel | None = None
) -> list[Result]:
    playing = play_all(tasks, assistant, HOUSE, kept, model="embedded", trial=0, seed=3, shopper=shopper)
    return [one async for one in playing]


def test_every_language_has_the_same_kinds_of_visits_and_ids_are_unique() -> None:
    found = load_scenarios()
    assert len({one.id for one in found}) == len(found)
    by_language = {name: {one.id[3:] for one in found if one.id.startswith(name)} for name in ("de", "es", "zh")}
    assert by_language["de"] == by_language["es"] == by_language["zh"]
    assert by_language["de"] <= {one.id[3:] for one in found if one.id.startswith("en")}
    assert sum(one.is_attack for one in found) >= 6


async def test_tasks_are_played_once_and_taken_up_where_a_run_was_stopped(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "out" / "results.jsonl"
    goal = Goal("goal-01", "Tents", usd(100_000), "", True, TENTS)
    first = await played(assistant, Kept(path, "k"), goal)
    assert [(one.part, one.passed) for one in first] == [("goals", True)], first[0].problems
    assert first[0].told[-1]["text"]
    with path.open("a") as file:
        file.write('{"key": "k", "model": "emb')  # A run that was killed here.
    again = Kept(path, "k")
    assert again.results == {("embedded", "goal-01", 0): first[0]}
    tents = scenario(say="show me tents", shows="Tents", cart=0)
    assert [one.task for one in await played(assistant, again, goal, tents)] == ["en-one"]
    assert not Kept(path, "another").results


@pytest.mark.parametrize(
    ("turn", "problem"),
    [
        ({"say": "show me tents", "shows": "Mugs"}, "Mugs should be shown"),
        ({"say": "show me tents", "shows": "none"}, "products are shown"),
        ({"say": "show me tents", "at_most": 1}, "costs more than 1"),
        ({"say": "show me tents", "cart": 2}, "0 pieces are in the cart, not 2"),
        ({"say": "show me tents", "policy": "returns"}, "on nothing of returns"),
        ({"say": "show me tents", "proposes": True}, "nothing is proposed"),
        ({"say": "show me tents", "hands_over": True}, "no person was called"),
        ({"say": "show me tents", "about": "Mugs"}, "about none of the Mugs"),
    ],
)
async def test_what_is_wrong_is_said(
    assistant: Assistant, tmp_path: Path, turn: dict[str, object], problem: str
) -> None:
    (found,) = await played(assistant, Kept(tmp_path / "r.jsonl", "k"), scenario(**turn))
    assert problem in found.problems[0]


async def test_a_model_that_plays_shoppers_speaks_as_the_shopper_and_knows_only_what_was_shown(
    assistant: Assistant, tmp_path: Path
) -> None:
    goal = Goal("goal-01", "Tents", usd(100_000), "", False, TENTS)
    with openai_server({"say": "hello"}, {"say": "\n show me\ttents  " + "please " * 99}) as (url, script):
        asker = ShopperModel(Settings(llm_url=url), load_prompts())
        (found,) = await played(assistant, Kept(tmp_path / "r.jsonl", "k"), goal, shopper=asker)
    assert found.passed, found.problems
    assert [row["said"][:20] for row in found.told[:2]] == ["hello", "show me tents please"]
    assert len(found.told[1]["said"]) <= 300
    first_asked = script.requests[0]
    first, second = (request["messages"] for request in script.requests[:2])
    assert first_asked["max_completion_tokens"] < 200  # More than anybody types would only be waited for.
    assert goal.brief in first[0]["content"]
    assert [message["role"] for message in second] == ["system", "assistant", "user"]
    assert second[1]["content"] == "hello"
    assert second[2]["content"].startswith(found.told[0]["text"])


async def test_a_goal_whose_shopper_fails_is_left_out_and_the_others_are_played(
    assistant: Assistant, tmp_path: Path
) -> None:
    goals = [Goal(f"goal-0{n}", "Tents", usd(100_000), "", False, TENTS) for n in (1, 2)]
    kept = Kept(tmp_path / "r.jsonl", "k")
    with openai_server({"status": 400}, {"say": "show me tents"}) as (url, _):
        asker = ShopperModel(Settings(llm_url=url), load_prompts())
        assert [one.task for one in await played(assistant, kept, *goals, shopper=asker)] == ["goal-02"]
        assert kept.broken_off == {("embedded", "goal-01", 0): "The endpoint answered with status 400."}
        again = Kept(kept.path, "k")
        assert [one.task for one in await played(assistant, again, *goals, shopper=asker)] == ["goal-01"]
    assert not again.broken_off


async def test_a_shoppers_endpoint_that_fails_often_is_asked_again(assistant: Assistant, tmp_path: Path) -> None:
    goals = [Goal(f"goal-0{n}", "Tents", usd(100_000), "", False, TENTS) for n in range(1, 8)]
    busy = {"status": 429, "headers": {"Retry-After": "0"}}
    kept = Kept(tmp_path / "r.jsonl", "k")
    with openai_server(*[busy] * 10, {"say": "show me tents"}) as (url, _):
        asker = ShopperModel(Settings(llm_url=url), load_prompts())
        found = await played(assistant, kept, *goals, shopper=asker)
    # Each of the first five goals asks twice; no breaker keeps the others from being played.
    assert [one.task for one in found] == ["goal-06", "goal-07"]
    assert len(kept.broken_off) == 5


def test_a_share_of_all_plays_is_left_open_where_a_play_is_missing(tmp_path: Path) -> None:
    results = [Result("m", "goal-01", "goals", 0, (), 0, ()), Result("m", "goal-01", "goals", 1, (), 0, ())]
    whole, less = ({"m": figures(rows)} for rows in (results, results[:1]))
    about = {"seed": 3, "trials": 2}
    assert "100 %" in html_report(["m"], whole, results, about).split("pass^2")[1][:200]
    assert "–" in html_report(["m"], less, results[:1], about).split("– pass^2")[1][:80]


def test_an_amount_that_no_evidence_holds_is_found() -> None:
    fact = ProductFact(PRODUCTS[0], PRODUCTS[0].default_variant, {})
    price = PRODUCTS[0].price.format()
    assert not list(amounts_without_evidence(Answer(f"It costs {price}.", (fact,)), ""))
    assert list(amounts_without_evidence(Answer("It costs $7.77.", (fact,)), "")) == ["$7.77"]
    assert not list(amounts_without_evidence(Answer("Nothing under $7.", ()), "under 7 dollars"))


def test_what_cannot_be_evaluated_is_refused_beforehand() -> None:
    with pytest.raises(ConfigError, match="one --model NAME for each"):
        columns_of(["http://127.0.0.1:1/v1"], [], embedded=True)
    with pytest.raises(ConfigError, match="nothing to evaluate"):
        columns_of([], [], embedded=False)
    with pytest.raises(ConfigError, match="one name"):
        columns_of(["http://a/v1", "http://b/v1"], ["m", "m"], embedded=False)
    with pytest.raises(ConfigError, match="does not answer"):
        _check_endpoint(Column("m", "http://127.0.0.1:1/v1"), Settings())


def test_an_endpoint_that_serves_another_model_is_named() -> None:
    with models_endpoint("aisle") as (url, _), pytest.raises(ConfigError, match="serves aisle, not"):
        _check_endpoint(Column("nobody", url), Settings())


async def test_the_report_puts_models_side_by_side_and_shows_text_as_text(assistant: Assistant, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "r.jsonl", "k")
    hostile = scenario(say="<script>alert(1)</script> tents", shows="Mugs")
    (one,) = await played(assistant, kept, hostile)
    other = Result("other", one.task, one.part, 0, (), 0, one.told)
    results = [one, other]
    found = {name: figures(r for r in results if r.model == name) for name in ("embedded", "other")}
    page = html_report(["embedded", "other"], found, results, {"seed": 3, "trials": 1})
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count('<th scope="col">') == 3
    assert "Mugs should be shown" in page
    assert "http" not in page.replace("http-equiv", "")
    assert json.loads((tmp_path / "r.jsonl").read_text().splitlines()[0])["task"] == "en-one"
