"""How text is cut: the same word must look the same in a product and in a query."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.tokens import query_tokens, tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("DV7-1211EA", ["dv71211ea", "dv7", "1211ea"]),
        ("Kid's SHOES", ["kid", "shoe"]),
        ("16 GB", ["16gb", "16"]),
        ("16GB", ["16gb", "16"]),
        ('43.2 cm (17")', ["43.2cm", "43.2", "17inch", "17"]),
        ("17-inch", ["17inch", "17"]),
        ("2 in 1", ["2", "in", "1"]),
        ("1440 x 900", ["1440", "x", "900"]),
        ("无线鼠标", ["无线", "线鼠", "鼠标", "线", "标", "无线", "鼠标"]),
        ("茶 cup", ["茶", "茶", "cup"]),
        ("ワイヤレスmouse", ["ワイ", "イヤ", "ヤレ", "レス", "mous"]),
        ("Ⅷ ﬁne", ["viii", "fine"]),
        ("😀 ---", []),
        ("", []),
    ],
)
def test_text_is_cut_into_tokens(text: str, tokens: list[str]) -> None:
    assert tokenise(text) == tokens


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("16 gb", "16GB"),
        ("17 inch", '17"'),
        ("hiking boots", "Hiking Boot"),
        ("dv7 1211ea", "DV7-1211EA"),
        ("鼠标", "无线鼠标"),
    ],
)
def test_a_query_meets_a_product_that_writes_it_otherwise(said: str, written: str) -> None:
    assert set(query_tokens(said)) <= set(tokenise(written))


def test_function_words_count_only_where_there_is_nothing_else() -> None:
    assert query_tokens("I need a tent for the garden") == ["tent", "garden"]
    assert query_tokens("to be with it") == ["to", "be", "with", "it"]


@given(st.text())
def test_no_text_makes_it_fail_and_no_token_is_empty(text: str) -> None:
    assert all(tokenise(text))
    assert len(set(query_tokens(text))) == len(query_tokens(text))


def test_threads_do_not_share_a_stemmer() -> None:
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.extend(tokenise(f"running shoes{n} boots") for n in range(300)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(tokens[0] == "run" and tokens[2] == "boot" for tokens in found)
    assert len(found) == 1_200
