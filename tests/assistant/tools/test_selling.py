"""What the house offers by itself: only once the need is met, within the budget, once, and with its evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.tools.context import ShopperContext
from assistant.tools.paid import with_paid_places
from assistant.tools.selling import COMPLEMENT, UP_SELL, find_offer
from assistant.tools.slates import decision_context
from assistant.turn import CartFact, Need, SlateFact
from recommender.events import Decision, Reason
from recommender.selling.rules import Rule, RuleBook
from retrieval.filters import PriceRange
from retrieval.product import Product
from retrieval.results import SearchRequest
from tests.assistant.small_shop import DOME, FJELL_2, english, slate, usd
from tests.assistant.tools.conftest import Turns

# Of 50 orders 8 held the tent, and 5 of these the mug, too. A boot is another kind as well; the dome is not.
BOOK = RuleBook(
    [
        Rule(("fjell-2",), "camp-mug", 5, 8, 9, 50),
        Rule(("fjell-2",), "dome", 7, 8, 9, 50),
        Rule(("fjell-2",), "ridge", 4, 8, 9, 50),
        Rule(("fjell-2",), "marsh", 4, 8, 9, 50),
    ]
)
SAY = english()


def under(dollars: int) -> Need:
    return Need("tent", (PriceRange("USD", max_minor=dollars * 100),))


def added(turns: Turns, need: Need | None = None, **focus: object) -> tuple[ShopperContext, CartFact]:
    """A turn that has put the tent into the cart."""
    context = turns("add it", need=need)
    shop = context.shop
    for line in shop.carts.view(context.principal).lines:
        shop.carts.set_quantity(context.principal, line.variant_id, 0)
    cart = replace(shop.carts.add(context.principal, "fjell-2-0", 1), changed="added", undo=("fjell-2-0", 0))
    context.ledger.evidence.append(cart)
    before = replace(context.before, **focus)  # type: ignore[arg-type]
    context.ledger.focus = before
    return replace(context, shop=replace(shop, rules=BOOK), before=before), cart


def offered(context: ShopperContext) -> list[str]:
    offer = find_offer(context, SAY)
    return [] if offer is None or offer.slate is None else [item.product.id for item in offer.slate.items]


def test_after_the_need_is_met_another_kind_is_offered_with_its_evidence(turns: Turns) -> None:
    context, _ = added(turns)
    offer = find_offer(context, SAY)
    assert offer is not None
    assert offer.slate is not None
    assert {item.product.id for item in offer.slate.items} == {"camp-mug", "ridge"}, "no tent, and not what is sold out"
    first = offer.slate.items[0].product
    n = {"camp-mug": 5, "ridge": 4}[first.id]
    assert offer.text == f"In {n} orders this came with it: **{first.title}** at {first.price.format()}."
    assert (offer.key, offer.slate.surface) == (f"{COMPLEMENT}:Tents", "complement")
    assert context.ledger.shown == [], "the table stays as it was"


@pytest.mark.parametrize("left_minor", [-5_000, 0, 1_199, 1_200, 12_899, 12_900, 50_000])
def test_the_budget_is_what_the_cart_leaves_of_it(turns: Turns, left_minor: int) -> None:
    context, cart = added(turns)
    limit = PriceRange("USD", max_minor=cart.total.amount_minor + left_minor)
    context.ledger.need = Need("tent", (limit,))
    prices = {"camp-mug": 1_200, "ridge": 12_900}
    assert set(offered(context)) == {item_id for item_id, price in prices.items() if price <= left_minor}


def test_an_earlier_budget_is_never_broken_either(turns: Turns) -> None:
    context, _ = added(turns, earlier_needs=(under(20),))
    assert offered(context) == ["camp-mug"]


def test_a_budget_in_another_currency_leaves_nothing(turns: Turns) -> None:
    context, _ = added(turns, need=Need("tent", (PriceRange("EUR", max_minor=10**6),)))
    assert offered(context) == []


@pytest.mark.parametrize("asked", [("Tents",), ("Boots", "Mugs"), ("Mugs", "Lamps")])
def test_once_for_a_need_and_twice_in_a_conversation(turns: Turns, asked: tuple[str, ...]) -> None:
    context, _ = added(turns, asked=tuple(f"{COMPLEMENT}:{kind}" for kind in asked))
    assert offered(context) == []


def test_another_need_may_bring_another_offer(turns: Turns) -> None:
    context, _ = added(turns, asked=(f"{COMPLEMENT}:Boots",))
    assert offered(context)


@pytest.mark.parametrize("problem", [{"waiting": True}, {"policy": "Returns"}, {"proposed": ("p1",)}], ids=str)
def test_nothing_is_sold_to_who_has_a_problem(turns: Turns, problem: dict[str, object]) -> None:
    context, _ = added(turns, **{name: value for name, value in problem.items() if name != "waiting"})
    assert offered(replace(context, waiting="waiting" in problem)) == []


def test_not_while_something_is_looked_for(turns: Turns) -> None:
    context, _ = added(turns)
    context.ledger.evidence.append(slate(FJELL_2))
    assert offered(context) == []


@pytest.mark.parametrize(
    ("words", "met"),
    [
        ("that's what I wanted", True),
        ("this is exactly the one", True),
        ("I'll take it", True),
        ("is that waterproof?", False),
        ("this is not the one", False),
    ],
)
def test_saying_that_it_is_the_one_meets_the_need(turns: Turns, words: str, met: bool) -> None:
    context = turns(words)
    for line in context.shop.carts.view(context.principal).lines:
        context.shop.carts.set_quantity(context.principal, line.variant_id, 0)
    context.ledger.focus = replace(context.ledger.focus, product_id="fjell-2")
    context = replace(context, shop=replace(context.shop, rules=BOOK))
    assert bool(offered(context)) is met


# ---------------------------------------------------------------- a better one that costs more


def searched(turns: Turns, *products: Product, need: Need, **changes: object) -> tuple[ShopperContext, SlateFact]:
    context = turns("tents", need=need)
    about = decision_context(context, need, "search")
    decision = Decision("d", about, (), 1.0, "greedy/1", "", (), ())
    found = replace(slate(*products, need=need), decision=decision, **changes)  # type: ignore[arg-type]
    context.ledger.evidence.append(found)
    return context, found


def at(product: Product, dollars: int) -> Product:
    return replace(product, variants=tuple(replace(one, price=usd(dollars * 100)) for one in product.variants))


def test_a_better_one_is_said_as_a_plain_fact(turns: Turns) -> None:
    context, _ = searched(turns, DOME, at(FJELL_2, 150), need=under(150))
    offer = find_offer(context, SAY)
    assert offer is not None
    assert offer.key == UP_SELL
    assert offer.text == "**Norrfell Fjell 2 Tent** costs $61.00 more; its rating is 4.6 instead of 3.9."
    assert offer.slate is None


def test_never_without_a_budget_over_it_first_or_twice(turns: Turns) -> None:
    better = at(FJELL_2, 150)
    for products, need in (
        ((DOME, better), Need("tent")),
        ((DOME, better), under(149)),
        ((better, DOME), under(150)),
        ((DOME,), under(150)),
    ):
        context, _ = searched(turns, *products, need=need)
        assert find_offer(context, SAY) is None
    context, _ = searched(turns, DOME, better, need=under(150))
    context.ledger.focus = replace(context.ledger.focus, asked=(UP_SELL,))
    assert find_offer(context, SAY) is None


def test_a_sponsored_card_is_never_recommended_in_words(turns: Turns) -> None:
    context, found = searched(turns, DOME, at(FJELL_2, 150), need=under(150))
    first, second = found.items
    paid = replace(second, reasons=(Reason("sponsored", "", 0.0),))
    context.ledger.evidence[:] = [replace(found, items=(first, paid))]
    assert find_offer(context, SAY) is None


# ---------------------------------------------------------------- sponsored


def test_only_what_meets_every_limit_may_be_paid_for(turns: Turns) -> None:
    context = turns("tents under $150")
    desk = context.shop.sponsored
    assert desk is not None
    campaign = desk.add(
        {"sponsor": "Acme", "item_ids": ["dome", "fjell-2", "marsh"], "ends": "2099-01-01T00:00:00Z"}, "test"
    )
    try:
        result = context.shop.retrieval.search(SearchRequest("", under(200).constraints))
        about = decision_context(context, under(200), "search")
        paid = with_paid_places(context, about, result.hits).sponsored
        assert {one.item_id for one in paid} == {"dome", "fjell-2"}
        assert with_paid_places(context, replace(about, keep_order=True), result.hits).sponsored == ()
        assert with_paid_places(context, replace(about, surface="goes_with"), result.hits).sponsored == ()
    finally:
        desk.stop(campaign.id, "test")
    assert with_paid_places(context, about, result.hits).sponsored == ()
