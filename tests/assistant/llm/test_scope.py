"""The more speaks for the shop, the surer the head must be that words are for somebody else."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.planner import Planner
from assistant.llm.embedded.scope import Scope
from assistant.llm.state import TurnState
from assistant.prompts import load_prompts
from assistant.titles import TitleIndex
from assistant.turn import Focus, Need
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.assistant.small_shop import PRODUCTS, TENTS

INTENTS = load_prompts().intents()
NOTHING = TurnState("")
SHOWN = TurnState("", Need("tents"), Focus(shown=tuple(t.id for t in TENTS)), TENTS)


class Sure(IntentReader):
    """Takes whatever it reads for foreign, with the same probability."""

    def __init__(self, probability: float) -> None:
        super().__init__(INTENTS)
        self._probability = probability

    def foreign(self, text: str, *, besides: Collection[str] = ()) -> float:
        return self._probability


def refuses(probability: float, words: str, state: TurnState = NOTHING) -> bool:
    reader = QueryReader(Vocabulary.learn(PRODUCTS), "USD")
    return Scope(Sure(probability), reader, lambda _: False, TitleIndex(PRODUCTS)).is_foreign(words, state)


@pytest.mark.parametrize(
    ("probability", "words", "state", "refused"),
    [
        (0.39, "is it going to be sunny on the coast", NOTHING, False),
        (0.41, "is it going to be sunny on the coast", NOTHING, True),
        (0.79, "and is it going to be sunny on the coast", SHOWN, False),
        (0.81, "and is it going to be sunny on the coast", SHOWN, True),
        (0.79, "tents for the sunny side of the coast", NOTHING, False),
        (0.81, "tents for the sunny side of the coast", NOTHING, True),
        (0.94, "tents for the sunny side of the coast", SHOWN, False),
        (0.79, "does my order know how sunny the coast is", NOTHING, False),
        (0.99, "and to the coast?", SHOWN, False),
        (0.99, "and to the coast?", NOTHING, True),
        (0.94, f"can {TENTS[0].title} stand the sun", NOTHING, False),
        (0.99, "is the sun going to shine on A-10421 today", NOTHING, False),
    ],
)
def test_the_more_speaks_for_the_shop_the_surer_it_must_be(
    probability: float, words: str, state: TurnState, refused: bool
) -> None:
    assert refuses(probability, words, state) is refused
    assert not refuses(0.0, words, state)


def test_a_clause_for_somebody_else_leaves_the_others_alone() -> None:
    class OnlyTheSun(Sure):
        def foreign(self, text: str, *, besides: Collection[str] = ()) -> float:
            return 0.9 if "sun" in text and "tent" not in text else 0.1

    reader = QueryReader(Vocabulary.learn(PRODUCTS), "USD")
    plan = Planner(OnlyTheSun(0), reader, "USD").plan(TurnState("Show me tents. How far away is the sun?"))

    assert [step.tool for step in plan.steps] == ["search_products"]


def test_who_wants_to_buy_a_thing_points_at_nothing_where_nothing_is_shown() -> None:
    reader = QueryReader(Vocabulary.learn(PRODUCTS), "USD")
    planner = Planner(IntentReader(INTENTS), reader, "USD")

    for words in ("I want to buy a scraper that is made of steel", "I am looking for binoculars and need to buy it"):
        assert [step.tool for step in planner.plan(TurnState(words)).steps] == ["search_products"], words
