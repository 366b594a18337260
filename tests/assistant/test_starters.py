from __future__ import annotations

from dataclasses import replace

from assistant.starters import make_starters, starter_pool
from recommender.events import APART
from retrieval.product import Money, Product
from tests.assistant.small_shop import BOOTS, CAMP_MUG, CUP, OAK_MUG, TENTS, english

MUGS = (CAMP_MUG, OAK_MUG, CUP)


def _priced(product: Product, minor: int, currency: str) -> Product:
    return replace(product, variants=tuple(replace(v, price=Money(minor, currency)) for v in product.variants))


def test_they_are_about_the_largest_kind_of_each_department_and_about_returns() -> None:
    extra = replace(TENTS[0], id="another")
    rows = make_starters([*TENTS, extra, *BOOTS, *MUGS], english(), has_policies=True)
    assert rows == ("Show me tents under $200", "Which mugs are rated best?", "What is your return policy?")


def test_the_budget_is_met_by_half_of_the_products() -> None:
    (row,) = make_starters(MUGS, english(), has_policies=False)
    assert row == "Show me mugs under $20"
    assert sum(mug.price.amount_minor <= 2000 for mug in MUGS) >= len(MUGS) / 2


def test_the_budget_is_written_in_the_currency_of_the_catalogue() -> None:
    yen = [_priced(mug, 1800 + i, "JPY") for i, mug in enumerate(MUGS)]
    assert make_starters(yen, english(), has_policies=False) == ("Show me mugs under ¥2,000",)


def test_a_catalogue_without_kinds_gets_ideas() -> None:
    bare = [replace(tent, category=None, department=None) for tent in TENTS]
    assert make_starters(bare, english(), has_policies=False) == ("Show me some ideas",)
    assert make_starters([], english(), has_policies=False) == ("Show me some ideas",)


def test_a_kind_of_two_products_is_too_small() -> None:
    assert make_starters(TENTS[:2], english(), has_policies=False) == ("Show me some ideas",)


def test_kinds_without_departments_are_taken_by_size() -> None:
    bare = [replace(p, department=None) for p in (*TENTS, *BOOTS, *MUGS)]
    assert len(make_starters(bare, english(), has_policies=False)) == 3


def test_the_pool_begins_with_the_usual_ones_and_has_no_two_alike() -> None:
    products = [*TENTS, *BOOTS, *MUGS]
    pool = starter_pool(products, english(), has_policies=True)
    usual = make_starters(products, english(), has_policies=True)
    assert tuple(starter.text for starter in pool[: len(usual)]) == usual
    assert len({starter.id for starter in pool}) == len({starter.text for starter in pool}) == len(pool)
    assert all(starter.id.startswith(APART) for starter in pool)
    assert not any("return" in starter.id for starter in starter_pool(products, english(), has_policies=False))
