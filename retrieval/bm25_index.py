"""Matches by words: BM25 (bm25s) over weighted fields, with the title indexed a second time on its own.

Row i is the i-th product. What a word is, is decided in `retrieval.tokens`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IndexBroken
from retrieval.index import LexicalMatch, Mask, Scores
from retrieval.product import Product
from retrieval.tokens import MAX_QUERY_CHARS, content_tokens, tokenise

K1 = 1.2
B = 0.75
TITLE_WEIGHT, BRAND_WEIGHT, CATEGORY_WEIGHT = 3, 1, 2
_MAX_DESCRIPTION_TOKENS = 400
_MAX_ATTRIBUTE_TOKENS = 120
_EMPTY = "\0"
_MAX_QUERY_TOKENS = 64


class Bm25Index:
    """BM25 scores and word coverage; read-only and safe to use from several threads."""

    def __init__(self, text: Any, title: Any, n_rows: int) -> None:
        self._text = text
        self._title = title
        self._n_rows = n_rows
        self._vocabulary: dict[str, int] = text.vocab_dict
        self._title_vocabulary: dict[str, int] = title.vocab_dict
        counts = np.diff(np.asarray(text.scores["indptr"])).astype(np.float64)
        self._idf = np.log1p((n_rows - counts + 0.5) / (counts + 0.5))
        self._unseen_idf = float(np.log1p((n_rows + 0.5) / 0.5))

    @classmethod
    def build(cls, products: Sequence[Product], progress: Callable[[int], None] | None = None) -> Bm25Index:
        """Index products."""
        texts: list[list[str]] = []
        titles: list[list[str]] = []
        for number, product in enumerate(products, 1):
            title = tokenise(product.title)
            titles.append(list(dict.fromkeys(title)) or [_EMPTY])
            texts.append(_weighted_tokens(product, title) or [_EMPTY])
            if progress is not None and number % 2_000 == 0:
                progress(number)
        return cls(_index(texts), _index(titles), len(products))

    def save(self, path: Path) -> None:
        """Write the index into the folder `path`."""
        self._text.save(str(path / "text"), show_progress=False)
        self._title.save(str(path / "title"), show_progress=False)

    @classmethod
    def open(cls, path: Path, n_rows: int) -> Bm25Index:
        """Open an index.

        Raises:
            IndexBroken: it is missing, damaged or of another size.
        """
        bm25s = _bm25s()
        try:
            text, title = (bm25s.BM25.load(str(path / part), mmap=True) for part in ("text", "title"))
            sizes = {int(text.scores["num_docs"]), int(title.scores["num_docs"])}
            if sizes != {n_rows}:
                raise IndexBroken("The word index does not fit the catalogue: run `aisle import` again.")
            return cls(text, title, n_rows)
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError) as error:
            raise IndexBroken("The word index cannot be read: run `aisle import` again.") from error

    def knows(self, word: str) -> bool:
        """Whether every token of `word` stands in the catalogue."""
        tokens = tokenise(word)
        return bool(tokens) and all(token in self._vocabulary for token in tokens)

    def match(self, text: str, allowed: Mask | None = None) -> LexicalMatch:
        """Score every allowed row; see LexicalIndex.match."""
        tokens = list(dict.fromkeys(content_tokens(text[:MAX_QUERY_CHARS])))[:_MAX_QUERY_TOKENS]
        known = [token for token in tokens if token in self._vocabulary]
        if not known:
            zeros = np.zeros(self._n_rows, np.float32)
            return LexicalMatch(zeros, zeros, zeros, 0.0)
        ids = [self._vocabulary[token] for token in known]
        weights = self._idf[ids]
        total = float(weights.sum()) + self._unseen_idf * (len(tokens) - len(known))
        mask = None if allowed is None else allowed.astype(np.float32)
        scores = np.asarray(self._text.get_scores_from_ids(ids, weight_mask=mask), np.float32)
        coverage = self._coverage(self._text, ids, weights / total)
        title_ids = [self._title_vocabulary.get(token) for token in known]
        pairs = [(i, w) for i, w in zip(title_ids, (weights / total).tolist(), strict=True) if i is not None]
        title = self._coverage(self._title, [i for i, _ in pairs], np.array([w for _, w in pairs]))
        if mask is not None:
            coverage, title = coverage * mask, title * mask
        return LexicalMatch(scores, coverage, title, len(known) / len(tokens))

    def _coverage(self, index: Any, ids: Sequence[int], weights: NDArray[np.float64]) -> Scores:
        covered = np.zeros(self._n_rows, np.float32)
        indptr, indices = index.scores["indptr"], index.scores["indices"]
        for token_id, weight in zip(ids, weights.tolist(), strict=True):
            # Each row stands at most once among a token's rows.
            covered[indices[indptr[token_id] : indptr[token_id + 1]]] += weight
        return covered


def _weighted_tokens(product: Product, title: list[str]) -> list[str]:
    tokens = title * TITLE_WEIGHT
    tokens += tokenise(product.brand or "") * BRAND_WEIGHT
    tokens += tokenise(f"{product.category or ''} {product.department or ''}") * CATEGORY_WEIGHT
    tokens += _limited(_attribute_texts(product), _MAX_ATTRIBUTE_TOKENS)
    tokens += tokenise(product.description)[:_MAX_DESCRIPTION_TOKENS]
    return tokens


def _attribute_texts(product: Product) -> Iterable[str]:
    for attribute in product.attributes.values():
        if isinstance(attribute.value, str | tuple):
            yield attribute.text
        elif attribute.value is True:
            yield attribute.label
        elif attribute.unit is not None:
            yield attribute.text
    for name in dict.fromkeys(name for variant in product.variants for name in variant.options):
        yield " ".join(dict.fromkeys(v.options[name] for v in product.variants if name in v.options))


def _limited(texts: Iterable[str], limit: int) -> list[str]:
    tokens: list[str] = []
    for text in texts:
        tokens += tokenise(text)
        if len(tokens) >= limit:
            break
    return tokens[:limit]


def _index(tokens: list[list[str]]) -> Any:
    retriever = _bm25s().BM25(k1=K1, b=B, method="lucene")
    retriever.index(tokens, create_empty_token=False, show_progress=False)
    return retriever


def _bm25s() -> Any:
    import bm25s

    # The library sets its own logger to DEBUG and reports every step.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s
