"""Ages of children in a shopper's words, and what the catalogue makes of them."""

from __future__ import annotations

import pytest

from assistant.llm.embedded.ages import age_wish, cut_age
from retrieval.filters import AttributeRange
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.retrieval.reading_shop import make_product


@pytest.mark.parametrize(
    ("words", "rest", "age"),
    [("a gift for a 6 year old", "a gift", 6), ("present for a 10-year-old girl", "present", 10),
     ("something for my 8 year old son, under 30", "something , under 30", 8), ("toys for kids aged 5", "toys", 5),
     ("something for my daughter who is 4 years old", "something", 4), ("a puzzle, 7yo", "a puzzle,", 7)],
)  # fmt: skip
def test_an_age_is_cut_out(words: str, rest: str, age: int) -> None:
    assert cut_age(words) == (rest, age)


@pytest.mark.parametrize(
    "words", ["a 3 year warranty", "12 years", "whisky 18 year old", "for my 40 year old brother", "2 person tent"]
)
def test_other_numbers_are_no_age_of_a_child(words: str) -> None:
    assert cut_age(words) == (words, None)


def test_the_wish_is_what_the_wanted_kinds_state() -> None:
    toys = [
        make_product(f"t{n}", f"Toy {n}", category="Toys", stated=(("age_from", n, "years"),)) for n in (1, 3, 6, 9)
    ]
    bags = [
        make_product(f"b{n}", f"Bag {n}", category="Bags", stated=(("warranty", n, "years"),)) for n in (1, 2, 3, 4)
    ]
    reader = QueryReader(Vocabulary.learn([*toys, *bags]), "USD")
    assert age_wish(7, ("Toys",), reader) == AttributeRange("age_from", 3.0, 7.0, "years")
    assert age_wish(7, (), reader) == AttributeRange("age_from", 3.0, 7.0, "years")
    assert age_wish(7, ("Bags",), reader) is None
