from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.needs import search_arguments
from assistant.llm.embedded.plan import Plan
from assistant.llm.embedded.planner import MAX_STEPS, Planner
from assistant.llm.state import TurnState
from assistant.prompts import load_prompts
from assistant.tools import TOOLS
from assistant.tools.langchain_adapter import arguments_model
from assistant.turn import Focus, Need
from retrieval.filters import AttributeIn, BrandIn, CategoryIn, InStock, MinRating, PriceRange
from retrieval.query import QueryReader
from retrieval.results import Sort
from retrieval.vocabulary import Vocabulary
from tests.assistant.small_shop import BOOTS, CAMP_MUG, PRODUCTS, RIDGE, TENTS

NOTHING = TurnState("")
PLANNER = Planner(IntentReader(load_prompts().intents()), QueryReader(Vocabulary.learn(PRODUCTS), "USD"), "USD")
TENT_NEED = Need("tents", (CategoryIn(("Tents",)),))
SHOWN = TurnState("", TENT_NEED, Focus(shown=tuple(t.id for t in TENTS)), TENTS)


def plan(words: str, state: TurnState = NOTHING) -> Plan:
    return PLANNER.plan(replace(state, words=words))


def steps(words: str, state: TurnState = NOTHING) -> list[tuple[str, dict[str, Any]]]:
    return [(step.tool, step.arguments) for step in plan(words, state).steps]


def tools(words: str, state: TurnState = NOTHING) -> list[str]:
    return [tool for tool, _ in steps(words, state)]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("show me tents", ["search_products"]),
        ("where is my order A-10421?", ["track_order"]),
        ("cancel order A-10421", ["propose_cancel_order"]),
        ("show my orders", ["find_orders"]),
        ("what is in my cart?", ["cart"]),
        ("what is your return policy?", ["answer_policy"]),
        ("let me talk to a person", ["hand_over"]),
        ("surprise me", ["recommend_products"]),
    ],
)
def test_an_intent_becomes_its_tool(words: str, named: list[str]) -> None:
    assert tools(words) == named


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("compare the first two", ["compare_products"]),
        ("is the second one waterproof?", ["product_details"]),
        ("add the first one to my cart", ["cart"]),
        ("show me more like the second one", ["recommend_products"]),
        ("add the first one to my cart and what is your return policy?", ["cart", "answer_policy"]),
    ],
)
def test_words_about_what_is_shown_become_tools_too(words: str, named: list[str]) -> None:
    assert tools(words, SHOWN) == named


def test_a_search_carries_its_wishes_typed() -> None:
    ((tool, arguments),) = steps("norrfell tents under $250")
    assert tool == "search_products"
    assert arguments["price_max"] == 250.0
    assert arguments["brands"] == ["Norrfell"]
    assert arguments["categories"] == ["Tents"]


def test_an_order_number_is_passed_on() -> None:
    assert steps("cancel order a-10421") == [("propose_cancel_order", {"order_id": "A-10421"})]


def test_a_quantity_is_read_and_a_size_is_none() -> None:
    assert steps("add two of the second one", SHOWN)[0][1]["quantity"] == 2
    assert steps("add the 4 person tent to my cart", SHOWN)[0][1].get("quantity", 1) == 1


def test_a_follow_up_keeps_the_wishes_that_still_hold() -> None:
    ((_, arguments),) = steps("under $200", SHOWN)
    assert arguments["price_max"] == 200.0
    assert arguments["categories"] == ["Tents"]


def test_cheaper_means_below_the_middle_of_what_was_shown() -> None:
    ((_, arguments),) = steps("something cheaper", SHOWN)
    prices = sorted(tent.price.amount_minor for tent in TENTS)
    assert arguments["price_max"] == (prices[1] - 1) / 100


def test_cheaper_than_about_so_much_has_no_lower_end() -> None:
    around = replace(SHOWN.need, constraints=(*SHOWN.need.constraints, PriceRange("USD", 2550, 3450)))
    stated = replace(SHOWN.need, constraints=(*SHOWN.need.constraints, PriceRange("USD", 2550, 90000)))
    assert steps("cheaper", replace(SHOWN, need=around))[0][1].get("price_min") is None
    assert steps("cheaper", replace(SHOWN, need=stated))[0][1]["price_min"] == 25.5


def test_a_new_kind_starts_a_new_need() -> None:
    ((_, arguments),) = steps("show me mugs", SHOWN)
    assert arguments["categories"] == ["Mugs"]
    assert "price_max" not in arguments


def test_back_to_an_earlier_need_brings_its_wishes_back() -> None:
    earlier = Need("boots", (CategoryIn(("Hiking boots",)), PriceRange("USD", None, 15000)))
    state = replace(SHOWN, focus=replace(SHOWN.focus, earlier_needs=(earlier,)))
    ((_, arguments),) = steps("back to the hiking boots", state)
    assert arguments["categories"] == ["Hiking boots"]
    assert arguments["price_max"] == 150.0


