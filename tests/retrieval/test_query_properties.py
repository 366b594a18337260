"""What holds for every text."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.filters import CONSTRAINTS, CategoryIn, PriceRange
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from retrieval.words import word_set
from tests.retrieval.reading_shop import make_chinese_shop, make_shop


@cache
def reader() -> QueryReader:
    return QueryReader(Vocabulary.learn((*make_shop(), *make_chinese_shop())), "USD")


WORDS = st.sampled_from(
    sorted(
        word_set(
            """a the and or not no without , . under over $50 80 between 10 20 to cheap cheapest red black navy blue
            size 9 M XL tent tents boots hiking shoes jacket rain Acme Bolt from for with 16 GB memory 2 person kg
            waterproof leather wool laptop bag mouse pad hikng jaket all each 4 stars in stock 跑步鞋 红色 不要 zzz
            don't have be free -slip"""
        )
    )
)
TALK = st.lists(WORDS, max_size=25).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(TALK | st.text(max_size=120))
def test_every_text_is_read_into_valid_wishes(text: str) -> None:
    needs = reader().read(text)

    assert 1 <= len(needs) <= 4
    for need in needs:
        keys = [wish.key for wish in need.constraints]
        assert len(keys) == len(set(keys))
        assert CONSTRAINTS.validate_python(CONSTRAINTS.dump_python(need.constraints, mode="json")) == need.constraints
        assert need.text == " ".join(need.text.split())
        for wish in need.constraints:
            assert wish.label()
            if isinstance(wish, PriceRange):
                assert (wish.min_minor or 0) <= (wish.max_minor if wish.max_minor is not None else 10**15)
            if isinstance(wish, CategoryIn):
                assert wish.values


@settings(max_examples=150, deadline=None)
@given(TALK)
def test_reading_is_the_same_each_time_and_space_around_does_not_matter(text: str) -> None:
    assert reader().read(text) == reader().read(text)
    assert reader().read(f"  {text}  ") == reader().read(text)


@settings(max_examples=150, deadline=None)
@given(TALK)
def test_a_corrected_text_needs_no_more_correction(text: str) -> None:
    for need in reader().read(text):
        assert all(not again.corrected for again in reader().read(need.text))


@settings(max_examples=150, deadline=None)
@given(TALK | st.text(max_size=80), TALK | st.text(max_size=80))
def test_every_follow_up_is_read(first: str, text: str) -> None:
    need = reader().read(first)[0]
    refinement = reader().read_refinement(text, need.text, need.constraints)
    keys = [wish.key for wish in refinement.constraints]

    assert len(keys) == len(set(keys))
    assert set(refinement.dropped) <= {wish.key for wish in need.constraints}
    assert set(refinement.dropped).isdisjoint(keys)
    assert not set(refinement.constraints) & set(need.constraints)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000))
def test_bytes_are_read(raw: bytes) -> None:
    assert reader().read(raw.decode("utf-8", "replace"))
    assert reader().read(raw.decode("latin-1"))
