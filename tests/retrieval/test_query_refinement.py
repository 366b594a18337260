"""What follow-up messages change about "waterproof hiking boots from Acme in black, size 9, under $120"."""

from __future__ import annotations

import pytest

from retrieval.filters import AttributeIn, BrandIn, CategoryIn, Constraint, PriceRange, merge
from retrieval.query import QueryReader
from retrieval.refinement import Refinement, split_correction
from retrieval.results import Sort
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_product, make_shop

NEED = "waterproof hiking boots from Acme in black, size 9, under $120"


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn(make_shop()), "USD")


@pytest.fixture(scope="module")
def held(reader: QueryReader) -> tuple[Constraint, ...]:
    return reader.read(NEED)[0].constraints


def refine(reader: QueryReader, text: str, held: tuple[Constraint, ...]) -> Refinement:
    return reader.read_refinement(text, "waterproof hiking boots", held)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("cheaper", "cheaper"), ("something cheaper please", "cheaper"), ("too expensive", "cheaper"),
        ("do you have anything less expensive?", "cheaper"), ("that's a bit pricey", None),
        ("something more expensive", "dearer"), ("higher end ones", "dearer"),
    ],
)  # fmt: skip
def test_a_step_in_price_needs_no_number(
    reader: QueryReader, held: tuple[Constraint, ...], text: str, step: str | None
) -> None:
    refinement = refine(reader, text, held)

    assert refinement.price_step == step
    assert refinement.constraints == ()
    assert not refinement.starts_new_need


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("in red", AttributeIn("colour", ("Red",))),
        ("the red one", AttributeIn("colour", ("Red",))),
        ("not Acme", BrandIn(("Acme",), exclude=True)),
        ("under 50 instead", PriceRange("USD", None, 5000)),
        ("cheaper, under 50", PriceRange("USD", None, 5000)),
        ("actually in size 10", AttributeIn("size", ("10",))),
        ("do you have them in leather?", AttributeIn("material", ("Leather",))),
        ("Bolt would be better", BrandIn(("Bolt",))),
    ],
)
def test_a_change_is_told_alone(
    reader: QueryReader, held: tuple[Constraint, ...], text: str, change: Constraint
) -> None:
    refinement = refine(reader, text, held)

    assert refinement.constraints == (change,)
    assert refinement.dropped == ()
    assert refinement.price_step is None
    assert not refinement.starts_new_need


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("any brand is fine", ("brand",)),
        ("the brand doesn't matter", ("brand",)),
        ("forget the size", ("attribute:size",)),
        ("any colour", ("attribute:colour",)),
        ("any color is ok", ("attribute:colour",)),
        ("it doesn't have to be waterproof", ("attribute:waterproof",)),
        ("they don't need to be black", ("attribute:colour",)),
        ("price doesn't matter", ("price",)),
        ("remove the price limit", ("price",)),
        ("I don't care about the brand", ("brand",)),
        ("forget about Acme", ("brand",)),
    ],
)
def test_a_wish_can_be_withdrawn(
    reader: QueryReader, held: tuple[Constraint, ...], text: str, dropped: tuple[str, ...]
) -> None:
    refinement = refine(reader, text, held)

    assert refinement.dropped == dropped
    assert refinement.constraints == ()
    assert refinement.text == ""
    assert not refinement.starts_new_need


def test_withdrawing_and_wishing_in_one_message(reader: QueryReader, held: tuple[Constraint, ...]) -> None:
    refinement = refine(reader, "any brand, but in red", held)

    assert refinement.dropped == ("brand",)
    assert refinement.constraints == (AttributeIn("colour", ("Red",)),)


@pytest.mark.parametrize("text", ["with free returns?", "", "thanks", "hm", "🎉", "is it nice?"])
def test_talk_changes_nothing(reader: QueryReader, held: tuple[Constraint, ...], text: str) -> None:
    refinement = refine(reader, text, held)

    assert (refinement.constraints, refinement.dropped, refinement.sort, refinement.price_step) == ((), (), None, None)
    assert not refinement.starts_new_need


@pytest.mark.parametrize(
    "text", ["what about backpacks", "and a sleeping bag too", "show me jeans", "a tent and jeans"]
)
def test_another_kind_of_product_starts_a_new_need(
    reader: QueryReader, held: tuple[Constraint, ...], text: str
) -> None:
    assert refine(reader, text, held).starts_new_need


@pytest.mark.parametrize("text", ["boots in red", "only hiking boots"])
def test_the_same_kind_again_does_not(reader: QueryReader, held: tuple[Constraint, ...], text: str) -> None:
    assert not refine(reader, text, held).starts_new_need


def test_an_order_is_a_change(reader: QueryReader, held: tuple[Constraint, ...]) -> None:
    assert refine(reader, "best rated first", held).sort is Sort.RATING
    assert refine(reader, "in red", held).sort is None


def test_what_holds_already_is_no_change(reader: QueryReader, held: tuple[Constraint, ...]) -> None:
    assert refine(reader, "in black", held).constraints == ()


def test_refusing_the_wished_brand_withdraws_it_when_merged(reader: QueryReader, held: tuple[Constraint, ...]) -> None:
    merged = merge(held, refine(reader, "not Acme", held).constraints)

    assert "brand" not in {wish.key for wish in merged}
    assert BrandIn(("Acme",), exclude=True) in merged


def test_the_kind_comes_from_the_words_where_no_wish_holds_it(reader: QueryReader) -> None:
    refinement = reader.read_refinement("size 9", "hiking boots", ())

    assert refinement.constraints == (AttributeIn("size", ("9",)),)


