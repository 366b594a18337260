"""The phrase that names the wanted thing, found by grammar: no catalogue knows any of these."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_shop

NOTHING = QueryReader(Vocabulary.learn([]), "USD")


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn(make_shop()), "USD")


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("i want a size 8 pair of black sandals", "black sandals"),
        ("i'm looking for a gluten free vanilla cookie", "gluten free vanilla cookie"),
        ("a teapot with a strainer", "teapot"),
        ("can you find me a harmonica for my dad", "harmonica"),
        ("do you have harmonicas that are easy to play?", "harmonicas"),
        ("easy to install white chandelier", "white chandelier"),
        ("a 24 pack of 7 ounce bottles of tonic", "tonic"),
        ("three sets of full size", "sets"),
        ("interested in some hair oil", "hair oil"),
        ("for my kitchen i need a rug", "rug"),
        ("high quality, long-lasting lip balm", "high quality, long-lasting lip balm"),
        ("a soft and warm shawl, in red", "soft and warm shawl"),
        ("usb-c hub", "usb-c hub"),
        ("curtains in a washable cloth", "curtains"),
        ("an engraved bangle. it should be gold plated", "engraved bangle"),
        ("shawl under $50", "shawl"),
        ("not wool but a silk shawl", "silk shawl"),
    ],
)
def test_the_last_noun_of_the_phrase_names_the_thing(text: str, thing: str) -> None:
    assert NOTHING.read(text)[0].thing == thing


@pytest.mark.parametrize("text", ["", "something in red under 50", "in black", "size 8", "cheap", "thank you!", "是的"])
def test_words_that_name_no_thing_give_none(text: str) -> None:
    assert NOTHING.read(text)[0].thing is None


def test_what_a_catalogue_calls_a_kind_is_the_thing(reader: QueryReader) -> None:
    assert reader.read("waterproof hiking boots with laces")[0].thing == "waterproof hiking boots"
    assert reader.read("hiking boots ankle high thing")[0].thing == "hiking boots"


@pytest.mark.parametrize("text", ["Acme", "in wool", "waterproof"])
def test_a_brand_or_a_property_alone_is_no_thing(reader: QueryReader, text: str) -> None:
    assert reader.read(text)[0].thing is None


def test_each_need_has_its_own_thing(reader: QueryReader) -> None:
    assert [need.thing for need in reader.read("a tent and a sleeping bag")] == ["tent", "sleeping bag"]


def test_an_unknown_thing_is_set_aside_as_it_was_called(reader: QueryReader) -> None:
    assert reader.read("a usb-c hub")[0].set_aside == ("usb-c hub",)
    assert reader.read("Acme zither")[0].set_aside == ("zither",)


@given(st.text("ab ,.-&0 of size the", max_size=60))
def test_the_thing_is_a_part_of_the_text(text: str) -> None:
    understood = NOTHING.read(text)[0]
    assert understood.thing is None or understood.thing in text
