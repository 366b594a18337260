"""Reading one need against a small shop (tests/retrieval/reading_shop.py)."""

from __future__ import annotations

import pytest

from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, InStock, MinRating, PriceRange
from retrieval.query import QueryReader
from retrieval.results import Sort, Understanding
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_chinese_shop, make_product, make_shop


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn(make_shop()), "USD")


def read_one(reader: QueryReader, text: str) -> Understanding:
    (understood,) = reader.read(text)
    return understood


def wishes(reader: QueryReader, text: str) -> list[str]:
    return [wish.label() for wish in read_one(reader, text).constraints]


def test_a_whole_wish_is_taken_apart(reader: QueryReader) -> None:
    understood = read_one(
        reader, "I'm looking for waterproof hiking boots from Acme in black, size 9, under $80 please"
    )

    assert understood.constraints == (
        CategoryIn(("Hiking boots",)),
        BrandIn(("Acme",)),
        AttributeIn("waterproof", ("yes",)),
        AttributeIn("colour", ("Black",)),
        AttributeIn("size", ("9",)),
        PriceRange("USD", None, 8000),
    )
    assert understood.text == "waterproof hiking boots Acme black size 9"
    assert understood.category_stated
    assert understood.set_aside == ()


# ------------------------------------------------------------ kinds of product


@pytest.mark.parametrize(
    "text",
    ["rain jacket", "Rain Jackets", "rainjacket", "rain-jacket", "RAINJACKETS", "jackets for rain", "jacket rain"],
)
def test_a_kind_is_found_however_it_is_written(reader: QueryReader, text: str) -> None:
    assert CategoryIn(("Rain jackets",)) in read_one(reader, text).constraints


def test_a_general_word_covers_all_kinds_that_end_with_it(reader: QueryReader) -> None:
    (kind,) = read_one(reader, "shoes").constraints

    assert isinstance(kind, CategoryIn)
    assert set(kind.values) == {"Running shoes", "Hiking shoes"}


def test_words_said_elsewhere_narrow_a_general_kind(reader: QueryReader) -> None:
    assert wishes(reader, "shoes for hiking") == ["Hiking shoes"]


def test_the_last_noun_of_a_compound_is_the_kind(reader: QueryReader) -> None:
    assert wishes(reader, "mouse pad") == ["Mouse pads"]
    assert wishes(reader, "laptop bag") == ["Laptop bags"]


def test_a_kind_that_only_qualifies_an_unknown_thing_is_no_filter(reader: QueryReader) -> None:
    understood = read_one(reader, "laptop stand")

    assert understood.constraints == ()
    assert understood.text == "laptop stand"
    assert understood.set_aside == ("stand",)


@pytest.mark.parametrize("text", ["bag for my old laptop", "backpack with a tent"])
def test_what_a_thing_is_for_is_no_kind_wanted(reader: QueryReader, text: str) -> None:
    named = [wish for wish in read_one(reader, text).constraints if isinstance(wish, CategoryIn)]

    assert len(named) == 1
    assert "Laptops" not in named[0].values
    assert "Tents" not in named[0].values


def test_a_value_that_ends_like_a_foreign_kind_is_not_that_kind() -> None:
    shop = [
        make_product("1", "Fern pot", category="Plant pots"),
        make_product("2", "Juniper", category="Coffee makers", stated=[("brewing", "Moka pot", None)]),
    ]

    assert not any(
        wish == CategoryIn(("Plant pots",))
        for wish in read_one(QueryReader(Vocabulary.learn(shop), "USD"), "moka pot").constraints
    )


def test_the_end_of_a_hyphenated_word_is_no_kind() -> None:
    shop = [make_product("1", "Felt", category="Laptop sleeves"), make_product("2", "Long", category="Base layers")]

    assert wishes(QueryReader(Vocabulary.learn(shop), "USD"), "a long-sleeve") == []


def test_a_department_is_a_kind_too(reader: QueryReader) -> None:
    assert wishes(reader, "electronics under $50") == ["Electronics", "under $50"]


