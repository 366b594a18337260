"""Queries as concepts with other ways to say them."""

from __future__ import annotations

from retrieval.concepts import MAX_CONCEPTS, read_concepts


def _said(text: str, *known: str) -> list[tuple[tuple[str, ...], ...]]:
    return [concept.alternatives for concept in read_concepts(text, frozenset(known).__contains__)]


def test_a_word_without_other_ways_stands_alone() -> None:
    assert _said("red tent") == [(("red",),), (("tent",),)]


def test_another_word_counts_only_where_the_catalogue_knows_it() -> None:
    assert _said("laptop") == [(("laptop",),)]
    assert _said("laptop", "notebook") == [(("laptop",), ("notebook",))]


def test_phrases_are_read_before_words() -> None:
    assert _said("solid state drive case", "ssd") == [(("solid", "state", "drive"), ("ssd",)), (("case",),)]


def test_two_words_are_also_looked_for_as_one() -> None:
    assert _said("head set", "headset") == [(("head", "set"), ("headset",))]


def test_a_huge_query_is_cut() -> None:
    assert len(read_concepts(" ".join(f"word{i}" for i in range(500)), lambda token: True)) <= MAX_CONCEPTS
