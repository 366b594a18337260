"""An answer drawn again later shows what it showed then, with the facts of now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.store.answers import Lookups, answer_from_json, answer_to_json
from assistant.turn import (
    Answer,
    CartFact,
    CartLineFact,
    ComparisonFact,
    Evidence,
    HandOverFact,
    Need,
    Order,
    OrderLine,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    PolicySection,
    ProductFact,
    ProfileFact,
    ProfileLine,
    Proposal,
    ProposalStatus,
    Question,
    RefusalFact,
    SlateFact,
    Source,
    TurnCost,
    WhyFact,
)
from recommender.events import Reason
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, InStock, MinRating, PriceRange, Verdict
from retrieval.product import Money, Product, Variant
from retrieval.results import Loosening, Relaxation, Sort
from tests.contracts.event_log import DECISION

AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
TENT = Product("tent-1", "Tent", (Variant("tent-1-s", Money(100, "USD")), Variant("tent-1-l", Money(200, "USD"))))
BOOT = Product("boot-1", "Boot", (Variant("boot-1-v", Money(300, "USD")),))
PRODUCTS = {one.id: one for one in (TENT, BOOT)}
ORDER = Order(
    "A-1",
    OrderStatus.PLACED,
    (OrderLine("tent-1", "tent-1-s", "Tent", 1, Money(100, "USD")),),
    Money(100, "USD"),
    Money(0, "USD"),
    Money(100, "USD"),
    AT,
)
PROPOSAL = Proposal("p1", "cancel_order", "A-1", "Cancel", "before", "after", Money(100, "USD"), AT)
SECTION = PolicySection("returns#how-long", "Returns: How long?", "30 days.", "/policies/returns#how-long")
NEED = Need(
    "warm tent",
    (
        PriceRange("USD", max_minor=9000),
        BrandIn(("Norrfell",), exclude=True),
        CategoryIn(("Tents",)),
        InStock(),
        MinRating(4.5),
        AttributeIn("colour", ("red", "blue")),
        AttributeRange("weight", max=2.5, unit="kg"),
    ),
    Sort.PRICE_LOW,
)
TENT_FACT = ProductFact(
    TENT, TENT.variants[1], {"under $90": Verdict.MET}, (Reason("matches", "under $90", 0.25),), "d1", 0
)
BOOT_FACT = ProductFact(BOOT, BOOT.variants[0])
FACTS: tuple[Evidence, ...] = (
    TENT_FACT,
    SlateFact(
        NEED,
        (TENT_FACT, BOOT_FACT),
        17,
        relaxations=(Relaxation("price", "under $90", 4),),
        loosenings=(Loosening("price", "under $95", PriceRange("USD", max_minor=9500), 1),),
        set_aside=("zorb",),
        corrected={"tnet": "tent"},
        decision=DECISION,
        surface="recommend",
        meaning_ready=False,
    ),
    SlateFact(Need("nothing"), (), 0),
    ComparisonFact((TENT_FACT, BOOT_FACT), {"Weight": ("2 kg", None)}),
    CartFact(
        (
            CartLineFact("tent-1-l", "Tent", 2, Money(200, "USD"), Money(250, "USD"), TENT, TENT.variants[1], ("…",)),
            CartLineFact("gone-v", "Gone", 1, Money(5, "USD"), Money(5, "USD")),
        ),
        Money(400, "USD"),
        Money(0, "USD"),
        Money(490, "USD"),
        Money(890, "USD"),
        "Prices include tax.",
        "/checkout?cart=x",
        "added",
    ),
    OrdersFact((ORDER,), tracked=True, signed_in=False),
    PolicyFact("how long?", (SECTION,)),
    PolicyFact("do you sell the moon?", ()),
    PROPOSAL,
    RefusalFact("already_shipped", "It is on its way."),
    HandOverFact(2, "a bill"),
    WhyFact(replace(TENT_FACT, reasons=(Reason("bought_with", "boot-1", 0.5),)), {"boot-1": "Boot"}),
)
PROFILE = ProfileFact(kept=True, lines=(ProfileLine("likes:colour=red", "likes", "red", "Colour"),))
LOOKUPS = Lookups(
    product=PRODUCTS.get,
    order={"A-1": ORDER}.get,
    proposal={"p1": PROPOSAL}.get,
    section={SECTION.id: SECTION}.get,
    decision={"d1": DECISION}.get,
)
NOTHING_LEFT = Lookups(*[lambda _: None] * 5)


def _again(answer: Answer, lookups: Lookups = LOOKUPS) -> tuple[Answer, tuple[str, ...]]:
    return answer_from_json(answer_to_json(answer), lookups)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_every_kind_of_fact_comes_back(fact: Evidence) -> None:
    assert _again(Answer("Here.", (fact,))) == (Answer("Here.", (fact,)), ())


def test_the_kinds_tested_here_are_all_there_are() -> None:
    assert {type(fact) for fact in (*FACTS, PROFILE)} == set(Evidence.__args__)


def test_what_was_known_of_the_shopper_is_neither_kept_nor_drawn_again() -> None:
    assert "colour" not in answer_to_json(Answer("Here.", (PROFILE,)))
    assert _again(Answer("Here.", (PROFILE,))) == (Answer("Here."), ())


def test_a_whole_answer_comes_back() -> None:
    answer = Answer(
        "Zwei Zelte – “warm” 😀",
        FACTS,
        NEED,
        Question("size", "Which size?", ("S", "M")),
        (Source("returns#how-long", "Returns", "/policies/returns#how-long"),),
        handed_over=True,
        prompt_hash="0af3",
        repaired=2,
        cost=TurnCost("aisle", "late", 900, 400, 30, 2, 1, 0.25, 0.5, 1.5, {"tools": 0.1, "model": 1.25}, "stood"),
    )
    assert _again(answer) == (answer, ())


def test_facts_are_kept_as_ids_not_as_catalogue_text() -> None:
    kept = answer_to_json(Answer("Here.", (TENT_FACT, OrdersFact((ORDER,)), PolicyFact("q", (SECTION,)))))
    assert "tent-1" in kept
    for text in ('"Tent"', "placed_at", "30 days."):
        assert text not in kept


def test_the_facts_are_those_of_now() -> None:
    done = replace(PROPOSAL, status=ProposalStatus.DONE)
    dearer = replace(TENT, variants=(Variant("tent-1-l", Money(999, "USD")),))
    now = replace(LOOKUPS, proposal={"p1": done}.get, product={"tent-1": dearer}.get)
    answer, notes = _again(Answer("", (PROPOSAL, TENT_FACT)), now)
    assert answer.evidence == (done, replace(TENT_FACT, product=dearer, variant=dearer.variants[0]))
    assert notes == ()


def test_a_variant_that_is_gone_is_replaced_by_the_products_usual_one() -> None:
    only_small = replace(TENT, variants=TENT.variants[:1])
    answer, _ = _again(Answer("", (TENT_FACT,)), replace(LOOKUPS, product={"tent-1": only_small}.get))
    assert answer.evidence == (replace(TENT_FACT, product=only_small, variant=TENT.variants[0]),)


def test_what_is_gone_is_left_out_and_said_once_per_kind() -> None:
    answer, notes = _again(Answer("Here.", FACTS), NOTHING_LEFT)
    assert answer.text == "Here."
    assert notes == (
        "2 products shown here are no longer there.",
        "An order shown here is no longer there.",
        "A policy section shown here is no longer there.",
        "An offer shown here is no longer there.",
    )
    slate = answer.slates[0]
    assert (slate.items, slate.total, slate.decision) == ((), 17, None)


def test_a_comparison_loses_the_column_of_what_is_gone() -> None:
    comparison = ComparisonFact((TENT_FACT, BOOT_FACT), {"Weight": ("2 kg", "1 kg")})
    answer, _ = _again(Answer("", (comparison,)), replace(LOOKUPS, product={"boot-1": BOOT}.get))
    assert answer.evidence == (ComparisonFact((BOOT_FACT,), {"Weight": ("1 kg",)}),)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_words_come_back(text: str) -> None:
    assert _again(Answer(text))[0].text == text


@pytest.mark.parametrize("broken", ["", "{}", '{"text": 5}', '{"text": "x", "facts": [{"kind": "spell"}]}', "[]"])
def test_what_is_no_answer_is_refused(broken: str) -> None:
    with pytest.raises(ValidationError):
        answer_from_json(broken, LOOKUPS)


def test_a_slate_that_asked_first_comes_back_as_such() -> None:
    asking = SlateFact(NEED, (), 12, asks_first=True)
    assert _again(Answer("I found 12.", (asking,))) == (Answer("I found 12.", (asking,)), ())