def test_a_department_stands_before_kinds_that_end_like_it() -> None:
    shop = [
        make_product("a", "Duffel", category="Duffel bags", department="Bags"),
        make_product("b", "Daypack", category="Backpacks", department="Bags"),
        make_product("c", "Mummy", category="Sleeping bags", department="Outdoor"),
    ]

    assert wishes(QueryReader(Vocabulary.learn(shop), "USD"), "bags") == ["Bags"]


@pytest.mark.parametrize("text", ["set", "something nice", "black", "new model", "gift for my dad"])
def test_general_words_are_no_kind(reader: QueryReader, text: str) -> None:
    understood = read_one(reader, text)

    assert not understood.category_stated
    assert not any(isinstance(wish, CategoryIn) for wish in understood.constraints)


def test_without_categories_a_mined_kind_is_no_filter() -> None:
    shop = [
        make_product(
            f"{i}",
            f"{brand} {brand[0]}{i} toner cartridge Black {i} pages",
            brand=brand,
            stated=[("ink", "Black", None)],
        )
        for i, brand in enumerate(["Acme", "Bolt", "Corda", "Dune", "Acme", "Bolt"])
    ]
    understood = read_one(QueryReader(Vocabulary.learn(shop), "USD"), "a toner cartridge from Acme")

    assert understood.category_stated
    assert understood.constraints == (BrandIn(("Acme",)),)
    assert understood.text == "toner cartridge Acme"


# ------------------------------------------------------------ brands


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("Norrfell jacket", ("Norrfell",)),
        ("jacket by norrfell", ("Norrfell",)),
        ("laptops from Acme or Bolt", ("Acme", "Bolt")),
        ("apple laptop", ("Apple",)),
    ],
)
def test_brands_are_wishes(reader: QueryReader, text: str, brands: tuple[str, ...]) -> None:
    assert BrandIn(brands) in read_one(reader, text).constraints


def test_what_a_thing_fits_is_no_brand_wanted(reader: QueryReader) -> None:
    understood = read_one(reader, "cable for an Acme laptop")

    assert not any(isinstance(wish, BrandIn) for wish in understood.constraints)
    assert "Acme" in understood.text


def test_a_brand_that_is_a_common_word_of_the_shop_needs_a_sign() -> None:
    shop = [make_product("1", "Apple charger", category="Chargers", brand="Apple")] + [
        make_product(f"{i}", "Dried apple rings", category="Fruit snacks", brand="Orchard") for i in range(2, 6)
    ]
    reader = QueryReader(Vocabulary.learn(shop), "USD")

    assert wishes(reader, "apple snacks") == ["Fruit snacks"]
    assert wishes(reader, "a charger from apple") == ["Chargers", "Apple"]
    assert wishes(reader, "the Apple charger") == ["Chargers", "Apple"]


def test_a_brand_with_and_in_its_name_stays_whole() -> None:
    shop = [
        make_product("1", "Lamp", category="Lamps", brand="Oak and Elm"),
        make_product("2", "Chair", category="Chairs", brand="Bolt"),
    ]

    assert wishes(QueryReader(Vocabulary.learn(shop), "USD"), "oak and elm lamp") == ["Lamps", "Oak and Elm"]


# ------------------------------------------------------------ attributes and options


def test_a_value_also_means_the_values_that_end_with_it(reader: QueryReader) -> None:
    assert wishes(reader, "blue jeans") == ["Jeans", "Navy blue"]


def test_the_most_used_attribute_of_the_kind_is_meant(reader: QueryReader) -> None:
    assert AttributeIn("colour", ("Red",)) in read_one(reader, "red laptop").constraints


def test_two_values_of_one_attribute_are_alternatives(reader: QueryReader) -> None:
    assert wishes(reader, "black or red shirt") == ["Shirts", "Black or Red"]


def test_a_value_of_another_kind_of_product_is_left_to_ranking(reader: QueryReader) -> None:
    understood = read_one(reader, "bluetooth tents")

    assert wishes(reader, "bluetooth tents") == ["Tents"]
    assert understood.text == "bluetooth tents"