def test_without_categories_asking_for_other_things_starts_a_new_need() -> None:
    shop = [make_product(f"{i}", title) for i, title in enumerate(["Acme monitor 24", "Bolt keyboard", "Corda lamp"])]
    reader = QueryReader(Vocabulary.learn(shop), "USD")

    assert reader.read_refinement("what about lamps", "monitor", ()).starts_new_need
    assert not reader.read_refinement("what about a bigger monitor", "monitor", ()).starts_new_need


def test_a_new_need_carries_its_own_kind(reader: QueryReader, held: tuple[Constraint, ...]) -> None:
    assert refine(reader, "what about backpacks", held).understanding.constraints == (CategoryIn(("Backpacks",)),)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("only Acme, no wait, Bolt", ("only Acme", "Bolt")),
        ("a tent - I mean a sleeping bag", ("a tent", "a sleeping bag")),
        ("red. No, sorry, blue", ("red", "blue")),
        ("no wait", ("no wait", "")),
        ("what does IP67 mean", ("what does IP67 mean", "")),
    ],
)
def test_a_message_that_corrects_itself_has_two_parts(text: str, parts: tuple[str, str]) -> None:
    assert split_correction(text) == parts


@pytest.mark.parametrize(
    "text", ["make it 150", "150", "actually $150", "up to 150 is fine", "no, let's say 150 dollars"]
)
def test_a_bare_amount_moves_the_limit(reader: QueryReader, held: tuple[Constraint, ...], text: str) -> None:
    change = refine(reader, text, held)
    assert change.constraints == (PriceRange("USD", None, 15_000),)
    assert not change.starts_new_need


@pytest.mark.parametrize("text", ["make it waterproof", "150 cm", "size 10", "2 pairs"])
def test_other_numbers_move_no_limit(reader: QueryReader, held: tuple[Constraint, ...], text: str) -> None:
    assert not [c for c in refine(reader, text, held).constraints if isinstance(c, PriceRange)]


def test_a_bare_amount_is_no_limit_where_none_holds(reader: QueryReader) -> None:
    assert reader.read_refinement("150", "hiking boots", ()).constraints == ()
    floor = (PriceRange("USD", 5_000, None),)
    assert reader.read_refinement("make it 80", "hiking boots", floor).constraints == (PriceRange("USD", 8_000, None),)


def test_a_need_without_a_thing_is_narrowed_by_naming_one(reader: QueryReader) -> None:
    limit = (PriceRange("USD", None, 5_000),)
    assert not reader.read_refinement("hiking boots", "", limit).starts_new_need
    brand = reader.read("Acme")[0]
    assert not reader.read_refinement("hiking boots", brand.text, brand.constraints).starts_new_need


@pytest.mark.parametrize(
    ("text", "new"),
    [("a gift for my mum, 50 bucks", True), ("something for my brother", True), ("something cheaper", False)],
)
def test_a_gift_is_a_need_of_its_own(reader: QueryReader, held: tuple[Constraint, ...], text: str, new: bool) -> None:
    assert refine(reader, text, held).starts_new_need is new


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("colour is no issue", ("attribute:colour",)),
        ("the size isnt that important", ("attribute:size",)),
        ("colour and size don't matter", ("attribute:colour", "attribute:size")),
        ("colour doesnt matter that much", ("attribute:colour",)),
        ("no waterproof needed", ("attribute:waterproof",)),
        ("any size then", ("attribute:size",)),
    ],
)
def test_what_does_not_matter_is_given_up(
    reader: QueryReader, held: tuple[Constraint, ...], text: str, dropped: tuple[str, ...]
) -> None:
    refinement = refine(reader, text, held)

    assert sorted(refinement.dropped) == sorted(dropped)
    assert refinement.constraints == ()
    assert refinement.text == ""


def test_words_of_the_need_can_be_given_up_too(reader: QueryReader) -> None:
    refinement = reader.read_refinement("doesn't need gold", "gold plated jack adapter", ())

    assert refinement.dropped_words == ("gold",)
    assert not refinement.constraints
    assert not refinement.starts_new_need


@pytest.mark.parametrize(
    "text", ["oh wait sorry, i'm a 10", "10 fits me better", "she wears a 10", "i take a 10 in boots"]
)
def test_a_size_is_what_somebody_wears(reader: QueryReader, held: tuple[Constraint, ...], text: str) -> None:
    assert refine(reader, text, held).constraints == (AttributeIn("size", ("10",)),)


@pytest.mark.parametrize("text", ["red is fine too", "she can also wear red", "red is ok as well"])
def test_what_is_fine_too_comes_beside_what_was_wished_for(
    reader: QueryReader, held: tuple[Constraint, ...], text: str
) -> None:
    (wish,) = refine(reader, text, held).constraints
    assert isinstance(wish, AttributeIn)
    assert set(wish.values) == {"Black", "Red"}


def test_any_tent_names_the_kind_and_gives_it_up_in_no_way(reader: QueryReader) -> None:
    tents = reader.read("tents under 300")[0].constraints
    assert reader.read_refinement("any tents under 100", "tents", tents).dropped == ()


@pytest.mark.parametrize(
    "text", ["no black? any colour then", "oh, no black ones? any colour", "really, none in black? any colour"]
)
def test_what_is_asked_whether_there_is_none_is_not_refused(reader: QueryReader, text: str) -> None:
    held = reader.read("black hiking boots under 150")[0].constraints
    assert any(wish.key == "attribute:colour" for wish in held)
    change = refine(reader, text, held)
    assert change.dropped == ("attribute:colour",)
    assert not change.constraints
    assert refine(reader, "no black", held).constraints
