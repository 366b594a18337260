from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.grounding import Facts, Lexicon, unsupported
from assistant.llm.embedded.composer import MAX_POLICY_CHARS, Composer
from assistant.llm.embedded.product_answers import ProductAnswers
from assistant.prompts import load_prompts
from assistant.turn import (
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
    Proposal,
    RefusalFact,
)
from retrieval.filters import AttributeIn, CategoryIn, PriceRange
from retrieval.relations import Bought, Relation, RelationKind
from retrieval.relations import Evidence as Stated
from retrieval.results import Loosening, Relaxation
from tests.assistant.small_shop import CAMP_MUG, CUP, DOME, FJELL_2, FJELL_4, STRANGE, english, fact, slate, usd

COMPOSER = Composer(english(), ProductAnswers(english(), load_prompts().question_words()))
NOW = datetime(2026, 3, 8, tzinfo=UTC)
TENTS = Need("tents", (CategoryIn(("Tents",)), PriceRange("USD", None, 40000)))
ORDER = Order(
    "A-10421", OrderStatus.SHIPPED, (OrderLine("dome", "dome-0", DOME.title, 1, usd(8900)),), usd(8900), usd(500),
    usd(9400), datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC),
    expected_at=datetime(2026, 3, 9, tzinfo=UTC), carrier="Northpost",
)  # fmt: skip
LINE = CartLineFact("camp-mug-0", CAMP_MUG.title, 2, usd(1200), usd(1200), CAMP_MUG, CAMP_MUG.default_variant)
CART = CartFact((LINE,), usd(2400), usd(0), usd(500), usd(2900), "Taxes included.", "/checkout?cart=1")


def say(*evidence: Evidence, question: str = "") -> str:
    return COMPOSER.compose(evidence, question, NOW)


def test_a_slate_is_told_by_its_number_its_limits_and_the_first_pick() -> None:
    said = say(slate(FJELL_4, FJELL_2, need=TENTS, total=17))
    assert said.startswith("I found **17 tents** (under $400")
    assert "**Norrfell Fjell 4 Tent** at $349.00 (down from $399.00, rated 4.2 by 31 shoppers)" in said


def test_one_that_fits_is_told_as_one() -> None:
    assert say(slate(CUP)) == "I found one that fits: **Norrfell Trail Mug** at $18.00."


@pytest.mark.parametrize(
    ("surface", "begin"),
    [
        ("recommend", "Here are some ideas"),
        ("more_like_this", "These are the closest"),
        ("goes_with", "These go with"),
    ],
)
def test_ideas_are_told_as_such(surface: str, begin: str) -> None:
    assert say(slate(CUP, CAMP_MUG, surface=surface)).startswith(begin)
    unknown = "does not say what goes with it" if surface == "goes_with" else "nothing to suggest"
    assert unknown in say(slate(surface=surface))


def test_where_nothing_fits_it_says_what_to_give_up() -> None:
    relaxations = (Relaxation("price", "under $400", 12), Relaxation("attribute:x", "size 9", 1))
    said = say(slate(need=TENTS, relaxations=relaxations))
    assert "Nothing here fits all of that" in said
    assert "Without “under $400” there are 12. Without “size 9” there is 1." in said


def test_where_nothing_fits_it_says_how_far_a_limit_is_to_be_moved() -> None:
    moved = (Loosening("price", "under $120", PriceRange("USD", max_minor=12_000), 4),)
    said = say(slate(need=TENTS, loosenings=moved))
    assert "With “under $120” instead there are 4." in said


def test_where_nothing_is_known_of_the_words_it_says_so() -> None:
    assert say(slate(need=Need("hoverboard"))) == "I found nothing for “hoverboard” in this shop."
    assert say(slate(need=TENTS, total=17)).startswith("That was everything that fits")


def test_corrections_and_words_without_effect_are_told() -> None:
    said = say(slate(FJELL_2, FJELL_4, need=TENTS, set_aside=("purple",), corrected={"tnets": "tents"}))
    assert "I read “tnets” as “tents”." in said
    assert "I found nothing for “purple”, so I left that out." in said
    assert COMPOSER.corrections({"tnets": "tents"}, [slate(corrected={"tnets": "tents"})]) == ""
    assert COMPOSER.corrections({"mgu": "mug"}, []) == "I read “mgu” as “mug”."


def test_a_wish_that_not_all_state_is_told() -> None:
    need = Need("mugs", (AttributeIn("dishwasher_safe", ("yes",)),))
    assert f"does not say whether “{need.constraints[0].label()}” is true" in say(slate(CAMP_MUG, CUP, need=need))
    assert "does not say whether" not in say(slate(CAMP_MUG, need=need))


def test_two_slates_are_two_paragraphs() -> None:
    assert len(say(slate(CUP, need=Need("mugs")), slate(FJELL_2, need=TENTS)).split("\n\n")) == 2