def test_an_attribute_that_few_products_state_is_no_filter() -> None:
    shop = [
        make_product(f"{i}", "Mug", category="Mugs", stated=[("glaze", "Matte", None)] if i == 0 else [])
        for i in range(10)
    ]

    assert wishes(QueryReader(Vocabulary.learn(shop), "USD"), "matte mug") == ["Mugs"]


def test_a_value_before_an_unknown_thing_is_no_filter() -> None:
    shop = [make_product(f"{i}", "Lamp", category="Lamps", stated=[("colour", "Orange", None)]) for i in range(3)]

    assert wishes(QueryReader(Vocabulary.learn(shop), "USD"), "orange juice") == []


def test_what_something_should_match_is_no_colour_wanted(reader: QueryReader) -> None:
    assert wishes(reader, "shirt to match my red tent") == ["Shirts"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("rain jacket size M", "M"), ("rain jacket in medium", "M"), ("XL rain jacket", "XL"),
        ("size large rain jacket", "L"), ("hiking shoes size 9", "9"), ("a size 10 hiking shoe", "10"),
        ("hiking shoes us 8", "8"),
    ],
)  # fmt: skip
def test_sizes_are_read_as_the_shop_writes_them(reader: QueryReader, text: str, size: str) -> None:
    assert AttributeIn("size", (size,)) in read_one(reader, text).constraints


@pytest.mark.parametrize("text", ["rain jacket size M or L", "rain jacket M/L", "rain jackets, sizes M, L"])
def test_several_sizes_are_alternatives(reader: QueryReader, text: str) -> None:
    assert AttributeIn("size", ("M", "L")) in read_one(reader, text).constraints


def test_a_size_that_the_kind_does_not_come_in_stays_a_wish(reader: QueryReader) -> None:
    assert wishes(reader, "hiking shoes EU 42") == ["Hiking shoes", "size EU 42"]


def test_a_kind_without_sizes_gets_none(reader: QueryReader) -> None:
    assert wishes(reader, "laptop size 9") == ["Laptops"]


# ------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("laptop with at least 16 GB memory", AttributeRange("memory", 16, None, "GB")),
        ("laptop with 16GB of memory", AttributeRange("memory", 16, 16, "GB")),
        ("15 inch laptop", AttributeRange("display_size", 14.4, 15.6, "inch")),
        ("38 cm display laptop", AttributeRange("display_size", 14.3622, 15.5591, "inch")),
        ("laptop under 1.5 kg", AttributeRange("weight", None, 1500, "g")),
        ("2 person tent", AttributeRange("sleeps", 2, 2, "person")),
        ("tent for 4 people", AttributeRange("sleeps", 4, 4, "person")),
        ("2 m cable", AttributeRange("cable_length", 1.92, 2.08, "m")),
        ("1-2 m cable", AttributeRange("cable_length", 1, 2, "m")),
        ("headphones with 20 hours or more", AttributeRange("battery_life", 20, None, "h")),
        ("1 TB storage laptop", AttributeRange("storage", 1000, 1000, "GB")),
    ],
)
def test_a_measure_becomes_a_range_in_the_attributes_own_unit(
    reader: QueryReader, text: str, expected: AttributeRange
) -> None:
    assert [wish for wish in read_one(reader, text).constraints if isinstance(wish, AttributeRange)] == [expected]


def test_a_measure_that_several_attributes_could_mean_stays_in_the_text(reader: QueryReader) -> None:
    understood = read_one(reader, "100 GB laptop")

    assert not any(isinstance(wish, AttributeRange) for wish in understood.constraints)
    assert "100 GB" in understood.text


def test_a_count_of_what_an_attribute_is_called_is_a_measure() -> None:
    shop = [
        make_product(f"{n}", "Puzzle", category="Puzzles", stated=[("pieces", float(n), None)])
        for n in (100, 500, 1000)
    ]

    assert (
        AttributeRange("pieces", 500, None, None)
        in read_one(QueryReader(Vocabulary.learn(shop), "USD"), "a puzzle with over 500 pieces").constraints
    )


def test_a_stated_measure_of_an_option_is_a_value() -> None:
    shop = [
        make_product("1", "Phone", category="Phones", options=[{"storage": "128 GB"}, {"storage": "256 GB"}]),
        make_product("2", "Other phone", category="Phones", options=[{"storage": "256 GB"}]),
    ]

    assert wishes(QueryReader(Vocabulary.learn(shop), "USD"), "phone 256gb") == ["Phones", "256 GB"]


