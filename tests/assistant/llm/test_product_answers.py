from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.llm.embedded.product_answers import ProductAnswers
from assistant.prompts import load_prompts
from retrieval.product import Attribute, Product
from tests.assistant.small_shop import (
    CAMP_MUG,
    CUP,
    DOME,
    FJELL_2,
    FJELL_4,
    MARSH,
    OAK_MUG,
    RIDGE,
    STRANGE,
    english,
    fact,
)

ANSWERS = ProductAnswers(english(), load_prompts().question_words())


def answer(product: Product, question: str) -> str:
    return ANSWERS.answer(fact(product), question)


@pytest.mark.parametrize(
    ("product", "question", "said"),
    [
        (FJELL_2, "is it waterproof?", "Yes. The shop states “waterproof: yes” for **Norrfell Fjell 2 Tent**."),
        (DOME, "is it waterproof?", "No. The shop states “waterproof: no” for **Acme Meadow Dome**."),
        (FJELL_2, "how heavy is it?", "The shop states “weight: 2.4 kg” for **Norrfell Fjell 2 Tent**."),
        (OAK_MUG, "what is it made of?", "The shop states “material: Oak” for **Bolt Forest Mug**."),
        (FJELL_4, "how much is it?", "**Norrfell Fjell 4 Tent** costs $349.00, down from $399.00."),
        (FJELL_2, "what does it cost?", "**Norrfell Fjell 2 Tent** costs $199.00."),
        (FJELL_2, "is it in stock?", "Yes, **Norrfell Fjell 2 Tent** is in stock."),
        (MARSH, "is it in stock?", "**Acme Marsh Boot** is sold out at the moment."),
        (CUP, "is it available?", "The shop does not state whether **Norrfell Trail Mug** is in stock."),
        (CAMP_MUG, "how is it rated?", "**Acme Camp Mug** is rated 4.4 of 5 by 210 shoppers."),
        (CUP, "how are the reviews?", "**Norrfell Trail Mug** has no ratings yet."),
        (RIDGE, "does it come in brown?", "Yes: **Bolt Ridge Boot** comes in Brown."),
        (MARSH, "does it come in brown?", "**Acme Marsh Boot** is sold out at the moment."),
        (RIDGE, "does it come in 8?", "Yes: **Bolt Ridge Boot** comes in 8."),
        (RIDGE, "is there one in size 9?", "Yes: **Bolt Ridge Boot** comes in 9."),
        (RIDGE, "does it come in 44?", "No: **Bolt Ridge Boot** comes in 8, 9 and 10, not in 44."),
        (RIDGE, "do you have it in green?", "No: **Bolt Ridge Boot** comes in Red and Brown, not in green."),
        (RIDGE, "which sizes are there?", "**Bolt Ridge Boot** comes in these sizes: 8, 9, 10."),
        (RIDGE, "what colors does it have?", "**Bolt Ridge Boot** comes in these colours: Red, Brown."),
    ],
)  # fmt: skip
def test_a_question_is_answered_from_what_is_stated(product: Product, question: str, said: str) -> None:
    assert answer(product, question) == said


@pytest.mark.parametrize("question", ["is it vegan?", "does it survive a hurricane?", "who designed it?"])
def test_what_is_not_stated_is_said_to_be_unknown(question: str) -> None:
    assert answer(RIDGE, question) == "The shop does not state that about **Bolt Ridge Boot**, so I cannot tell."


@pytest.mark.parametrize("question", ["", "tell me more about it", "any details?"])
def test_without_a_question_it_is_summarised(question: str) -> None:
    assert answer(FJELL_2, question) == (
        "**Norrfell Fjell 2 Tent** costs $199.00. **Norrfell Fjell 2 Tent** is rated 4.6 of 5 by 120 shoppers. "
        "Stated: weight 2.4 kg; capacity 2 people; waterproof yes."
    )


def test_a_product_that_states_little_is_summarised_by_its_price() -> None:
    assert answer(replace(DOME, rating=None, attributes={}), "") == "**Acme Meadow Dome** costs $89.00."


def test_a_title_cannot_mark_up_the_reply() -> None:
    said = answer(STRANGE, "what does it cost?")
    assert said.count("**") == 2
    assert not set("<>[]()`") & set(said)
    assert "\u200b" not in said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("which is the heaviest?", "Of these, **Norrfell Fjell 4 Tent** states the highest weight: 4.1 kg."),
        ("which is the lightest by weight?", "Of these, **Norrfell Fjell 2 Tent** states the lowest weight: 2.4 kg."),
        ("which has the most capacity?", "Of these, **Norrfell Fjell 4 Tent** states the highest capacity: 4 people."),
        ("which is nicer?", ""),
        ("which has the longest battery life?", ""),
    ],
)
def test_the_extreme_of_several_is_the_one_that_states_it(question: str, said: str) -> None:
    assert ANSWERS.most([fact(product) for product in (FJELL_2, FJELL_4, DOME)], question) == said


def test_an_extreme_needs_two_that_state_a_number() -> None:
    assert ANSWERS.most([fact(FJELL_2), fact(RIDGE)], "which has the most capacity?") == ""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("which boils fastest?", "Of these, **Norrfell Trail Mug** states the lowest boil time: 3 min."),
        ("which boils quicker?", "Of these, **Norrfell Trail Mug** states the lowest boil time: 3 min."),
        ("which is slowest to boil?", "Of these, **Acme Camp Mug** states the highest boil time: 5 min."),
    ],
)
def test_what_is_fastest_takes_the_least_time(question: str, said: str) -> None:
    stated = [{"power": Attribute("power", watts, "W"), "boil_time": Attribute("boil_time", minutes, "min")}
              for watts, minutes in ((3000, 5), (1000, 3))]  # fmt: skip
    stoves = [replace(product, attributes=rows) for product, rows in zip((CAMP_MUG, CUP), stated, strict=True)]
    assert ANSWERS.most([fact(product) for product in stoves], question) == said