def test_what_was_searched_several_times_is_told_once() -> None:
    again = [slate(FJELL_4, FJELL_2, need=TENTS, total=17)] * 2
    cup = slate(CUP, need=Need("mugs"))
    assert say(*again) == say(again[0])
    assert say(*again, cup) == f"{say(again[0])}\n\n{say(cup)}"


def test_a_comparison_tells_the_cheaper_the_better_rated_and_what_differs() -> None:
    rows = {"Price": ("a", "b"), "Weight": ("2.4 kg", "3 kg"), "Waterproof": ("yes", "yes"), "Poles": ("x", None)}
    said = say(ComparisonFact((fact(FJELL_2), fact(DOME)), rows), question="compare them")
    assert "**Acme Meadow Dome** costs less, at $89.00 against $199.00." in said
    assert "**Norrfell Fjell 2 Tent** is rated best, 4.6 of 5 by 120 shoppers." in said
    assert "They differ in weight." in said


def test_equal_prices_and_ratings_name_no_winner() -> None:
    twin = replace(DOME, id="twin", title="Acme Twin Dome")
    said = say(ComparisonFact((fact(DOME), fact(twin)), {}))
    assert "Both cost $89.00." in said
    assert "rated best" not in said


@pytest.mark.parametrize(
    ("changed", "begin"),
    [
        ("added", "Added: **Acme Camp Mug**. Your cart now holds 2 items for $29.00"),
        ("removed", "Removed from your cart. It now holds 2 items for $29.00"),
        ("set", "Your cart now holds 2 items for $29.00"),
        (None, "Your cart holds 2 items for $29.00"),
    ],
)
def test_a_cart_is_told_by_what_was_done_and_its_total(changed: str | None, begin: str) -> None:
    assert say(replace(CART, changed=changed)).startswith(begin)


def test_a_cart_that_changed_is_not_told_twice() -> None:
    assert say(CART, replace(CART, changed="added")).count("Your cart") == 1


def test_changes_in_the_cart_since_are_told() -> None:
    moved = replace(LINE, changes=("Price went from $10.00 to $12.00.",))
    assert say(replace(CART, lines=(moved,))).endswith("Price went from $10.00 to $12.00.")
    assert say(replace(CART, lines=())) == "Your cart is empty."


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (ORDER, "shipped on Wed, Mar 4 with Northpost, expected on Mon, Mar 9"),
        (replace(ORDER, expected_at=datetime(2026, 3, 6, tzinfo=UTC)), "expected on Fri, Mar 6 and now late"),
        (replace(ORDER, carrier=None), "with the carrier"),
        (replace(ORDER, status=OrderStatus.PLACED, expected_at=None), "placed, and not packed yet."),
        (replace(ORDER, status=OrderStatus.DELIVERED, delivered_at=NOW), "delivered on Sun, Mar 8."),
        (replace(ORDER, status=OrderStatus.CANCELLED, cancelled_at=NOW), "cancelled on Sun, Mar 8."),
        (replace(ORDER, status=OrderStatus.CANCELLED), "cancelled."),
        (replace(ORDER, status=OrderStatus.RETURNED), "returned."),
    ],
)
def test_an_order_is_told_by_its_state_and_days(order: Order, said: str) -> None:
    text = say(OrdersFact((order,)))
    assert text.startswith("Order **A-10421** of Mon, Mar 2: ")
    assert said in text


def test_a_guest_and_a_customer_without_orders_hear_different_things() -> None:
    assert "Sign in" in say(OrdersFact((), signed_in=False))
    assert say(OrdersFact(())) == "I found no such order of yours."


def test_a_long_policy_is_cut_behind_a_sentence() -> None:
    section = PolicySection("a#b", "Returns", "It is so. " * 200, "/p")
    said = say(PolicyFact("?", (section, replace(section, title="Refunds"))))
    quoted, also = said.split("\n\n")
    assert len(quoted) < MAX_POLICY_CHARS + 40
    assert quoted.endswith("so.")
    assert also == "See also **Refunds**."


def test_what_cannot_be_done_or_waits_for_a_click_is_told() -> None:
    proposal = Proposal("p", "cancel_order", "A-1", "Cancel order A-1", "It is placed.", "It stops.", None, NOW)
    assert say(proposal) == "Cancel order A-1? It stops. Nothing happens until you press “Yes, do it”."
    assert say(RefusalFact("late", "It has left.")) == "It has left."
    assert "you are number 3" in say(HandOverFact(3, "x"))
    assert "nothing about that in the shop" in say(PolicyFact("?", ()))


def test_nothing_found_says_nothing() -> None:
    assert say() == ""


def test_a_title_cannot_mark_up_the_reply() -> None:
    said = say(slate(STRANGE))
    assert said.count("**") == 2
    assert not set("<>[]") & set(said)