# ------------------------------------------------------------ price, order, stock, rating


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("cheapest tent", Sort.PRICE_LOW), ("the most expensive laptop", Sort.PRICE_HIGH),
        ("best rated headphones", Sort.RATING), ("newest laptops", Sort.NEWEST), ("tents", Sort.RELEVANCE),
    ],
)  # fmt: skip
def test_orders_are_understood(reader: QueryReader, text: str, sort: Sort) -> None:
    understood = read_one(reader, text)

    assert understood.sort is sort
    assert understood.text in {"tent", "laptop", "headphones", "laptops", "tents"}


@pytest.mark.parametrize("text", ["cheap headphones", "affordable headphones", "headphones, not too expensive"])
def test_cheap_is_the_lower_third_of_the_kind(reader: QueryReader, text: str) -> None:
    understood = read_one(reader, text)

    # Twelve headphones from 80.00 to 135.00 in steps of 5.00: four of them cost at most 95.00.
    assert PriceRange("USD", None, 9500) in understood.constraints
    assert understood.sort is Sort.RELEVANCE


def test_cheap_without_a_kind_is_an_order(reader: QueryReader) -> None:
    understood = read_one(reader, "something cheap")

    assert understood.constraints == ()
    assert understood.sort is Sort.PRICE_LOW


def test_amounts_in_another_currency_are_set_aside(reader: QueryReader) -> None:
    understood = read_one(reader, "headphones under 50 euros")

    assert understood.constraints == (CategoryIn(("Headphones",)),)
    assert understood.set_aside == ("under 50 euros",)


def test_stock_and_rating(reader: QueryReader) -> None:
    understood = read_one(reader, "tent with at least 4 stars, in stock")

    assert InStock() in understood.constraints
    assert MinRating(4.0) in understood.constraints
    assert understood.text == "tent"


def test_contradicting_limits_leave_a_range_that_can_be_met(reader: QueryReader) -> None:
    assert PriceRange("USD", None, 5000) in read_one(reader, "tent over $100 under $50").constraints


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("sweater, not wool", ["Sweaters", "not Wool"]),
        ("no Acme", ["not Acme"]),
        ("jeans without leather", ["Jeans", "not Leather"]),
        ("anything but red", ["not Red"]),
        ("tents except Norrfell", ["Tents", "not Norrfell"]),
        ("tent not from Acme or Bolt", ["Tents", "not Acme or Bolt"]),
        ("shirt, not blue, red or black", ["Shirts", "not Navy blue or Red or Black"]),
        ("leather-free boots", ["Hiking boots", "not Leather"]),
        ("tent not from Zqvx or Bolt", ["Tents", "not Bolt"]),
        ("tent without zippers, Acme or Bolt", ["Tents", "not Acme or Bolt"]),
        ("backpack from Acme but not red", ["Backpacks", "Acme", "not Red"]),
        ("I don't want jeans", ["not Jeans"]),
    ],
)
def test_refusals_exclude(reader: QueryReader, text: str, labels: list[str]) -> None:
    assert wishes(reader, text) == labels


def test_a_refused_kind_does_not_narrow_the_wanted_one(reader: QueryReader) -> None:
    assert wishes(reader, "shoes but not hiking shoes") == ["Running shoes", "not Hiking shoes"]


def test_refused_words_do_not_rank(reader: QueryReader) -> None:
    assert read_one(reader, "red sweater not wool").text == "red sweater"


@pytest.mark.parametrize(
    "text", ["non-slip shoes", "no-iron shirt", "not sure, a shirt", "no more than 50 for a shirt"]
)
def test_not_every_no_refuses(reader: QueryReader, text: str) -> None:
    assert not any(getattr(wish, "exclude", False) for wish in read_one(reader, text).constraints)


def test_a_refusal_that_the_catalogue_cannot_follow_is_said(reader: QueryReader) -> None:
    understood = read_one(reader, "boots without zippers")

    assert understood.set_aside == ("without zippers",)
    assert understood.text == "boots"


