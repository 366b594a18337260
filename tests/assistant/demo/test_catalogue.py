"""The catalogue: its size and spread, and that nothing in it contradicts itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest

from assistant.demo.catalogue import Made, make_catalogue, slug
from assistant.demo.spec import load_spec
from retrieval.filters import AttributeIn, AttributeRange, CategoryIn, Constraint, InStock, PriceRange, passes
from retrieval.product import Product

_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


@pytest.fixture(scope="module")
def products(catalogue: tuple[Made, ...]) -> tuple[Product, ...]:
    return tuple(made.product for made in catalogue)


def test_is_large_and_varied_enough_to_shop_in(products: tuple[Product, ...]) -> None:
    categories = Counter(product.category for product in products)
    assert len(products) >= 480
    assert len(categories) >= 28
    assert min(categories.values()) >= 8
    assert 6 <= len({product.department for product in products}) <= 10
    assert len({product.brand for product in products}) >= 30


def test_ids_and_titles_are_each_used_once(products: tuple[Product, ...]) -> None:
    assert len({product.id for product in products}) == len(products)
    assert len({product.title for product in products}) == len(products)
    variant_ids = [variant.id for product in products for variant in product.variants]
    assert len(set(variant_ids)) == len(variant_ids)


def test_the_same_seed_gives_the_same_catalogue_and_another_seed_another(products: tuple[Product, ...]) -> None:
    assert tuple(made.product for made in make_catalogue(load_spec(), seed=7)) == products
    assert {made.product.id for made in make_catalogue(load_spec(), seed=8)} != {product.id for product in products}


def test_prices_spread_widely_and_look_like_prices(products: tuple[Product, ...]) -> None:
    amounts = [variant.price.amount_minor for product in products for variant in product.variants]
    assert min(amounts) < 1500
    assert max(amounts) > 80000
    assert all(amount % 100 in (0, 95) for amount in amounts)
    by_category: dict[str | None, list[int]] = {}
    for product in products:
        by_category.setdefault(product.category, []).append(product.price.amount_minor)
    assert all(max(prices) >= 1.4 * min(prices) for prices in by_category.values())


def test_about_a_fifth_is_discounted_and_list_prices_are_higher(products: tuple[Product, ...]) -> None:
    discounted = [product for product in products if any(v.list_price for v in product.variants)]
    assert 0.14 <= len(discounted) / len(products) <= 0.27
    for product in discounted:
        for variant in product.variants:
            assert variant.list_price is None or variant.list_price.amount_minor > variant.price.amount_minor


def test_most_is_in_stock_and_something_is_sold_out(products: tuple[Product, ...]) -> None:
    variants = [variant for product in products for variant in product.variants]
    assert 0.8 <= sum(bool(variant.in_stock) for variant in variants) / len(variants) <= 0.97
    assert any(product.in_stock is False for product in products)


def test_barcode_numbers_are_unique_with_valid_check_digits(products: tuple[Product, ...]) -> None:
    codes = [variant.gtin or "" for product in products for variant in product.variants]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert len(code) == 13
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0


def test_ratings_are_plausible_and_new_products_have_none(products: tuple[Product, ...]) -> None:
    rated = [product for product in products if product.rating is not None]
    unrated = [product for product in products if product.rating is None]
    assert 0.5 <= len(rated) / len(products) <= 0.97
    assert unrated
    assert all(product.rating_count == 0 for product in unrated)
    assert all(2 <= (product.rating or 0) <= 4.9 and product.rating_count >= 1 for product in rated)
    assert 3.6 <= sum(product.rating or 0 for product in rated) / len(rated) <= 4.5


def test_an_attribute_has_one_unit_in_the_whole_shop(products: tuple[Product, ...]) -> None:
    units: dict[str, set[str | None]] = {}
    for product in products:
        for attribute in product.attributes.values():
            units.setdefault(attribute.name, set()).add(attribute.unit)
    assert {name: found for name, found in units.items() if len(found) > 1} == {}


def test_some_attributes_are_not_stated(catalogue: tuple[Made, ...]) -> None:
    silent = [made for made in catalogue if any(name not in made.product.attributes for name in made.spec.attributes)]
    assert 0.2 <= len(silent) / len(catalogue) <= 0.9


def _numbers_of(product: Product) -> set[float]:
    """Every number that title, attributes or options of a product hold."""
    texts = [product.title, *(attribute.text for attribute in product.attributes.values())]
    texts += [value for variant in product.variants for value in variant.options.values()]
    return {float(number) for text in texts for number in _NUMBERS.findall(text)} | {9.0}


def test_descriptions_name_no_number_that_the_product_does_not_state(products: tuple[Product, ...]) -> None:
    for product in products:
        # "size 9" is the size that a shoe's weight is given for.
        said = {float(number) for number in _NUMBERS.findall(product.description)}
        assert said <= _numbers_of(product), (product.id, product.description)


def test_number_words_agree_with_the_attributes(catalogue: tuple[Made, ...]) -> None:
    for made in catalogue:
        product = made.product
        if made.spec.category == "Tents":
            words = re.findall(
                r"(\w+)-person|sleeps (\w+)|gives (\w+)|Room for (\w+)|made for (\w+)", product.description
            )
            for word in (part for found in words for part in found if part):
                assert _NUMBER_WORDS[word] == product.attributes["sleeps"].value, product.description


_CLAIMS: Mapping[str, tuple[str, str]] = {
    # attribute: (pattern said only where it is yes, pattern said only where it is no)
    "waterproof": (
        r"\bis waterproof\b|are waterproof|them waterproof|waterproof lining",
        r"not waterproof|Without a membrane",
    ),
    "noise_cancelling": (r"cancelling hushes|cancelling takes", r"no noise cancelling|Without noise cancelling"),
    "usb_charging": (r"USB socket in the foot", r"no USB socket"),
    "rechargeable": (r"charges by USB-C", r"ordinary AAA|two AA cells"),
    "dishwasher_safe": (r"in the dishwasher", r"[Ww]ash (?:and dry )?(?:it )?by hand"),
    "induction": (r"every hob, induction too", r"not for induction"),
    "leakproof": (r"seals tight|is leakproof", r"splash-proof"),
    "machine_washable": (r"It goes in the washing machine", r"does not go in the machine"),
    "laptop_sleeve": (r"padded sleeve takes", r"no laptop sleeve"),
    "cabin_size": (r"meets common cabin", r"too large for the cabin"),
    "electric": (r"A motor does", r"turn the handle yourself"),
}


def test_what_a_description_claims_is_what_the_attributes_state(catalogue: tuple[Made, ...]) -> None:
    checked = 0
    kinds = {made.spec.category: made.spec.attributes for made in catalogue}
    for product in (made.product for made in catalogue):
        for name, (yes, no) in _CLAIMS.items():
            attribute = product.attributes.get(name)
            if name not in kinds[str(product.category)]:
                continue
            says_no = re.search(no, product.description) is not None
            says_yes = re.search(yes, product.description) is not None and not says_no
            if says_yes or says_no:
                checked += 1
                assert attribute is not None, (product.id, name, product.description)
                assert attribute.value is says_yes, (product.id, name, product.description)
    assert checked > 60


def test_titles_claim_only_what_is_stated(products: tuple[Product, ...]) -> None:
    claims = {"waterproof": "waterproof", "noise-cancelling": "noise_cancelling", "USB charging": "usb_charging"}
    for product in products:
        for words, name in claims.items():
            if words in product.title:
                assert product.attributes[name].value is True, product.title
        if "merino" in product.title and "blend" not in product.title:
            assert "erino" in product.attributes["material"].text, product.title


def test_descriptions_vary(products: tuple[Product, ...]) -> None:
    texts = [product.description for product in products]
    assert len(set(texts)) >= 0.97 * len(texts)
    openings = Counter(re.sub(r"\d+(\.\d+)?", "#", text).split(".")[0] for text in texts)
    assert openings.most_common(1)[0][1] <= 0.02 * len(texts)
    sentences = [len(re.findall(r"[.!?](?:\s|$)", text)) for text in texts]
    assert min(sentences) >= 2
    assert max(sentences) <= 4


def test_no_pattern_is_left_unfilled(products: tuple[Product, ...]) -> None:
    for product in products:
        assert not set("{}?") & set(product.title + product.description), product.id
        assert "  " not in product.title + product.description


_WISHES: Mapping[str, tuple[Constraint, ...]] = {
    "waterproof hiking boots under $150 in size 9": (
        CategoryIn(("Hiking boots",)),
        AttributeIn("waterproof", ("yes",)),
        PriceRange("USD", max_minor=15000),
        AttributeIn("size", ("9",)),
    ),
    "a two-person tent under 2 kg": (
        CategoryIn(("Tents",)),
        AttributeRange("sleeps", 2, 2, "person"),
        AttributeRange("weight", max=2000, unit="g"),
    ),
    "noise cancelling headphones": (CategoryIn(("Headphones",)), AttributeIn("noise_cancelling", ("yes",))),
    "cheap rain jacket not in black": (
        CategoryIn(("Rain jackets",)),
        AttributeIn("colour", ("black",), exclude=True),
        PriceRange("USD", max_minor=8000),
    ),
    "a desk lamp with USB charging": (CategoryIn(("Desk lamps",)), AttributeIn("usb_charging", ("yes",))),
    "espresso machine": (CategoryIn(("Espresso machines",)),),
    "kids bike helmet": (CategoryIn(("Bike helmets",)), AttributeIn("age_group", ("kids",))),
    "merino base layer": (CategoryIn(("Base layers",)), AttributeIn("material", ("merino wool", "merino blend"))),
    "27 inch monitor": (CategoryIn(("Monitors",)), AttributeRange("screen_size", 27, 27, "inch")),
    "backpack 30 litres": (CategoryIn(("Backpacks", "Hiking backpacks")), AttributeRange("capacity", 30, 30, "l")),
    "running shoes": (CategoryIn(("Running shoes",)), AttributeIn("size", ("9",))),
}


@pytest.mark.parametrize("wish", _WISHES)
def test_usual_wishes_find_a_choice_but_not_everything(products: tuple[Product, ...], wish: str) -> None:
    found = [product for product in products if passes((*_WISHES[wish], InStock()), product)]
    assert 2 <= len(found) <= 40


def test_a_coffee_lover_can_be_given_a_present(products: tuple[Product, ...]) -> None:
    assert sum("coffee lover" in product.description for product in products) >= 4


def test_slugs_are_plain() -> None:
    assert slug("Café Ø 2 l") == "cafe-o-2-l"
