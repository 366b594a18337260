"""For how many people, parts that are refused, opinions, imitations, other ways to write a kind."""

from __future__ import annotations

import pytest

from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_product, make_shop


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    lids = [make_product(f"lid-{i}", f"Acme lid {i}", category="Pan lids", brand="Acme") for i in range(4)]
    mugs = [make_product(f"mug-{i}", f"Acme mug {i}", category="Travel mugs", brand="Acme") for i in range(4)]
    tees = [make_product(f"tee-{i}", f"Acme T-shirt {i}", category="T-shirts", brand="Acme") for i in range(4)]
    return QueryReader(Vocabulary.learn((*make_shop(), *lids, *mugs, *tees)), "USD")


def labels(reader: QueryReader, text: str) -> list[str]:
    return [wish.label() for wish in reader.read(text)[0].constraints]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("tent for 2", "sleeps 2 person"), ("tent for two people", "sleeps 2 person"),
        ("a two person tent", "sleeps 2 person"), ("tent for two", "sleeps 2 person"),
        ("one man tent", "sleeps 1 person"), ("two to three person tent", "sleeps 2 to 3 person"),
        ("tent for at least three people", "sleeps from 3 person"), ("tent for 4 or more", "sleeps from 4 person"),
        ("tent for my family of four under $300", "sleeps 4 person"), ("tent that sleeps 3", "sleeps 3 person"),
        ("tent for 2 adults and 2 kids", "sleeps 4 person"), ("tent for the two of us", "sleeps 2 person"),
    ],
)  # fmt: skip
def test_for_how_many_is_a_wish_where_the_kind_is_measured_in_persons(
    reader: QueryReader, text: str, label: str
) -> None:
    assert labels(reader, text)[:2] == ["Tents", label]


@pytest.mark.parametrize("text", ["backpack for 2", "laptop for two", "tent for 2 days", "tent for 300", "for 2"])
def test_for_how_many_is_none_elsewhere(reader: QueryReader, text: str) -> None:
    assert not any(label.startswith("sleeps") for label in labels(reader, text))


def test_an_amount_is_not_for_how_many(reader: QueryReader) -> None:
    assert labels(reader, "tent for 200 dollars") == ["Tents", "under $200"]


@pytest.mark.parametrize("text", ["mug no lid", "a mug without a lid", "mug with no lid", "mug without lids"])
def test_a_part_that_is_refused_is_no_other_kind(reader: QueryReader, text: str) -> None:
    (understood,) = reader.read(text)

    assert [wish.label() for wish in understood.constraints] == ["Travel mugs"]
    assert len(understood.set_aside) == 1
    assert "lid" in understood.set_aside[0]
    assert "lid" not in understood.text


def test_another_kind_can_be_refused(reader: QueryReader) -> None:
    assert labels(reader, "boots, no backpacks") == ["Hiking boots", "not Backpacks"]


@pytest.mark.parametrize("text", ["a tent that isn't ugly", "tents that arent ugly", "tent not flimsy"])
def test_an_opinion_refuses_nothing(reader: QueryReader, text: str) -> None:
    (understood,) = reader.read(text)

    assert [wish.label() for wish in understood.constraints] == ["Tents"]
    assert understood.set_aside == ()


def test_an_unknown_refusal_is_said(reader: QueryReader) -> None:
    assert reader.read("tent not foobarx")[0].set_aside == ("not foobarx",)
    assert reader.read_refinement("not foobarx", "tent", ()).understanding.set_aside == ("not foobarx",)


def test_an_imitation_is_not_what_it_imitates(reader: QueryReader) -> None:
    assert labels(reader, "leather boots") == ["Hiking boots", "Leather"]
    assert labels(reader, "vegan leather boots") == ["Hiking boots"]


@pytest.mark.parametrize("text", ["t-shirt", "tshirt", "t shirts", "tee shirt", "tee"])
def test_a_kind_is_known_by_its_other_names(reader: QueryReader, text: str) -> None:
    assert labels(reader, text) == ["T-shirts"]


def test_other_names_cover_what_ends_with_them(reader: QueryReader) -> None:
    assert labels(reader, "rucksack") == ["Backpacks"]


def test_a_text_is_corrected_as_a_whole(reader: QueryReader) -> None:
    assert reader.corrected("watreproof hikng boots undr 80") == "waterproof hiking boots under 80"
    assert reader.corrected("usb 3 hub from Acme, 256 gb") == "usb 3 hub from Acme, 256 gb"


def test_slips_in_words_of_price_and_brand_are_read(reader: QueryReader) -> None:
    assert labels(reader, "tnet by Norrfel undr 200") == ["Tents", "Norrfell", "under $200"]


def test_nothing_cheap_is_no_wish_for_it(reader: QueryReader) -> None:
    assert labels(reader, "no cheap tents") == ["Tents"]