def test_the_answer_to_which_size_goes_into_the_cart() -> None:
    state = replace(SHOWN, choosing=RIDGE)
    assert steps("9", state) == [("cart", {"action": "add", "which": "9"})]
    assert tools("show me mugs", state) == ["search_products"]


def test_pointing_at_nothing_does_not_reach_the_cart() -> None:
    assert "cart" not in tools("add boots")


@pytest.mark.parametrize(("words", "talk"), [("hello", "greeting"), ("thank you!", "thanks"), ("???", "unclear")])
def test_talk_needs_no_tool(words: str, talk: str) -> None:
    assert plan(words) == Plan(talk=(talk,))


def test_a_greeting_before_a_request_is_returned() -> None:
    found = plan("hello! show me tents")
    assert found.talk == ("greeting",)
    assert [step.tool for step in found.steps] == ["search_products"]


def test_every_constraint_becomes_an_argument_that_the_search_accepts() -> None:
    wishes = (
        PriceRange("USD", 500, 9950), BrandIn(("Acme",)), BrandIn(("Bolt",), exclude=True), CategoryIn(("Mugs",)),
        CategoryIn(("Tents",), exclude=True), InStock(), MinRating(4.0),
        AttributeIn("material", ("Oak",), exclude=True),
    )  # fmt: skip
    arguments = search_arguments(Need("mug", wishes, Sort.RATING))
    assert arguments == {
        "query": "mug",
        "price_min": 5.0,
        "price_max": 99.5,
        "brands": ["Acme"],
        "not_brands": ["Bolt"],
        "categories": ["Mugs"],
        "not_categories": ["Tents"],
        "in_stock": True,
        "min_rating": 4.0,
        "attributes": [{"name": "material", "values": ["Oak"], "exclude": True}],
        "sort": "rating",
    }


ARGUMENTS = {tool.__name__: arguments_model(tool) for tool in TOOLS}
STATES = (
    NOTHING,
    SHOWN,
    replace(SHOWN, choosing=RIDGE, in_focus=RIDGE),
    TurnState("", Need("boots", (PriceRange("USD", 100, 20000),)), Focus(asked=("x@y",)), BOOTS, CAMP_MUG, RIDGE),
)
_SAID = st.lists(
    st.sampled_from(
        [
            *("show", "me", "tents", "boots", "mug", "under", "$200", "over", "cheaper", "red", "leather", "not", "no"),
            *("add", "remove", "two", "compare", "the", "first", "second", "it", "them", "both", "like", "more", "and"),
            *("order", "A-10421", "cancel", "track", "return", "policy", "hello", "thanks", "back", "to", "size", "9"),
            *(".", "?", ",", "then", "also", "what", "is", "waterproof", "norrfell", "acme", "in", "stock", "person"),
        ]
    ),
    max_size=12,
).map(" ".join)


@settings(max_examples=150)
@given(words=st.one_of(st.text(max_size=60), _SAID), state=st.integers(0, len(STATES) - 1))
def test_any_text_becomes_a_plan_that_the_tools_accept(words: str, state: int) -> None:
    found = plan(words, STATES[state])
    assert found.steps or found.talk
    assert len(found.steps) <= MAX_STEPS
    for step in found.steps:
        try:
            ARGUMENTS[step.tool].model_validate(step.arguments)
        except ValidationError as problem:
            pytest.fail(f"{words!r}: {step}: {problem}")


# ---------------------------------------------------------------- more like one, by its title


@pytest.mark.parametrize("title", ["Ridgeflint Headland hiking boots", "Dr. First and the Cheapest Two tents. Add it"])
def test_the_button_more_like_this_means_the_product_of_the_page(title: str) -> None:
    page = replace(BOOTS[0], title=title)
    shown = replace(SHOWN, page=page)
    assert steps(f"More like “{title}”", shown) == [
        ("recommend_products", {"kind": "more_like", "which": page.id}),
    ]


@pytest.mark.parametrize("words", ["More like “{}”", 'something similar to "{}"', "more like {}"])
def test_more_like_a_title_on_the_table_is_no_search(words: str) -> None:
    (step,) = steps(words.format(TENTS[1].title), SHOWN)
    assert step[0] == "recommend_products"
    assert TENTS[1].title in step[1]["which"]


def test_more_like_a_quoted_title_looks_for_it_where_nothing_is_shown() -> None:
    assert steps("More like “Ridgeflint Headland hiking boots”") == [
        ("recommend_products", {"kind": "more_like", "which": "Ridgeflint Headland hiking boots"})
    ]


@pytest.mark.parametrize("words", ["more like a tent", "more like $50", "more like under 100"])
def test_more_like_something_else_is_no_likeness(words: str) -> None:
    assert "recommend_products" not in tools(words, SHOWN)


