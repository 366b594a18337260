"""The figures of understanding do not fall below their goals, and what they are counted on is made as it says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.spelling import edits
from tests.benchmarks import query_understanding as bench
from tests.benchmarks.price_sentences import make_sentences
from tests.benchmarks.slips import Slip, make_slips, mistype

needs = pytest.mark.skipif(not bench.DATASETS.is_dir(), reason="../shared/datasets is absent")


def test_every_frame_is_filled_equally_often_and_the_same_way_each_time() -> None:
    made = make_sentences("reporting", 120)

    assert made == make_sentences("reporting", 120)
    assert [sentence.frame for sentence in made] == [*range(1, 61), *range(1, 61)]
    assert "{" not in "".join(sentence.text for sentence in made)


def test_the_limits_are_those_of_the_frame() -> None:
    by_kind = {sentence.frame: sentence.limits for sentence in make_sentences("building", 60)}

    assert by_kind[1] is not None
    assert by_kind[1][0] is None  # under
    assert by_kind[11] is not None
    assert by_kind[11][1] is None  # at least
    assert by_kind[3] is not None
    assert None not in by_kind[3]  # from … to
    assert by_kind[16] is None  # centimetres


@pytest.mark.parametrize("half", ["building", "reporting"])
def test_prices_of_made_sentences_are_read(half: bench.Half) -> None:
    assert bench.price_frames(half).share >= 0.99


@pytest.mark.datasets
@needs
def test_prices_of_real_requests_are_read() -> None:
    figure = bench.shoppingbench_prices()

    assert figure.total == 69
    assert figure.share >= 0.97


@pytest.mark.datasets
@needs
def test_no_price_is_read_where_there_is_none() -> None:
    figure = bench.webshop_prices()

    assert figure.total == 4000
    assert figure.misses == ()


@pytest.mark.datasets
@needs
def test_wanted_things_are_found_and_are_the_right_ones() -> None:
    assert bench.webshop_things().share >= 0.95
    assert bench.labelled_things("building").share >= 0.95
    assert bench.labelled_things("reporting").share >= 0.93


def test_slips_in_the_demo_shop_are_restored_and_right_words_kept() -> None:
    one, two, kept = bench.slips_in("demo shop", bench.demo_shop(), "reporting")

    assert one.share >= 0.9
    assert two.share >= 0.8
    assert kept.misses == ()


@given(st.text("abcdefgh", min_size=4, max_size=12), st.integers(0, 1000))
def test_a_slip_is_at_most_one_edit(word: str, seed: int) -> None:
    assert edits(word, mistype(word, random.Random(seed)), 1) is not None


def test_a_slip_falls_on_one_plain_word() -> None:
    for slip in make_slips(["Acme GT-500 wireless mouse 2.4 GHz", "Red pen"], 50, seed=3):
        assert slip.typed != slip.meant[slip.place]
        assert slip.meant[slip.place] in ("acme", "wireless", "mouse")
    assert Slip(("red", "pens"), 1, "pns").text == "red pns"
