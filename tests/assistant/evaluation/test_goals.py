"""Hidden goals can be met, and the simulated shopper pursues them as a person would."""

from __future__ import annotations

from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from assistant.evaluation.goals import Goal, draw_goals
from assistant.evaluation.shopper import SimulatedShopper
from assistant.evaluation.visit import Reply
from assistant.turn import Answer, CartFact, CartLineFact, Need, ProductFact, SlateFact
from retrieval.product import Money, Product
from tests.assistant.small_shop import PRODUCTS, usd

EMPTY = CartFact((), usd(0), usd(0), usd(0), usd(0), "")
TENTS = [product for product in PRODUCTS if product.category == "Tents"]


def shown(*products: Product) -> Reply:
    cards = tuple(ProductFact(product, product.default_variant, {}) for product in products)
    return Reply(Answer("Here.", (SlateFact(Need(), cards, len(cards)),) if cards else ()), "", 0.1, None, None)


def goal(*fitting: Product, buys: bool = False, at_most: Money | None = None) -> Goal:
    return Goal("goal-01", "Tents", at_most or usd(100_000), "", buys, frozenset(p.id for p in fitting))


def test_goals_of_the_demo_shop_can_be_met_and_repeat_no_kind() -> None:
    products = [made.product for made in make_catalogue(load_spec(), seed=3)]
    goals = draw_goals(products, 30, seed=5)
    assert len({one.kind for one in goals}) == len(goals) == 30
    assert sum(bool(one.feature) for one in goals) > 10
    by_id = {product.id: product for product in products}
    for one in goals:
        assert one.fitting
        for product_id in one.fitting:
            product = by_id[product_id]
            assert product.category == one.kind
            assert product.price.amount_minor <= one.at_most.amount_minor
            assert not one.feature or product.attributes[one.feature].value is True
    assert goals == draw_goals(products, 30, seed=5) != draw_goals(products, 30, seed=6)


def test_a_shopper_tells_the_limit_and_takes_what_fits() -> None:
    shopper = SimulatedShopper(goal(TENTS[1]), [4, 0, 0])
    assert "tents" in shopper.opening().lower()
    if not shopper.limit_told:
        words = shopper.next_words(shown(TENTS[0]), EMPTY)
        assert words is not None
        assert "1000 USD" in words
    assert shopper.limit_told
    assert shopper.next_words(shown(TENTS[0], TENTS[1]), EMPTY) is None
    assert shopper.found == TENTS[1].id


def test_a_shopper_leaves_when_nothing_fits() -> None:
    shopper = SimulatedShopper(goal(TENTS[1], at_most=usd(100)), [4, 0, 0])
    shopper.opening()
    said = [shopper.next_words(shown(TENTS[1]), EMPTY) for _ in range(5)]
    # Too dear is not what was wanted, whatever else fits.
    assert said[-1] is None
    assert not shopper.found


def test_a_shopper_who_buys_names_the_options_and_looks_into_the_cart() -> None:
    boots = next(product for product in PRODUCTS if len(product.variants) > 1)
    shopper = SimulatedShopper(goal(boots, buys=True), [1, 0, 0])
    shopper.opening()
    shopper.heard("under 1000 please")
    assert shopper.next_words(shown(TENTS[0], boots), EMPTY) == "add the second one to my cart"
    options = shopper.next_words(shown(), EMPTY)
    assert options == ", ".join(next(v for v in boots.variants if v.in_stock is not False).options.values())
    line = CartLineFact("x", boots.title, 1, usd(1), usd(1), boots, boots.default_variant)
    assert shopper.next_words(shown(), CartFact((line,), usd(1), usd(0), usd(0), usd(1), "")) is None
    assert shopper.in_cart