def test_sentences_about_one_thing_are_one_search() -> None:
    ((_, arguments),) = steps("I am looking for hiking boots. I want them in size 9.")
    assert arguments["categories"] == ["Hiking boots"]
    assert {"name": "size", "values": ["9"], "exclude": False} in arguments["attributes"]


def test_a_limit_behind_a_request_belongs_to_it() -> None:
    ((_, arguments),) = steps("show me tents. about 300 dollars")
    assert arguments["categories"] == ["Tents"]
    assert arguments["price_max"] == 345.0


def test_what_comes_in_addition_leaves_the_limit_with_what_it_was_said_of() -> None:
    (_, tents), (_, mugs) = steps("250 max. and also a mug, same price limit", SHOWN)
    assert (tents["categories"], tents["price_max"]) == (["Tents"], 250.0)
    assert (mugs["categories"], mugs["price_max"]) == (["Mugs"], 250.0)


@pytest.mark.parametrize(
    "words", ["are any of these waterproof? only show those", "which are waterproof? show me just these"]
)
def test_a_question_with_only_those_is_a_wish(words: str) -> None:
    ((tool, arguments),) = steps(words, SHOWN)
    assert tool == "search_products"
    assert arguments["attributes"] == [{"name": "waterproof", "values": ["yes"], "exclude": False}]


def test_no_mugs_at_all_asks_for_mugs() -> None:
    ((_, arguments),) = steps("no mugs at all??")
    assert arguments["categories"] == ["Mugs"]


def test_two_numbers_are_compared_however_it_is_asked() -> None:
    assert steps("whats the difference between 1 and 2", SHOWN) == [
        ("compare_products", {"which": "whats the difference between 1 and 2"})
    ]


def test_a_kind_behind_the_verb_is_not_what_is_counted() -> None:
    assert tools("does the first hold a mug", SHOWN) == ["product_details"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("i dont want A-10421 any more, please cancel", ["propose_cancel_order"]),
        ("has A-10421 really been called back now?", ["find_orders"]),
        ("wheres all my stuff", ["track_order"]),
        ("can i speak with somebody who knows tents", ["hand_over"]),
        ("if he does not like them, can he bring them back", ["answer_policy"]),
    ],
)
def test_service_is_recognised_in_other_words(words: str, named: list[str]) -> None:
    assert tools(words) == named


def test_a_misspelt_message_is_read_as_meant() -> None:
    assert steps("is teh second one waterprof", SHOWN)[0][0] == "product_details"


def test_why_one_more_is_wanted_asks_for_nothing() -> None:
    state = replace(SHOWN, in_focus=RIDGE, in_cart=(RIDGE,), focus=replace(SHOWN.focus, product_id=RIDGE.id))
    assert steps("make it three, one for my sister", state)[0][1]["quantity"] == 3
    assert steps("nah one is enough", state)[0][1]["quantity"] == 1
    assert steps("ok take it out again i have to think about it", state)[0][1]["action"] == "remove"


def test_needs_that_lie_side_by_side_keep_their_wishes_when_limits_are_told_of_each() -> None:
    waterproof = AttributeIn("waterproof", ("yes",))
    tents = Need("waterproof tents", (CategoryIn(("Tents",)), waterproof))
    boots = Need("norrfell boots", (CategoryIn(("Hiking boots",)), BrandIn(("Norrfell",))))
    state = TurnState("", boots, Focus(earlier_needs=(tents,)), (*TENTS, *BOOTS))
    (_, first), (_, second) = steps("tents under 200 and hiking boots under 150", state)
    assert [wish["name"] for wish in first["attributes"]] == ["waterproof"]
    assert (first["price_max"], second["price_max"]) == (200.0, 150.0)
    assert second["brands"] == ["Norrfell"]
    gone = replace(state, shown=())
    assert "attributes" not in steps("tents under 200 and hiking boots under 150", gone)[0][1]


def test_words_that_stand_nowhere_are_told_and_repeat_no_list() -> None:
    assert plan("asdfgh", SHOWN) == Plan(talk=("unclear",), set_aside=("asdfgh",))
    assert steps("asdfgh under 200", SHOWN)[0][1]["price_max"] == 200.0


@pytest.mark.parametrize(
    "words",
    ["forget all that.", "ok forget everything i said", "let's start over", "from scratch please", "new search"],
)
def test_giving_everything_up_looks_for_nothing(words: str) -> None:
    assert plan(words, SHOWN) == Plan(talk=("start_over",))


@pytest.mark.parametrize(("words", "units"), [("make it 2 no wait 1", 1), ("make it two, no, three", 3)])
def test_a_number_of_pieces_is_corrected(words: str, units: int) -> None:
    state = replace(SHOWN, in_focus=TENTS[0], in_cart=TENTS[:1])
    ((tool, arguments),) = steps(words, state)
    assert (tool, arguments["action"], arguments["quantity"]) == ("cart", "set_quantity", units)
