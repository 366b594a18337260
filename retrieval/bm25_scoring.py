"""The scores of a bm25s index, computed for all texts at once: some five times as fast as the library does it.

Knows nothing of products; what comes out is what `bm25s.BM25(method="lucene").index` would have made (a test compares).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np


def index_texts(retriever: Any, texts: Sequence[Sequence[str]]) -> None:
    """Index texts with a fresh `bm25s.BM25` of method "lucene"; see its `index`.

    The formula is Robertson and Zaragoza 2009, eq. 3.15, in Lucene's form without the constant (k1 + 1).

    Args:
        retriever: has k1 and b.
        texts: of each row its tokens, at least one.
    """
    number_of = {token: number for number, token in enumerate(dict.fromkeys(chain.from_iterable(texts)))}
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    tokens = np.fromiter(map(number_of.__getitem__, chain.from_iterable(texts)), np.int64, int(lengths.sum()))
    n_rows = len(texts)
    # A token and a row in one number: sorted, they stand token by token, and each by row.
    cells, counts = np.unique(tokens * n_rows + np.repeat(np.arange(n_rows), lengths), return_counts=True)
    token_of, rows = np.divmod(cells, n_rows)
    holders = np.bincount(token_of, minlength=len(number_of))
    idf = np.log1p((n_rows - holders + 0.5) / (holders + 0.5)).astype(np.float32)
    saturation = retriever.k1 * (1 - retriever.b + retriever.b * lengths / lengths.mean())
    retriever.scores = {
        "data": (idf[token_of] * (counts / (saturation[rows] + counts))).astype(np.float32),
        "indices": rows.astype(np.int32),
        "indptr": np.concatenate((np.zeros(1, np.int64), np.cumsum(holders))),
        "num_docs": n_rows,
    }
    retriever.nonoccurrence_array = None
    retriever.vocab_dict = number_of
    retriever.unique_token_ids_set = set(number_of.values())