def test_what_is_not_needed_is_neither_wanted_nor_refused(reader: QueryReader) -> None:
    assert wishes(reader, "boots that don't have to be waterproof") == ["Hiking boots"]


# ------------------------------------------------------------ spelling and unknown words


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("hikng boots", {"hikng": "hiking"}),
        ("jaket", {"jaket": "jacket"}),
        ("blutooth headphnes", {"blutooth": "bluetooth", "headphnes": "headphones"}),
    ],
)
def test_misspelt_words_are_corrected_and_told(reader: QueryReader, text: str, corrected: dict[str, str]) -> None:
    understood = read_one(reader, text)

    assert understood.corrected == corrected
    assert understood.category_stated
    assert set(corrected.values()) <= set(understood.text.split())


def test_another_first_letter_before_a_known_word_makes_another_word(reader: QueryReader) -> None:
    assert read_one(reader, "ijackets").corrected == {}
    assert read_one(reader, "jjackets").corrected == {"jjackets": "jackets"}


def test_a_refused_material_is_refused_by_its_other_names_too() -> None:
    made = [("material", value, None) for value in ("Merino blend", "Cotton", "Suede")]
    shop = [
        make_product(str(i), f"Sock {i}", category="Socks", stated=(one,)) for i, one in enumerate([*made, *made[:2]])
    ]
    shop.append(make_product("9", "Sock", category="Socks", stated=(("material", "Wool", None),)))
    reader = QueryReader(Vocabulary.learn(shop), "USD")
    assert wishes(reader, "socks, not wool") == ["Socks", "not Wool or Merino blend"]
    assert wishes(reader, "wool socks") == ["Socks", "Wool"]


def test_a_price_far_below_the_kind_is_set_aside_and_told(reader: QueryReader) -> None:
    understood = read_one(reader, "hiking boots under 1")
    assert [wish.label() for wish in understood.constraints] == ["Hiking boots"]
    assert understood.set_aside == ("under 1",)


@pytest.mark.parametrize("text", ["boot", "tend", "short", "ten tents", "AB-1234", "jacke7", "bold print"])
def test_right_words_common_words_and_part_numbers_are_not_corrected(reader: QueryReader, text: str) -> None:
    assert read_one(reader, text).corrected == {}


def test_words_that_stand_nowhere_are_set_aside_once(reader: QueryReader) -> None:
    understood = read_one(reader, "please show me a fluxcapacitor tent, a real fluxcapacitor for my dad, thanks")

    assert understood.set_aside == ("fluxcapacitor",)


# ------------------------------------------------------------ any string


def test_chinese_names_are_found_inside_a_run() -> None:
    reader = QueryReader(Vocabulary.learn(make_chinese_shop()), "CNY")
    understood = read_one(reader, "我想买安踏红色的跑步鞋，200元以下")

    assert set(understood.constraints) == {
        CategoryIn(("跑步鞋",)),
        BrandIn(("安踏",)),
        AttributeIn("颜色", ("红色",)),
        PriceRange("CNY", None, 20000),
    }


def test_chinese_refusals_exclude() -> None:
    reader = QueryReader(Vocabulary.learn(make_chinese_shop()), "CNY")

    assert BrandIn(("李宁",), exclude=True) in read_one(reader, "跑步鞋不要李宁").constraints


@pytest.mark.parametrize(
    "text",
    ["", " ", "🎉🎉", "\x00\x01\xff", "حذاء أسود", "נעליים", "'\"`;--", "a" * 100_000, "boots, " * 20_000, "٣ ½ ²"],
)
def test_no_text_is_too_strange(reader: QueryReader, text: str) -> None:
    assert 1 <= len(reader.read(text)) <= 4


def test_only_the_first_two_thousand_characters_are_read(reader: QueryReader) -> None:
    assert wishes(reader, "red" + " " * 3000 + "tent") == ["Red"]


def test_an_empty_catalogue_still_reads_prices() -> None:
    assert wishes(QueryReader(Vocabulary.learn([]), "USD"), "boots under $50") == ["under $50"]
