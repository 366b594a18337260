"""Reviews agree with the ratings, with the calendar, and with what the products state."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter

import pytest

from assistant.demo.build import DemoShop
from assistant.demo.catalogue import FEW_REVIEWS
from assistant.demo.reviews import Review, load_review_spec
from assistant.demo.spec import load_spec
from retrieval.product import Product

_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_SPEC = load_review_spec()
_WRITTEN_OUT = {written.text for written in (*_SPEC.languages, *_SPEC.hostile)}


@pytest.fixture(scope="module")
def by_product(shop: DemoShop) -> dict[str, list[Review]]:
    found: dict[str, list[Review]] = {}
    for review in shop.reviews:
        found.setdefault(review.product_id, []).append(review)
    return found


def test_what_is_rated_has_reviews_and_nothing_else_has(shop: DemoShop, by_product: dict[str, list[Review]]) -> None:
    assert by_product.keys() == {product.id for product in shop.products if product.rating is not None}


def test_the_reviews_agree_with_rating_and_count_or_say_that_they_are_a_sample(
    shop: DemoShop, by_product: dict[str, list[Review]]
) -> None:
    whole = 0
    for product in shop.products:
        reviews = by_product.get(product.id, [])
        if not reviews or product.rating is None:
            continue
        mean = sum(review.rating for review in reviews) / len(reviews)
        assert {review.of for review in reviews} == {product.rating_count}
        assert len(reviews) <= product.rating_count
        assert all(1 <= review.rating <= 5 for review in reviews)
        if product.rating_count <= FEW_REVIEWS:
            whole += 1
            assert len(reviews) == product.rating_count
            assert round(mean, 1) == product.rating
        else:
            # Whole stars can come no nearer than half a star over all of them.
            assert abs(mean - product.rating) <= 0.5 / len(reviews) + 1e-9
    assert whole > 50


def test_nobody_reviews_what_is_not_out_yet(shop: DemoShop) -> None:
    released = {product.id: dt.date.fromisoformat(product.released or "") for product in shop.products}
    for review in shop.reviews:
        assert released[review.product_id] <= review.date <= dt.date(2026, 11, 13)
        months = re.search(r"(\d+) months", review.text)
        if months:
            assert (review.date - released[review.product_id]).days >= 30 * int(months[1])


def test_reviews_name_no_number_that_the_product_does_not_state(shop: DemoShop) -> None:
    products = {product.id: product for product in shop.products}
    for review in shop.reviews:
        if review.text in _WRITTEN_OUT:
            continue
        text = re.sub(r"\d+ months", "", review.text)
        product = products[review.product_id]
        stated = " ".join([product.title, *(attribute.text for attribute in product.attributes.values())])
        assert set(_NUMBERS.findall(text)) <= set(_NUMBERS.findall(stated)), review


_CLAIMS = {
    "waterproof": (r"kept everything dry", r"not waterproof"),
    "dishwasher_safe": (r"in the dishwasher", r"must be washed by hand"),
    "machine_washable": (r"out of the washing machine", r"cannot go into the washing machine"),
    "noise_cancelling": (r"noise cancelling makes", r"Without noise cancelling"),
    "leakproof": (r"has not leaked yet", r"Not leakproof"),
    "dimmable": (r"able to dim it", r"miss a dimmer"),
    "usb_charging": (r"USB socket charges", r"no USB socket"),
    "gps": (r"GPS found me", "(?!)"),
    "stabilised": (r"stabiliser saves", "(?!)"),
    "viewfinder": ("(?!)", r"miss a viewfinder"),
}


def test_what_a_review_claims_is_what_the_product_states(shop: DemoShop) -> None:
    products: dict[str, Product] = {product.id: product for product in shop.products}
    checked: Counter[str] = Counter()
    for review in shop.reviews:
        for name, patterns in _CLAIMS.items():
            for pattern, value in zip(patterns, (True, False), strict=True):
                if re.search(pattern, review.text):
                    checked[name] += 1
                    attribute = products[review.product_id].attributes.get(name)
                    assert attribute is not None, (review, name)
                    assert attribute.value is value, (review, name)
    assert set(checked) == set(_CLAIMS)


def test_a_materials_name_is_that_of_the_product(shop: DemoShop) -> None:
    products = {product.id: product for product in shop.products}
    found = 0
    for review in shop.reviews:
        match = re.search(r"The ([^.]+) feels good\.|imagined the ([^.]+) differently", review.text)
        if match:
            found += 1
            said = match[1] or match[2]
            assert said.lower() == products[review.product_id].attributes["material"].text.lower()
    assert found > 50


def test_the_tone_follows_the_stars(shop: DemoShop) -> None:
    happy = [r for r in shop.reviews if re.search(r"order it again tomorrow|Thumbs up", r.text)]
    unhappy = [r for r in shop.reviews if re.search(r"It went back\.|A pity\.$|gave up after", r.text)]
    assert happy
    assert unhappy
    assert min(review.rating for review in happy) >= 3
    assert max(review.rating for review in unhappy) <= 3


def test_reviews_vary(shop: DemoShop) -> None:
    texts = [review.text for review in shop.reviews if review.text not in _WRITTEN_OUT]
    assert len(set(texts)) >= 0.93 * len(texts)
    lengths = sorted(map(len, texts))
    assert lengths[0] >= 25
    assert lengths[-1] > 700
    assert 0.8 < sum(review.verified for review in shop.reviews) / len(shop.reviews) < 0.95


def test_several_languages_are_there(shop: DemoShop) -> None:
    scripts = {
        unicodedata.name(letter).split()[0] for review in shop.reviews for letter in review.text if letter.isalpha()
    }
    assert scripts >= {"LATIN", "CJK", "HIRAGANA", "ARABIC", "HEBREW"}
    assert sum(review.text in _WRITTEN_OUT for review in shop.reviews) < 0.05 * len(shop.reviews)


def test_the_hostile_ones_are_there_once_each_as_they_are_marked(shop: DemoShop) -> None:
    for written in _SPEC.hostile:
        found = [review for review in shop.reviews if review.text == written.text]
        assert [(review.title, review.rating) for review in found] == [(written.title, written.stars)]


def test_every_kind_of_product_has_something_said_of_it() -> None:
    said = {category for group in _SPEC.groups for category in group.of}
    assert said == {spec.category for spec in load_spec().types}
