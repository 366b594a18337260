"""The measures of the Chinese benchmark, worked by hand, and the floor of its figure on the real titles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import chinese_search
from tests.benchmarks.chinese_search import GOAL, TITLES, Title, as_pairs, eligible, wanted_words


def test_spans_of_products_and_brands_are_the_words_each_once() -> None:
    labels = ["B-HPPX", "I-HPPX", "O", "B-HCCX", "B-HCCX", "I-HCCX", "B-XH", "B-HCCX"]
    assert wanted_words("安踏的鞋跑鞋x鞋", labels) == ("安踏", "鞋", "跑鞋")


def test_a_title_counts_where_its_words_stand_together_in_few_titles() -> None:
    many = [Title(f"红帐篷{n}", ("帐篷",), False) for n in range(11)]
    rare, wordless = Title("绿帐篷睡袋", ("帐篷", "睡袋"), True), Title("书", (), False)
    assert eligible([*many, rare, wordless]) == (rare,)


def test_the_rival_sees_pairs_as_words() -> None:
    first, second, other = as_pairs("跑步鞋 x").split()
    assert first != second
    assert other == "x"
    assert as_pairs("步鞋").split() == [second]


@pytest.mark.datasets
@pytest.mark.skipif(not TITLES.is_dir(), reason="the Chinese titles are not beside the repository")
def test_titles_are_found_by_their_words_spaced_and_joined(tmp_path: Path) -> None:
    titles = chinese_search.read_titles()
    asked = [title for title in eligible(titles) if title.dev]
    retrieval = chinese_search.open_catalogue(tmp_path, "zh", [title.text for title in titles])
    missed = chinese_search.find_misses(retrieval, titles, asked, chinese_search.spaced)
    assert 1 - len(missed) / len(asked) >= GOAL
    joined = chinese_search.find_misses(retrieval, titles, asked, chinese_search.joined)
    assert 1 - len(joined) / len(asked) >= 0.95