MENTION = replace(CUP, description="Safe in the dishwasher.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("dishwasher", False), ("large dishwasher", False),
        ("mug", True), ("mugs", True), (CUP.brand or "", True),
        ("goblet", True),  # found by meaning: nothing mentions it
        ("mug-dishwasher", True),  # the end of a longer word
    ],
)  # fmt: skip
def test_what_only_a_description_mentions_is_not_said_to_be_found(words: str, said: bool) -> None:
    text = COMPOSER.compose([slate(DOME, MENTION, need=Need(words), total=2)])
    assert ("I found" in text) == said
    assert (f"sold as “{words.rsplit(maxsplit=1)[-1]}”" in text) != said
    assert said or f"mentions it, for example **{MENTION.title}**" in text


def test_a_word_that_was_set_aside_is_not_judged_again() -> None:
    found = slate(MENTION, CAMP_MUG, need=Need("mug dishwasher"), total=2)
    assert "sold as" not in COMPOSER.compose([replace(found, set_aside=("dishwasher",))])


HOW_TO_PAY = "You can pay by card or invoice."
PAYING = PolicyFact("q", (PolicySection("payment#how", "Payment: How can I pay?", HOW_TO_PAY, "/policies/payment"),))


@pytest.mark.parametrize(
    ("question", "silent"),
    [
        ("can I pay with PayPal?", "PayPal"), ("do you accept cards", ""), ("can I pay by invoice", ""),
        ("do you ship to South Korea", "South Korea"), ("how do returns work", ""),
    ],
)  # fmt: skip
def test_a_name_that_the_policy_does_not_hold_is_said_to_be_missing(question: str, silent: str) -> None:
    text = COMPOSER.compose([PAYING], question)
    assert HOW_TO_PAY in text
    assert (f"do not mention “{silent}”" in text) if silent else ("do not mention" not in text)


def test_several_additions_are_all_named() -> None:
    text = COMPOSER.compose([replace(CART, changed="added", changed_titles=("A tent", "A mug"))])
    assert "**A tent** and **A mug**" in text


SAME = Stated(source_attribute="material", source_value="Enamel", target_attribute="body", target_value="Enamel")
NAMED = Stated(source_attribute="title", source_value="Dome", target_attribute="name", target_value="Dome")
OTHER = Stated(source_attribute="material", source_value="Enamel", target_attribute="material", target_value="Steel")
TOGETHER = Bought(together=14, source_baskets=20, target_baskets=30, baskets=900, lift=21.0, chance=0.0)


@pytest.mark.parametrize(
    ("kind", "evidence", "words"),
    [
        ("accessory_of", SAME, "This goes with it: **Acme Camp Mug** at $12.00 (material Enamel on both)."),
        ("fits_with", NAMED, "This fits: **Acme Camp Mug** at $12.00 (stated: “Dome”)."),
        ("replaces", OTHER, "The version after it: **Acme Camp Mug** at $12.00 (material Enamel, after Steel)."),
        ("variant_of", OTHER, "Another version of it: **Acme Camp Mug** at $12.00 (material Enamel and Steel)."),
        ("bought_with", TOGETHER, "This goes with it: **Acme Camp Mug** at $12.00 (14 orders held both)."),
    ],
)
def test_what_is_related_is_told_with_what_makes_it_so(kind: str, evidence: Stated | Bought, words: str) -> None:
    relation = Relation(kind=RelationKind(kind), source_id=CAMP_MUG.id, target_id="x", evidence=(evidence,))
    related = replace(slate(CAMP_MUG, surface="goes_with"), relations={CAMP_MUG.id: relation})
    assert say(related).startswith(words)
    assert unsupported(words, Facts((related,), ""), Lexicon.of([CAMP_MUG])) is None


def test_several_that_fit_are_counted_and_a_flag_is_evidence_in_words() -> None:
    flag = Stated(source_attribute="category", source_value="Mugs", target_attribute="mug_pocket", target_value="yes")
    rows = {
        product.id: Relation(kind=RelationKind.FITS_WITH, source_id=product.id, target_id="x", evidence=(flag,))
        for product in (CAMP_MUG, CUP)
    }
    related = replace(slate(CAMP_MUG, CUP, surface="goes_with"), relations=rows)
    assert say(related).startswith(
        "I found **2** that fit. One is **Acme Camp Mug** at $12.00 (stated: “mug pocket: yes”)"
    )
    asked = replace(slate(CAMP_MUG, surface="fits"), relations=rows)
    assert say(asked).startswith("Yes, **Acme Camp Mug** fits (stated: “mug pocket: yes”).")


def test_what_comes_nearest_is_not_told_as_found() -> None:
    need = Need("red tents", (CategoryIn(("Tents",)), AttributeIn("colour", ("Red",))))
    said = say(slate(FJELL_4, need=need, total=0, relaxations=(Relaxation("attribute:colour", "Red", 3),)))
    assert said.startswith("Nothing here fits all of that")
    assert "Without “Red” there are 3. The nearest is **Norrfell Fjell 4 Tent** at $349.00" in said
