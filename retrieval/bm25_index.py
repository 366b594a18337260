"""Matches by words: BM25 (bm25s) over weighted fields, the title counting most; and field by field for given rows.

Row i is the i-th product. What a word is, is decided in `retrieval.tokens`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.bm25_scoring import index_texts
from retrieval.concepts import Concept, read_concepts
from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.field_index import FIELDS, FieldCounts, FieldIndex
from retrieval.index import FieldMatch, LexicalMatch, Mask, Rows, Scores
from retrieval.product import Product
from retrieval.tokens import first_tokens, tokenise

K1 = 0.8
B = 0.75
WEIGHTS = {"title": 3, "brand": 1, "category": 2, "attributes": 1, "description": 1}
FIELD_K1 = 1.2
"""Within one field words repeat less, so repetition may count a little longer; Lucene's value."""
_MAX_DESCRIPTION_TOKENS = 400
_MAX_ATTRIBUTE_TOKENS = 120
_EMPTY = "\0"
_PROGRESS_EVERY = 2_000
_WHOLE = 0.999
_OTHER_WORD = 0.7


class Bm25Index:
    """BM25 scores and word coverage; read-only and safe to use from several threads."""

    def __init__(self, retriever: Any, fields: FieldIndex) -> None:
        self._retriever = retriever
        self._n_rows = fields.n_rows
        self._postings = _Postings(retriever, fields.n_rows)
        self._fields = fields

    @classmethod
    def build(cls, products: Sequence[Product], progress: Callable[[int], None] | None = None) -> Bm25Index:
        """Index products; `progress` is called with the number of products read."""
        rows: list[tuple[list[str], ...]] = []
        for number, product in enumerate(products, 1):
            rows.append(_field_tokens(product))
            if progress is not None and number % _PROGRESS_EVERY == 0:
                progress(number)
        retriever = _bm25s().BM25(k1=K1, b=B, method="lucene")
        index_texts(retriever, [_weighted(row) or [_EMPTY] for row in rows])
        return cls(retriever, FieldIndex.build(rows, retriever.vocab_dict))

    def save(self, path: Path) -> None:
        """Write the index into the folder `path`."""
        self._retriever.save(str(path), show_progress=False)
        self._fields.save(path)

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
            return cls(retriever, FieldIndex.open(path, n_rows))
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

    def match_fields(self, text: str, rows: Rows) -> FieldMatch:
        """Score given rows field by field; see LexicalIndex.match_fields."""
        concepts = read_concepts(text, self._postings.knows)
        if not concepts:
            nothing = np.zeros((len(rows), len(FIELDS)))
            return FieldMatch(nothing, nothing, np.zeros(len(rows)), np.zeros(len(rows), np.bool_))
        tokens = list(dict.fromkeys(token for concept in concepts for way in concept.alternatives for token in way))
        found = self._fields.count(rows, [self._postings.number(token) for token in tokens])
        scores = self._field_scores(found, tokens)
        place_of = {token: place for place, token in enumerate(tokens)}
        n_cells = (len(rows), len(FIELDS))
        total, covered, best = np.zeros(n_cells), np.zeros(n_cells), np.zeros(len(rows))
        weights = [self._weight(concept) for concept in concepts]
        for concept, weight in zip(concepts, weights, strict=True):
            of_concept, share = np.zeros(n_cells), np.zeros(n_cells)
            for way in concept.alternatives:
                places = [place_of[token] for token in way]
                whole = (found.counts[:, :, places] > 0).mean(axis=2)
                own = scores[:, :, places].sum(axis=2)
                if way is not concept.alternatives[0]:
                    whole = np.where(whole > _WHOLE, 1.0, 0.0)
                    own *= whole * (_OTHER_WORD / len(way))
                of_concept, share = np.maximum(of_concept, own), np.maximum(share, whole)
            total += of_concept
            best += of_concept.max(axis=1, initial=0.0)
            covered += share * (weight / sum(weights))
        said = [place_of[token] for concept in concepts for token in concept.alternatives[0]]
        return FieldMatch(total, covered, best, _is_phrase(found.first[:, 0, said]))

    def _field_scores(self, found: FieldCounts, tokens: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of each token in each field by itself; idf is that of the whole product."""
        length = 1 - B + B * found.lengths / self._fields.mean_lengths
        idf = np.array([self._idf(token) for token in tokens], np.float64)
        return np.asarray(idf * found.counts / (found.counts + FIELD_K1 * np.maximum(length, 1e-9)[:, :, None]))

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

    def number(self, token: str) -> int:
        """The number of a token; -1 where it stands nowhere."""
        return self._vocabulary.get(token, -1)

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


def _field_tokens(product: Product) -> tuple[list[str], ...]:
    """The tokens of each field, in the order of FIELDS."""
    return (
        tokenise(product.title),
        tokenise(product.brand or ""),
        tokenise(f"{product.category or ''} {product.department or ''}"),
        _limited(_attribute_texts(product), _MAX_ATTRIBUTE_TOKENS),
        first_tokens(product.description, _MAX_DESCRIPTION_TOKENS),
    )


def _weighted(row: tuple[list[str], ...]) -> list[str]:
    return [token for name, field in zip(FIELDS, row, strict=True) for token in field * WEIGHTS[name]]


def _is_phrase(first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether words follow each other; shape (n_rows, n_words) of positions to (n_rows,)."""
    return np.asarray((np.diff(first, axis=1) == 1).all(axis=1) & (first[:, 0] < np.iinfo(np.int64).max))


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
