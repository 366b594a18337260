"""What shoppers say in other words than the shop's: found, and made a wish only where the wanted kind states it."""

from __future__ import annotations

from itertools import product as pairs

import pytest

from retrieval.filters import AttributeIn, AttributeRange, Constraint
from retrieval.paraphrases import find_in_pieces, find_paraphrases, root, roots_of
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from retrieval.words import tokens
from tests.retrieval.reading_shop import Stated, make_product

KINDS: dict[str, tuple[tuple[Stated, ...], tuple[Stated, ...]]] = {
    "Lanterns": (
        (("waterproof", True, None), ("dimmable", True, None), ("foldable", False, None)),
        (("waterproof", False, None), ("dimmable", False, None), ("foldable", True, None)),
    ),
    "Trainers": (
        (("surface", "Road", None), ("quick_drying", True, None), ("closed_toe", True, None)),
        (("surface", "Trail", None), ("quick_drying", False, None), ("closed_toe", False, None)),
    ),
    "Pointers": (
        (("silent_clicks", True, None), ("internal_memory", 8.0, "GB"), ("maximum_internal_memory", 16.0, "GB")),
        (("silent_clicks", False, None), ("internal_memory", 16.0, "GB"), ("maximum_internal_memory", 32.0, "GB")),
    ),
    "Carpets": (
        (("length", 200.0, "cm"), ("width", 140.0, "cm"), ("material", "Wool", None), ("machine_washable", True, None)),
        (("length", 150.0, "cm"), ("width", 80.0, "cm"), ("material", "Jute", None), ("machine_washable", False, None)),
    ),
    "Quilts": (
        (("comfort_temperature", -7.0, "°C"), ("weight", 900.0, "g")),
        (("comfort_temperature", 3.0, "°C"), ("weight", 500.0, "g")),
    ),
    "Parlour games": (
        (("min_players", 2.0, None), ("max_players", 4.0, None)),
        (("min_players", 3.0, None), ("max_players", 8.0, None)),
    ),
    "Torches": (
        (("battery_capacity", 4000.0, "mAh"), ("battery_life", 8.0, "h"), ("weight", 90.0, "g")),
        (("battery_capacity", 6000.0, "mAh"), ("battery_life", 20.0, "h"), ("weight", 120.0, "g")),
    ),
    "Spoons": (
        (("material", "Steel", None), ("sold_as", "Single", None)),
        (("material", "Wood", None), ("sold_as", "Pair", None)),
    ),
    "Pans": ((("material", "Stainless steel", None),), (("material", "Cast iron", None),)),
}


def _shop() -> tuple[Product, ...]:
    return tuple(
        make_product(f"{kind}-{i}-{j}", f"Acme {kind.rstrip('s').lower()} {i}{j}", category=kind, stated=stated)
        for kind, both in KINDS.items()
        for (i, stated), j in pairs(enumerate(both), range(3))
    )


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn(_shop()), "USD")


def wishes(reader: QueryReader, kind: str, said: str) -> tuple[Constraint, ...]:
    held = reader.read(kind)[0].constraints
    return reader.read_refinement(said, kind, held).constraints


@pytest.mark.parametrize(
    ("kind", "said", "wish"),
    [
        ("lanterns", "it has to withstand rain", AttributeIn("waterproof", ("yes",))),
        ("lanterns", "for the shower", AttributeIn("waterproof", ("yes",))),
        ("lanterns", "one that i can dim", AttributeIn("dimmable", ("yes",))),
        ("lanterns", "does it fold?", AttributeIn("foldable", ("yes",))),
        ("trainers", "i mostly walk on tarmac", AttributeIn("surface", ("Road",))),
        ("trainers", "for muddy forest paths", AttributeIn("surface", ("Trail",))),
        ("trainers", "they should dry fast", AttributeIn("quick_drying", ("yes",))),
        ("trainers", "open toe please", AttributeIn("closed_toe", ("no",))),
        ("pointers", "a quiet one", AttributeIn("silent_clicks", ("yes",))),
        ("pointers", "at least 12 gb of ram", AttributeRange("internal_memory", 12.0, None, "GB")),
        ("carpets", "i want to put it in the washing machine", AttributeIn("machine_washable", ("yes",))),
        ("carpets", "one that i can wash in a machine", AttributeIn("machine_washable", ("yes",))),
        ("carpets", "a woollen one", AttributeIn("material", ("Wool",))),
        ("spoons", "a pair", AttributeIn("sold_as", ("Pair",))),
        ("spoons", "stainless steel", AttributeIn("material", ("Steel",))),
        ("quilts", "for about minus 4", AttributeRange("comfort_temperature", None, -4.0, "°C")),
        ("quilts", "for around -4 celsius", AttributeRange("comfort_temperature", None, -4.0, "°C")),
        ("torches", "a strong battery, 5500 at least", AttributeRange("battery_capacity", 5500.0, None, "mAh")),
    ],
)
def test_other_words_become_the_wish_that_the_kind_states(
    reader: QueryReader, kind: str, said: str, wish: Constraint
) -> None:
    assert wishes(reader, kind, said) == (wish,)


def test_a_headcount_is_a_number_of_players_where_the_kind_counts_them(reader: QueryReader) -> None:
    found = reader.read("parlour games for 6 friends")[0].constraints

    assert AttributeRange("max_players", 6.0, None, None) in found
    assert AttributeRange("min_players", None, 6.0, None) in found


def test_two_sides_are_length_and_width(reader: QueryReader) -> None:
    exact = reader.read("carpet 55 by 75 inches")[0].constraints[1:]
    least = reader.read("carpet at least 120 x 180 cm")[0].constraints[1:]

    assert least == (AttributeRange("length", 180.0, None, "cm"), AttributeRange("width", 120.0, None, "cm"))
    assert [wish.name for wish in exact if isinstance(wish, AttributeRange)] == ["length", "width"]
    assert all(isinstance(wish, AttributeRange) and wish.is_about for wish in exact)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("carpets", "for the shower"),  # no carpet states whether it is waterproof
        ("lanterns", "it does not have to withstand rain"),
        ("spoons", "for the dishwasher at 60"),
    ],
)
def test_what_the_kind_does_not_state_is_no_wish(reader: QueryReader, kind: str, said: str) -> None:
    assert not wishes(reader, kind, said)


@pytest.mark.parametrize(
    ("forms", "shared"),
    [
        (("dimmable", "dims", "dimming", "dimmed"), "dim"),
        (("washable", "wash", "washing"), "wash"),
        (("dries", "dry"), "dry"),
    ],
)
def test_forms_of_a_word_share_a_root(forms: tuple[str, ...], shared: str) -> None:
    assert {root(form) for form in forms} == {shared}


def test_a_plain_word_is_said_by_itself_alone() -> None:
    assert roots_of("silent") == frozenset()
    assert roots_of("crushes_ice") == {"crush", "ic"}


def test_pieces_far_apart_are_no_name() -> None:
    said = tokens("the machine that my brother gave me last year can wash")

    assert find_in_pieces(said, range(len(said)), ["machine_washable"]) == []


def test_where_a_paraphrase_stands_is_told() -> None:
    (found,) = find_paraphrases("boots that keep my feet dry")
    assert found.meant[0] == "waterproof"
    assert "boots that keep my feet dry"[found.start : found.end] == "keep my feet dry"
