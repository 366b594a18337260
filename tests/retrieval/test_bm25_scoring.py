"""Scores for all texts at once are those of the library."""

from __future__ import annotations

import bm25s
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrieval.bm25_scoring import index_texts

_TEXTS = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12), min_size=1, max_size=20)


@given(_TEXTS)
def test_scores_are_those_of_bm25s(texts: list[list[str]]) -> None:
    ours, theirs = (bm25s.BM25(k1=0.8, b=0.75, method="lucene") for _ in range(2))
    index_texts(ours, texts)
    theirs.index(texts, create_empty_token=False, show_progress=False)
    assert ours.vocab_dict.keys() == theirs.vocab_dict.keys()
    for token in theirs.vocab_dict:
        found, expected = _rows(ours, token), _rows(theirs, token)
        assert found.keys() == expected.keys()
        assert np.allclose(list(found.values()), list(expected.values()), rtol=1e-6)


def _rows(retriever: bm25s.BM25, token: str) -> dict[int, float]:
    number, ends = retriever.vocab_dict[token], retriever.scores["indptr"]
    part = slice(ends[number], ends[number + 1])
    rows = retriever.scores["indices"][part].tolist()
    assert rows == sorted(rows)
    return dict(zip(rows, retriever.scores["data"][part].tolist(), strict=True))
