"""Typed wishes in the words and units of a small shop."""

from __future__ import annotations

import pytest

from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, Constraint, InStock, PriceRange
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_shop


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn(make_shop()), "USD")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (BrandIn(("acme",)), BrandIn(("Acme",))),
        (BrandIn(("norfell",), exclude=True), BrandIn(("Norrfell",), exclude=True)),
        (CategoryIn(("tent",)), CategoryIn(("Tents",))),
        (CategoryIn(("rainjacket",)), CategoryIn(("Rain jackets",))),
        (CategoryIn(("jaket",)), CategoryIn(("Down jackets", "Rain jackets"))),
        (CategoryIn(("outdoor",)), CategoryIn(("Outdoor",))),
        (AttributeIn("Color", ("navy",)), AttributeIn("colour", ("navy",))),
        (AttributeIn("color", ("blue", "black")), AttributeIn("colour", ("Navy blue", "Black"))),
        (AttributeIn("matrial", ("lether",)), AttributeIn("material", ("Leather",))),
        (AttributeIn("waterproof", ("true",)), AttributeIn("waterproof", ("yes",))),
        (AttributeIn("display_size", ("38.1 cm",)), AttributeRange("display_size", 15.0, 15.0, "inch")),
        (AttributeRange("Weight", max=2, unit="kg"), AttributeRange("weight", None, 2000.0, "g")),
        (AttributeRange("display size", 33.02, None, "cm"), AttributeRange("display_size", 13.0, None, "inch")),
    ],
)
def test_what_the_catalogue_knows_is_put_in_its_words(
    reader: QueryReader, given: Constraint, meant: Constraint
) -> None:
    assert reader.read_typed((given,)) == (meant,)


@pytest.mark.parametrize(
    "given",
    [
        BrandIn(("Zanzi",)), CategoryIn(("Zithers",)), AttributeIn("glow", ("much",)), InStock(),
        AttributeRange("weight", 1, 2, "m"), AttributeRange("glow", 1, 2, "m"), PriceRange("USD", None, 5),
        AttributeIn("colour", ("Black", "Navy blue"), exclude=True), CategoryIn(("Hiking boots", "Tents")),
    ],
)  # fmt: skip
def test_the_rest_stays_as_it_was_given(reader: QueryReader, given: Constraint) -> None:
    assert reader.read_typed((given,)) == (given,)


def test_what_is_said_and_what_is_typed_mean_the_same(reader: QueryReader) -> None:
    typed = (CategoryIn(("boots",)), AttributeIn("color", ("blue",)), BrandIn(("bolt",)))

    assert set(reader.read_typed(typed)) == set(reader.read("blue boots by Bolt")[0].constraints)
