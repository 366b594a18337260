"""Matches by words: BM25 (bm25s) over weighted fields, the title counting most.

Row i is the i-th product. What a word is, is decided in `retrieval.tokens`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.concepts import Concept, read_concepts
from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.index import LexicalMatch, Mask, Scores
from retrieval.product import Product
from retrieval.tokens import first_tokens, tokenise

K1 = 0.8
B = 0.75
TITLE_WEIGHT, BRAND_WEIGHT, CATEGORY_WEIGHT = 3, 1, 2
_MAX_DESCRIPTION_TOKENS = 400
_MAX_ATTRIBUTE_TOKENS = 120
_EMPTY = "\0"
_PROGRESS_EVERY = 2_000
_WHOLE = 0.999
_OTHER_WORD = 0.7


class Bm25Index:
    """BM25 scores and word coverage; read-only and safe to use from several threads."""

    def __init__(self, retriever: Any, n_rows: int) -> None:
        self._retriever = retriever
        self._postings = _Postings(retriever, n_rows)
        self._n_rows = n_rows

    @classmethod
    def build(cls, products: Sequence[Product], progress: Callable[[int], None] | None = None) -> Bm25Index:
        """Index products; `progress` is called with the number of products read."""
        texts: list[list[str]] = []
        for number, product in enumerate(products, 1):
            texts.append(_weighted_tokens(product) or [_EMPTY])
            if progress is not None and number % _PROGRESS_EVERY == 0:
                progress(number)
        retriever = _bm25s().BM25(k1=K1, b=B, method="lucene")
        retriever.index(texts, create_empty_token=False, show_progress=False)
        return cls(retriever, len(products))

    def save(self, path: Path) -> None:
        """Write the index into the folder `path`."""
        self._retriever.save(str(path), show_progress=False)

    @classmethod
    def open(cls, path: Path, n_rows: int) -> Bm25Index:
        """Open an index.

        Raises:
            IndexBroken: it is missing, damaged or of another size.
        """
        try:
            retriever = _bm25s().BM25.load(str(path), mmap=True)
            if int(retriever.scores["num_docs"]) != n_rows:
                raise IndexBroken(f"The word index does not fit the catalogue: {IMPORT_AGAIN}.")
            return cls(retriever, n_rows)
        except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError) as error:
            raise IndexBroken(f"The word index cannot be read: {IMPORT_AGAIN}.") from error

    def match(self, text: str, allowed: Mask | None = None) -> LexicalMatch:
        """Score every allowed row; see LexicalIndex.match."""
        concepts = read_concepts(text, self._postings.knows)
        weights = [self._weight(concept) for concept in concepts]
        total = sum(weights)
        scores, coverage = np.zeros(self._n_rows, np.float32), np.zeros(self._n_rows, np.float32)
        for concept, weight in zip(concepts, weights, strict=True):
            found = self._postings.match(concept, self._idf)
            if found is not None:
                scores += found[0]
                coverage += found[1] * (weight / total)
        if allowed is not None:
            scores[~allowed] = 0.0
            coverage[~allowed] = 0.0
        return LexicalMatch(scores, coverage)

    def _idf(self, token: str) -> float:
        """Rarity of a token (Lucene's form); of a token that stands nowhere, the highest there is."""
        count = self._postings.count(token)
        return math.log1p((self._n_rows - count + 0.5) / (count + 0.5))

    def _weight(self, concept: Concept) -> float:
        """Rarity of a concept: that of its most common way to say it."""
        return min(sum(self._idf(token) for token in tokens) / len(tokens) for tokens in concept.alternatives)


class _Postings:
    """Rows and precomputed BM25 scores by token, out of a bm25s index."""

    def __init__(self, retriever: Any, n_rows: int) -> None:
        self._vocabulary: dict[str, int] = retriever.vocab_dict
        self._data = retriever.scores["data"]
        self._rows = retriever.scores["indices"]
        self._ends = np.asarray(retriever.scores["indptr"])
        self._n_rows = n_rows

    def knows(self, token: str) -> bool:
        return token in self._vocabulary

    def count(self, token: str) -> int:
        """Number of rows that hold a token."""
        number = self._vocabulary.get(token)
        return 0 if number is None else int(self._ends[number + 1] - self._ends[number])

    def match(self, concept: Concept, idf: Callable[[str], float]) -> tuple[Scores, Scores] | None:
        """Return BM25 scores and covered share per row, for the best way to say the concept; None where none occurs."""
        said, *others = concept.alternatives
        found = self._match_all(said, idf)
        for tokens in others:
            other = self._match_all(tokens, idf)
            if other is None:
                continue
            if found is None:
                found = (np.zeros(self._n_rows, np.float32), np.zeros(self._n_rows, np.float32))
            # Another way to say it counts only as a whole, as one word, and a little less than what was said.
            share = np.where(other[1] > _WHOLE, np.float32(1), np.float32(0))
            found = (np.maximum(found[0], other[0] * share * (_OTHER_WORD / len(tokens))), np.maximum(found[1], share))
        return found

    def _match_all(self, tokens: tuple[str, ...], idf: Callable[[str], float]) -> tuple[Scores, Scores] | None:
        known = [token for token in tokens if token in self._vocabulary]
        if not known:
            return None
        total = sum(idf(token) for token in tokens)
        scores, shares = np.zeros(self._n_rows, np.float32), np.zeros(self._n_rows, np.float32)
        for token in known:
            number = self._vocabulary[token]
            part = slice(int(self._ends[number]), int(self._ends[number + 1]))
            # A row stands at most once among a token's rows, so plain addition is enough.
            rows = self._rows[part]
            scores[rows] += self._data[part]
            shares[rows] += idf(token) / total
        return scores, shares


def _weighted_tokens(product: Product) -> list[str]:
    tokens = tokenise(product.title) * TITLE_WEIGHT
    tokens += tokenise(product.brand or "") * BRAND_WEIGHT
    tokens += tokenise(f"{product.category or ''} {product.department or ''}") * CATEGORY_WEIGHT
    tokens += _limited(_attribute_texts(product), _MAX_ATTRIBUTE_TOKENS)
    tokens += first_tokens(product.description, _MAX_DESCRIPTION_TOKENS)
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


def _bm25s() -> Any:
    import bm25s

    # The library sets its own logger to DEBUG and reports every step.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s
