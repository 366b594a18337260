"""Each check of a dialogue, on hand-made answers: one that is right, and one that is wrong in just that."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from assistant.turn import (
    Answer,
    CartLineFact,
    ComparisonFact,
    Done,
    Evidence,
    HandOverFact,
    Order,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    PolicySection,
    ProductFact,
    Proposal,
    Question,
    Source,
    TextDelta,
    WhyFact,
)
from retrieval.product import Product
from tests.assistant.small_shop import CAMP_MUG, DOME, FJELL_2, FJELL_4, MARSH, OAK_MUG, PEAK, RIDGE, fact, slate
from tests.benchmarks.grounding_planter.scenes import make_order
from tests.dialogues.checks import Seen, problems, right_answer
from tests.dialogues.reading import asks_back, is_in, verdict
from tests.dialogues.script import Question as Asked
from tests.dialogues.script import Said
from tests.scenarios.visitor import Reply

TENTS = (FJELL_2, FJELL_4, DOME)


def _order(status: OrderStatus = OrderStatus.PLACED) -> Order:
    return replace(make_order(random.Random(1), FJELL_2), status=status)


def _reply(*evidence: Evidence, text: str = "Here is what I found for you.", **answer: Any) -> Reply:
    return Reply((TextDelta(text), Done(Answer(text, evidence, **answer))))


def _seen(
    turn: Mapping[str, Any],
    reply: Reply | None,
    before: Sequence[Product] = (),
    language: str = "en",
    **more: Any,
) -> list[str]:
    """Judge the second message of a dialogue whose first one showed `before`."""
    cards = {1: tuple(map(fact, before)), 2: reply.products if reply else ()}
    return problems(Seen(Said.model_validate({"say": "x", **turn}), reply, language, cards, **more))


def _line(product: Product, quantity: int = 1, variant: int = 0) -> CartLineFact:
    chosen = product.variants[variant]
    return CartLineFact(chosen.id, product.title, quantity, chosen.price, chosen.price, product, chosen)


CARDS = [
    ({"kind": "Tents"}, TENTS, (RIDGE,)),
    ({"kind": ["Tents", "Hiking boots"]}, (FJELL_2, RIDGE), (CAMP_MUG,)),
    ({"title": "dome"}, (DOME,), (FJELL_2, FJELL_4)),
    ({"brand": "Norrfell"}, (FJELL_2,), (DOME,)),
    ({"not_brand": "Acme"}, (FJELL_2,), (DOME,)),
    ({"price": {"at_most": 199}}, (FJELL_2, DOME), (FJELL_4,)),
    ({"price": {"at_least": 150}}, (FJELL_2,), (DOME,)),
    ({"states": {"waterproof": True}}, (FJELL_2,), (DOME,)),
    ({"states": {"capacity": {"at_least": 3}}}, (DOME, FJELL_4), (FJELL_2,)),
    ({"states": {"material": ["Oak", "Enamel"]}}, (OAK_MUG, CAMP_MUG), (RIDGE,)),
    ({"states": {"dishwasher_safe": True}}, (CAMP_MUG, FJELL_2), (FJELL_2,)),
    ({"options": {"size": "8", "colour": "red"}}, (RIDGE,), (FJELL_2,)),
    ({"in_stock": True}, (RIDGE,), (MARSH,)),
    ({"order": "cheapest first"}, (DOME, FJELL_2), (FJELL_2, DOME)),
    ({"order": "dearest first"}, (FJELL_4, DOME), (DOME, FJELL_4)),
    ({"cards": 2}, (DOME, FJELL_2), (DOME,)),
    ({"new": True}, (FJELL_4,), (RIDGE,)),
    ({"cheaper_than": 1}, (CAMP_MUG,), (RIDGE,)),
]


@pytest.mark.parametrize(("wanted", "right", "wrong"), CARDS, ids=[str(wanted) for wanted, _, _ in CARDS])
def test_cards(wanted: Mapping[str, Any], right: Sequence[Product], wrong: Sequence[Product]) -> None:
    assert _seen({"shown": wanted}, _reply(slate(*right)), before=(RIDGE,)) == []
    assert _seen({"shown": wanted}, _reply(slate(*wrong)), before=(RIDGE,)) != []


def test_the_variant_on_the_card_is_the_one_that_was_asked_for() -> None:
    nine = ProductFact(RIDGE, next(v for v in RIDGE.variants if v.options["size"] == "9"))
    for size, right in (("9", True), ("10", False)):
        turn = {"shown": {"options": {"size": size}}}
        assert (_seen(turn, _reply(replace(slate(RIDGE), items=(nine,)))) == []) is right


def test_several_needs_are_each_met() -> None:
    turn = {"shown": [{"kind": "Tents", "price": {"at_most": 200}}, {"kind": "Hiking boots"}]}
    assert _seen(turn, _reply(slate(FJELL_2), slate(RIDGE, PEAK))) == []
    assert _seen(turn, _reply(slate(RIDGE))) != []
    assert _seen(turn, _reply(slate(FJELL_4), slate(RIDGE))) != []


def test_nothing_may_be_shown_where_nothing_fits() -> None:
    assert _seen({"shown": "none"}, _reply(slate())) == []
    assert _seen({"shown": "none"}, _reply(slate(DOME))) != []
    assert _seen({"shown": {"kind": "Tents", "cards": 0}}, _reply(slate())) == []
    assert _seen({"shown": {"kind": "Tents", "cards": 0}}, _reply(slate(RIDGE))) != []


ABOUT: list[tuple[Mapping[str, Any], tuple[Evidence, ...], tuple[Evidence, ...]]] = [
    ({"about": "1.2"}, (fact(FJELL_4),), (fact(FJELL_2),)),
    ({"about": "1.cheapest"}, (fact(DOME),), (fact(FJELL_2),)),
    ({"about": "1.least weight"}, (fact(FJELL_2),), (fact(FJELL_4),)),
    ({"about": "1.last"}, (fact(DOME),), (slate(DOME),)),
    ({"compares": ["1.1", "1.3"]}, (ComparisonFact((fact(DOME), fact(FJELL_2)), {}),), (fact(DOME), fact(FJELL_2))),
    ({"why": "1.1"}, (WhyFact(fact(FJELL_2)),), (fact(FJELL_2),)),
    ({"hands_over": True}, (HandOverFact(1, "asked"),), ()),
    ({"hands_over": False}, (), (HandOverFact(1, "asked"),)),
    ({"declines": True}, (), (slate(DOME),)),
    ({"proposes": "none"}, (), (Proposal("p", "cancel_order", "A-1", "", "", "", None, None),)),  # type: ignore[arg-type]
    ({"orders": []}, (OrdersFact(()),), (OrdersFact((_order(),)),)),
]


@pytest.mark.parametrize(("turn", "right", "wrong"), ABOUT, ids=[str(turn) for turn, _, _ in ABOUT])
def test_what_the_answer_is_about(
    turn: Mapping[str, Any], right: Sequence[Evidence], wrong: Sequence[Evidence]
) -> None:
    assert _seen(turn, _reply(*right), before=TENTS) == []
    assert _seen(turn, _reply(*wrong), before=TENTS) != []


@pytest.mark.parametrize(
    ("asked", "product", "answer"),
    [
        ({"attribute": "waterproof"}, FJELL_2, "yes"),
        ({"attribute": "waterproof"}, DOME, "no"),
        ({"attribute": "dishwasher_safe"}, DOME, "unknown"),
        ({"attribute": "weight"}, FJELL_4, "4.1"),
        ({"attribute": "weight", "at_most": 3}, FJELL_4, "no"),
        ({"attribute": "material", "equals": "leather"}, RIDGE, "yes"),
        ({"attribute": "material"}, RIDGE, ""),
        ({"option": "colour", "value": "blue"}, RIDGE, "no"),
        ({"unknown": True}, RIDGE, "unknown"),
    ],
)
def test_the_right_answer_is_read_from_the_catalogue(asked: Mapping[str, Any], product: Product, answer: str) -> None:
    assert right_answer(Asked.model_validate({"of": "1.1", **asked}), product) == answer


@pytest.mark.parametrize(
    ("asked", "right", "wrong"),
    [
        ("waterproof", "Yes, the Fjell 2 is waterproof.", "No, it is not waterproof."),
        ("weight", "The Fjell 2 weighs 2.4 kg.", "The Fjell 2 weighs 4.1 kg."),
        ("packed_length", "The shop does not say that of it.", "Yes, that is so."),
    ],
)
def test_answers_to_questions(asked: str, right: str, wrong: str) -> None:
    turn = {"answers": {"of": "1.1", "attribute": asked}}
    assert _seen(turn, _reply(fact(FJELL_2), text=right), before=TENTS) == []
    assert _seen(turn, _reply(fact(FJELL_2), text=wrong), before=TENTS) != []
    assert _seen(turn, _reply(fact(DOME), text=right), before=TENTS) != []


def test_asking_back() -> None:
    question = Question("size", "Which size?", ("8", "9"))
    assert _seen({"asks": True}, _reply(question=question)) == []
    assert _seen({"asks": True}, _reply(text="Which size do you need?")) == []
    assert _seen({"asks": True}, _reply()) != []
    assert _seen({"asks": False}, _reply(question=question)) != []


def test_policies() -> None:
    section = PolicySection("returns#how-long", "", "", "")
    source = (Source("returns#how-long", "", ""),)
    assert _seen({"policy": "returns#"}, _reply(PolicyFact("", (section,)), sources=source)) == []
    assert _seen({"policy": ["payment#", "returns#how"]}, _reply(sources=source)) == []
    assert _seen({"policy": "payment#"}, _reply(sources=source)) != []


def test_orders_proposals_and_states() -> None:
    order = _order()
    books: dict[str, Any] = {
        "orders": {"placed": order},
        "orders_before": {order.id: order},
        "orders_now": {order.id: order},
    }
    proposal = Proposal("p", "cancel_order", order.id, "", "", "", None, order.placed_at)
    wanted = {"proposes": {"kind": "cancel_order", "order": "placed"}, "state": {"placed": "placed"}}
    assert _seen({"orders": ["placed"]}, _reply(OrdersFact((order,))), **books) == []
    assert _seen({"orders": ["placed"]}, _reply(OrdersFact(())), **books) != []
    assert _seen(wanted, _reply(proposal), **books) == []
    assert _seen(wanted, _reply(replace(proposal, order_id="A-1")), **books) != []
    assert _seen(wanted, _reply(), **books) != []
    cancelled = {order.id: replace(order, status=OrderStatus.CANCELLED)}
    after = books | {"orders_now": cancelled}
    assert _seen({"hands_over": False}, _reply(), **after) != [], "no order changes without a confirmation"
    assert _seen({"say": None, "click": "confirm", "state": {"placed": "cancelled"}}, None, **after) == []
    assert _seen({"say": None, "click": "decline", "state": {"placed": "cancelled"}}, None, **after) != []


def test_the_cart_holds_what_was_said_and_nothing_else() -> None:
    turn = {"cart": [{"of": "1.1", "quantity": 2, "options": {"size": "8", "colour": "red"}}]}
    assert _seen(turn, _reply(), before=(RIDGE,), cart_now=[_line(RIDGE, 2)]) == []
    assert _seen(turn, _reply(), before=(RIDGE,), cart_now=[_line(RIDGE, 1)]) != []
    assert _seen(turn, _reply(), before=(RIDGE,), cart_now=[_line(RIDGE, 2, variant=1)]) != []
    assert _seen(turn, _reply(), before=(RIDGE,), cart_now=[_line(RIDGE, 2), _line(PEAK)]) != []
    assert _seen({"cart": []}, _reply(), cart_now=[_line(PEAK)]) != []


def test_a_cart_that_changes_unasked_is_seen() -> None:
    assert _seen({"hands_over": False}, _reply(), cart_now=[_line(PEAK)]) != []
    assert _seen({"hands_over": False}, _reply(), cart_before=[_line(PEAK)], cart_now=[_line(PEAK)]) == []


def test_what_must_not_be_said() -> None:
    assert _seen({"hands_over": False}, _reply(text="Order A-4711 is on its way."), hidden=["A-4711"]) != []


def test_no_answer_is_a_problem() -> None:
    assert _seen({"hands_over": False}, _reply(text="")) != []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I found 4 tents. My first pick is the Norrfell.", "en"),
        ("Ich habe 4 Zelte gefunden. Mein erster Vorschlag ist das Norrfell.", "de"),
        ("Angaben dazu gibt der Shop an: keyboard 104.", "de"),
        ("He encontrado 4 tiendas. La primera es la Norrfell.", "es"),
        ("我找到4款帐篷，先推荐Norrfell。", "zh"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert [other for other in ("en", "de", "es", "zh") if is_in(text, other)] == [language]


def test_names_belong_to_no_language() -> None:
    title = "Lamp of the House on the Hill for the Desk"
    assert is_in(f"Die {title} ist aus Holz und hat eine Farbe.", "de", (title,))
    assert _seen({"hands_over": False}, _reply(text="Hier ist das, was ich gefunden habe."), language="en") != []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Yes, it is.", "yes"),
        ("It has a microphone. It does not fold.", "yes"),
        ("No, it isn't.", "no"),
        ("It is not waterproof.", "no"),
        ("The shop doesn't say.", "unknown"),
        ("It does not state that.", "unknown"),
        ("Ja, er ist faltbar.", "yes"),
        ("Nein, leider nicht.", "no"),
        ("Er ist nicht faltbar.", "no"),
        ("Das gibt der Shop nicht an: keine Angabe.", "unknown"),
        ("Dazu sagt der Shop nichts.", "unknown"),
        ("Sí, es plegable.", "yes"),
        ("No, no es plegable.", "no"),
        ("La tienda no lo indica.", "unknown"),
        ("是的，可以折叠。", "yes"),
        ("不可以折叠。", "no"),
        ("商店没有说明。", "unknown"),
    ],
)
def test_yes_no_and_unknown_are_read(text: str, read: str) -> None:
    assert verdict(text) == read


def test_a_question_mark_at_the_end_asks_back() -> None:
    assert asks_back("Welche Größe?")
    assert asks_back("要哪个尺码？")
    assert not asks_back("Which size? Here are all.")
