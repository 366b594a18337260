from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.clarify import MAX_ANSWERS, choose_question, gain
from assistant.turn import Need, SlateFact
from retrieval.filters import AttributeIn, CategoryIn, PriceRange
from retrieval.results import Sort
from tests.assistant.small_shop import TENTS, slate

NEED = Need("tents", (CategoryIn(("Tents",)),))
EVEN = {"2 people": 10, "4 people": 10}
FOUND = slate(*TENTS, need=NEED, total=20, facets={"capacity": EVEN})


CHEAP, NAVY = PriceRange("USD", None, 1), AttributeIn("colour", ("navy",))


def ask(name: str, label: str = "") -> str:
    return f"Which {label}?" if name == "ask_facet" else "What kind?"


def test_what_every_product_comes_in_splits_nothing() -> None:
    assert gain({"S": 20, "M": 20, "L": 20}, 20) == 0.0
    assert gain({"S": 10, "M": 10, "L": 10}, 20) == pytest.approx(1.0)
    assert gain({"S": 10, "M": 10}, 20) == pytest.approx(1.0)


def test_gain_is_the_entropy_times_the_share_that_states_it() -> None:
    assert gain({"a": 5, "b": 5}, 10) == 1.0  # two halves: one bit
    assert gain({"a": 2, "b": 2, "c": 2, "d": 2}, 8) == 2.0  # four quarters: two bits
    assert gain({"a": 5, "b": 5}, 20) == 0.5  # half of them do not state it
    assert gain({"a": 3, "b": 1}, 4) == pytest.approx(0.811278)  # -(3/4 log2 3/4 + 1/4 log2 1/4)
    assert gain({"a": 9}, 9) == 0.0
    assert gain({}, 9) == 0.0


def test_it_asks_for_the_attribute_that_splits_best() -> None:
    found = replace(FOUND, facets={"poles": {"steel": 19, "fibre": 1}, "capacity": EVEN, "season": {"3": 15, "4": 5}})
    question = choose_question(found, (), ask)
    assert question is not None
    assert (question.key, question.text) == ("capacity@tents", "Which capacity?")
    assert question.answers == ("2 people", "4 people")


def test_numbers_are_all_offered_in_their_order_because_gaps_look_wrong() -> None:
    counts = {"10 l": 9, "2 l": 8, "30 l": 7, "4 l": 6, "5.5 l": 5, "1 l": 1}
    question = choose_question(slate(*TENTS, need=NEED, total=36, facets={"volume": counts}), (), ask)
    assert question is not None
    assert question.answers == ("1 l", "2 l", "4 l", "5.5 l", "10 l", "30 l")


def test_of_other_answers_the_commonest_are_offered() -> None:
    counts = {"Nylon": 9, "Wool": 8, "Canvas": 7, "Mesh": 6, "Felt": 5, "Silk": 1}
    question = choose_question(slate(*TENTS, need=NEED, total=36, facets={"fabric": counts}), (), ask)
    assert question is not None
    assert question.answers == ("Canvas", "Felt", "Mesh", "Nylon", "Wool")
    assert len(question.answers) == MAX_ANSWERS


def test_it_is_not_put_twice_about_the_same_kind() -> None:
    assert choose_question(FOUND, ("season@tents",), ask) is None
    assert choose_question(FOUND, ("season@boots",), ask) is not None


@pytest.mark.parametrize(
    "found",
    [
        replace(FOUND, total=8),
        replace(FOUND, surface="recommend"),
        replace(FOUND, need=replace(NEED, sort=Sort.PRICE_LOW)),
        replace(FOUND, need=replace(NEED, constraints=(*NEED.constraints, CHEAP, NAVY))),
        replace(FOUND, need=Need()),
        replace(FOUND, facets={}),
        replace(FOUND, facets={"capacity": {"2 people": 5, "4 people": 5}}),  # half of them state it
        replace(FOUND, facets={"waterproof": {"yes": 10, "no": 10}}),
        replace(FOUND, facets={"brand": EVEN, "category": EVEN}),
        replace(FOUND, facets={"capacity": {"2 people": 19, "4 people": 1}}),
        replace(FOUND, facets={"capacity": {str(i): 2 for i in range(10)}}),
    ],
)  # fmt: skip
def test_it_asks_nothing_where_nothing_is_gained(found: object) -> None:
    assert choose_question(found, (), ask) is None  # type: ignore[arg-type]


def test_a_stated_attribute_is_not_asked_for() -> None:
    need = replace(NEED, constraints=(*NEED.constraints, AttributeIn("capacity", ("2 people",))))
    assert choose_question(replace(FOUND, need=need), (), ask) is None


ALL_KINDS = slate(
    *TENTS, need=Need("", (CHEAP,)), total=40, facets={"department": {"Kitchen": 25, "Outdoor": 15}, "capacity": EVEN}
)


def test_a_need_without_a_kind_is_asked_for_one_once() -> None:
    question = choose_question(ALL_KINDS, (), ask)
    assert question is not None
    assert (question.text, question.answers) == ("What kind?", ("Kitchen", "Outdoor"))
    assert choose_question(ALL_KINDS, (question.key,), ask) is None


@pytest.mark.parametrize(
    "found",
    [
        replace(ALL_KINDS, need=Need("gift for hiking", (CHEAP,))),
        replace(ALL_KINDS, total=29),
        replace(ALL_KINDS, facets={"department": {"Kitchen": 40}}),
        replace(ALL_KINDS, surface="recommend"),
    ],
)
def test_the_kind_is_not_asked_where_words_or_one_department_say_it_or_little_fits(found: SlateFact) -> None:
    question = choose_question(found, (), ask)
    assert question is None or question.text != "What kind?"


def test_measures_that_few_know_offhand_are_not_asked_for() -> None:
    found = replace(FOUND, facets={"drop": {"4 mm": 10, "8 mm": 10}})
    assert choose_question(found, (), ask) is None
    assert choose_question(replace(FOUND, facets={"length": {"4 m": 10, "8 m": 10}}), (), ask) is not None


def test_nothing_is_narrowed_that_only_mentions_what_was_asked_for() -> None:
    mention = replace(TENTS[0], description="Folds into a suitcase.")
    found = slate(mention, need=Need("suitcase"), total=20, facets={"capacity": EVEN})
    assert choose_question(found, (), ask) is None
    assert choose_question(replace(found, need=Need("tent")), (), ask) is not None
