"""The ranker of a shop: made when a catalogue is imported, opened with it. Without one, ranks are fused.

It learns from queries that the catalogue itself answers, through the very search that will serve them. Knows which
files it lies in; what is learned and from what is decided in `retrieval.learned`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.encoder import Encoder
from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.exact_scan import ExactScan
from retrieval.index import LexicalIndex
from retrieval.learned.features import FEATURES
from retrieval.learned.ranker import LinearRanker
from retrieval.learned.schema import schema_vectors
from retrieval.learned.training import N_QUERIES, Trained, train
from retrieval.learned.weak_queries import find_kinds, find_other_names, make_queries, queries_of_taken
from retrieval.product import Product
from retrieval.search import Meaning, Searcher
from retrieval.taken import Taken
from retrieval.vocabulary import Vocabulary

SCHEMA, RANKER = "schema.npy", "ranker.json"
_SEED = 7


def write_relevance(
    catalogue: Catalogue,
    path: Path,
    *,
    lexical: LexicalIndex,
    vocabulary: Vocabulary,
    encoder: Encoder,
    vectors: NDArray[np.float32],
    taken: Iterable[Taken] = (),
) -> Trained:
    """Write into the folder `path` what products state, and a ranker where one proves better than fusion.

    It learns from queries that the catalogue answers, and from what shoppers took, where that is known.
    """
    schema = schema_vectors(catalogue.rows, _SEED)
    np.save(path / SCHEMA, schema, allow_pickle=False)
    searcher = Searcher(catalogue, lexical, lambda: vocabulary)
    meaning = Meaning(encoder, vectors, ExactScan.over(vectors), searcher.features(vectors, schema))
    kinds = find_kinds(catalogue.rows, searcher.title_kinds, vocabulary, schema)
    other_names = find_other_names(kinds, vocabulary, encoder)
    queries = make_queries(catalogue.rows, kinds, other_names, N_QUERIES, np.random.default_rng(_SEED))
    queries += queries_of_taken(taken, catalogue.row_of)
    trained = train(queries, lambda text, names: searcher.describe(text, meaning, names), len(catalogue.rows))
    if trained.ranker is not None:
        trained.ranker.save(path / RANKER, trained.about())
    return trained


def take_over_relevance(products: Sequence[Product], before: Path, path: Path) -> None:
    """Write into the folder `path` what products state, and the ranker of the version in the folder `before`.

    A ranker weighs kinds of evidence and not products, so the next import learns it anew, and an update need not.
    """
    np.save(path / SCHEMA, schema_vectors(products, _SEED), allow_pickle=False)
    if (before / RANKER).exists():
        shutil.copyfile(before / RANKER, path / RANKER)


def open_schema(path: Path, n_rows: int) -> NDArray[np.float32]:
    """Map what the products state, shape (n_rows, dim).

    Raises:
        IndexBroken: the file is missing, cut off or of another shape.
    """
    try:
        schema = np.load(path / SCHEMA, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexBroken(f"What the products state cannot be read: {IMPORT_AGAIN}.") from error
    if schema.ndim != 2 or schema.shape[0] != n_rows or schema.dtype != np.float32:
        raise IndexBroken(f"What the products state does not fit the catalogue: {IMPORT_AGAIN}.")
    return np.asarray(schema)


def find_ranker(path: Path) -> LinearRanker | None:
    """Open the ranker; None where none proved better than fusion.

    Raises:
        IndexBroken: it is damaged, or wants features that there are none of.
    """
    return LinearRanker.load(path / RANKER, tuple(FEATURES)) if (path / RANKER).exists() else None
