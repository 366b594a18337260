"""Retrieval: the one door to products and search. Opens a catalogue by words at once; meaning is attached when ready.

    retrieval = Retrieval.open(root, "icecat")      # words only: neither torch nor Chroma is loaded
    retrieval.search(SearchRequest("usb hub"))
    retrieval.warm(load_encoder())                  # from now on words and meaning

Knows nothing of shoppers, and does not read words: `retrieval.query` does that.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.bm25_index import Bm25Index
from retrieval.catalogue import Catalogue, read_catalogue
from retrieval.compact import CompactVectors
from retrieval.encoder import Encoder
from retrieval.errors import IMPORT_AGAIN, ImportFailed, IndexBroken, NotEmbedded, ProductMissing
from retrieval.exact_scan import ExactScan
from retrieval.filters import Constraint
from retrieval.graph import Graph, Related, join_relations, load_relations, mine_relations
from retrieval.holds import Hold
from retrieval.index import Rows
from retrieval.learned.features import Matrix
from retrieval.planner import PlannedIndex, measure
from retrieval.relations import Relation, RelationKind, read_relations
from retrieval.relevance import RANKER, SCHEMA, find_ranker, open_schema
from retrieval.reranking import HeadReranker
from retrieval.results import Hit, SearchRequest, SearchResult
from retrieval.search import MAX_HITS, Meaning, Searcher
from retrieval.storage import (
    COMPACT,
    RELATIONS,
    STATED_RELATIONS,
    VECTORS,
    VOCABULARY,
    Manifest,
    catalogue_folder,
    check_files,
    current_version,
    find_current,
)
from retrieval.vector_file import MappedRows, open_vectors
from retrieval.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class _Opened:
    """One version, opened. Replaced as a whole, so that a running search keeps what it began with.

    Its files stay for as long as a search or a view needs them: `hold` keeps an import from removing them.
    """

    hold: Hold
    path: Path
    manifest: Manifest
    catalogue: Catalogue
    searcher: Searcher
    vocabulary: Callable[[], Vocabulary]
    graph: Callable[[], Graph]
    meaning: Meaning | None = None


class Retrieval:
    """Products and search of one catalogue; safe to use from several threads."""

    def __init__(self, root: Path, name: str, opened: _Opened) -> None:
        self._root = root
        self._name = name
        self._opened = opened
        self._encoder: Encoder | None = None
        self._reranker: HeadReranker | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, root: Path, name: str) -> Retrieval:
        """Open the served version of a catalogue, by words only.

        Args:
            root: folder of all catalogues.
            name: e.g. "demo".

        Raises:
            CatalogueMissing: nothing is imported under that name.
            IndexBroken: products or word index are damaged.
        """
        return cls(root, name, _open(root, name))

    def view(self) -> Retrieval:
        """Return the version that is served now, to ask it several things: another one never comes between."""
        return copy.copy(self)

    @property
    def catalogue(self) -> Catalogue:
        """The products that are served now."""
        return self._opened.catalogue

    @property
    def mode(self) -> Literal["words", "words+meaning"]:
        """Whether meaning takes part in a search."""
        return "words" if self._opened.meaning is None else "words+meaning"

    def vocabulary(self) -> Vocabulary:
        """Return the words of the served catalogue; learned again where their file is missing or damaged."""
        return self._opened.vocabulary()

    def prepare(self) -> None:
        """Build what the first searches would otherwise wait for; searches are answered meanwhile."""
        self._opened.searcher.prepare()

    def warm(self, encoder: Encoder) -> None:
        """Attach meaning: open the vectors and the Chroma index. Until then, and on failure, search goes by words.

        Raises:
            IndexBroken: the catalogue was not embedded, or with another encoder, or an index is damaged.
        """
        with self._lock:
            self._encoder = encoder
            self._opened = _with_meaning(self._opened, encoder)

    def use_reranker(self, reranker: HeadReranker) -> None:
        """Let a cross-encoder look again at the first products of results that are ordered by relevance."""
        self._reranker = reranker

    def search(self, request: SearchRequest) -> SearchResult:
        """Find products; every hit is let through by every constraint.

        Raises:
            IndexBroken: never for words; a vector index damaged while it is open is dropped, and words answer.
        """
        opened = self._opened
        try:
            return opened.searcher.search(request, opened.meaning, self._reranker)
        except IndexBroken:
            if opened.meaning is None:
                raise
            self._drop_meaning(opened)
            return opened.searcher.search(request, None, self._reranker)

    def describe(self, text: str, names: Sequence[str], n: int) -> tuple[Rows, Matrix]:
        """Return the first `n` rows by fusion, also such as a search would rather not show, and their features.

        Args:
            text: a query without wishes.
            names: see `learned.features.FEATURES`.
            n: the most rows.

        Raises:
            IndexBroken: no meaning is attached.
        """
        opened = self._opened
        if opened.meaning is None:
            raise IndexBroken(f"Catalogue {self._name!r} is open without meaning.")
        return opened.searcher.describe(text, opened.meaning, names, n, all_rows=True)

    def similar(self, product_id: str, k: int, constraints: Sequence[Constraint] = ()) -> tuple[Hit, ...]:
        """Find products like one, best first; by vectors, or by words where no meaning is attached.

        Args:
            product_id: not among the hits.
            k: most hits wanted, 1 to 200.

        Raises:
            ProductMissing: no such product.
        """
        opened = self._opened
        row = opened.catalogue.row_of.get(product_id)
        if row is None:
            raise ProductMissing(f"There is no product {product_id!r} in catalogue {self._name!r}.")
        return opened.searcher.nearest(row, max(1, min(k, MAX_HITS)), constraints, opened.meaning)

    def related(
        self, product_id: str, kinds: Collection[RelationKind] | None = None, k: int = 20
    ) -> tuple[Related, ...]:
        """Return what fits, belongs to, follows or varies a product, each with its evidence.

        Args:
            product_id: the product asked about.
            kinds: of relation; None wants all.
            k: the most of each kind and direction, 1 or more.

        Raises:
            ProductMissing: no such product.
            IndexBroken: the file of the shop's own relations is damaged.
        """
        opened = self._opened
        opened.catalogue.get(product_id)
        return opened.graph().related(product_id, kinds, k)

    def vectors(self) -> tuple[tuple[str, ...], NDArray[np.float32]] | None:
        """Return product ids and their unit vectors, shape (n_products, dim); None where the catalogue has none.

        Raises:
            IndexBroken: the vectors are damaged.
        """
        opened = self._opened
        if opened.manifest.encoder is None:
            return None
        if opened.meaning is not None:
            return tuple(opened.catalogue.products), opened.meaning.vectors
        return tuple(opened.catalogue.products), _vectors(opened)

    def reload_if_changed(self) -> bool:
        """Open the newest version if an import has replaced the served one.

        Returns:
            Whether another version is served now.

        Raises:
            CatalogueMissing, IndexBroken: the new version cannot be opened; the old one goes on being served.
        """
        with self._lock:
            if find_current(catalogue_folder(self._root, self._name)) == self._opened.manifest.version:
                return False
            fresh = _open(self._root, self._name)
            fresh.searcher.prepare()
            if self._encoder is not None and fresh.manifest.encoder is not None:
                fresh = _with_meaning(fresh, self._encoder)
            self._opened = fresh
            return True

    def _drop_meaning(self, broken: _Opened) -> None:
        with self._lock:
            if self._opened is broken:
                self._opened = replace(broken, meaning=None)


def _open(root: Path, name: str) -> _Opened:
    folder = catalogue_folder(root, name)
    while True:
        number = find_current(folder)
        try:
            return _open_version(*current_version(root, name))
        except (IndexBroken, OSError) as error:
            # Imports may have followed each other so quickly that the version is gone already.
            if find_current(folder) == number:
                raise IndexBroken(str(error)) from error


def _open_version(path: Path, manifest: Manifest) -> _Opened:
    hold = Hold(path)
    catalogue = read_catalogue(path, manifest)
    check_files(path, manifest, "bm25/")
    lexical = Bm25Index.open(path / "bm25", len(catalogue.rows))
    vocabulary = lru_cache(maxsize=1)(lambda: _vocabulary(path, manifest, catalogue))
    stated = path.parent.parent / STATED_RELATIONS
    graph = lru_cache(maxsize=1)(lambda: _graph(path, manifest, catalogue, stated, vocabulary))
    return _Opened(hold, path, manifest, catalogue, Searcher(catalogue, lexical, vocabulary), vocabulary, graph)


def _graph(
    path: Path, manifest: Manifest, catalogue: Catalogue, stated: Path, vocabulary: Callable[[], Vocabulary]
) -> Graph:
    """Read the relations; mined again where their file is missing or damaged."""
    try:
        check_files(path, manifest, RELATIONS)
        mined: Iterable[Relation] = load_relations(path / RELATIONS)
    except IndexBroken:
        mined = mine_relations(catalogue.rows, vocabulary().modifiers)
    try:
        own = read_relations(stated, catalogue.products) if stated.exists() else ()
    except ImportFailed as error:
        raise IndexBroken(str(error)) from error
    return Graph(join_relations(own, mined))


def _vocabulary(path: Path, manifest: Manifest, catalogue: Catalogue) -> Vocabulary:
    try:
        check_files(path, manifest, VOCABULARY)
        return Vocabulary.load(path / VOCABULARY)
    except IndexBroken:
        return Vocabulary.learn(catalogue.rows)


def _with_meaning(opened: _Opened, encoder: Encoder) -> _Opened:
    if opened.manifest.encoder is None:
        raise NotEmbedded(f"Catalogue {opened.manifest.name!r} was imported without meaning: {IMPORT_AGAIN}.")
    if opened.manifest.encoder != encoder.name:
        raise IndexBroken(
            f"Catalogue {opened.manifest.name!r} was embedded with {opened.manifest.encoder!r}, not with "
            f"{encoder.name!r}: {IMPORT_AGAIN}."
        )
    vectors = _vectors(opened)
    scan = ExactScan(MappedRows.open(opened.path / VECTORS, len(vectors)), _compact(opened, vectors))
    check_files(opened.path, opened.manifest, "chroma/")
    from retrieval.chroma_index import ChromaIndex

    chroma = ChromaIndex.open(opened.path / "chroma", len(opened.catalogue.rows))
    check_files(opened.path, opened.manifest, SCHEMA)
    check_files(opened.path, opened.manifest, RANKER)
    encoder.encode(["the first text takes longer than all others"])
    try:
        features = opened.searcher.features(vectors, open_schema(opened.path, len(opened.catalogue.rows)))
        ranker = find_ranker(opened.path)
        costs = measure(scan, chroma, vectors)
    except IndexBroken:
        chroma.close()
        raise
    index = PlannedIndex(scan, chroma, len(vectors), costs)
    return replace(opened, meaning=Meaning(encoder, vectors, index, features, ranker))


def _vectors(opened: _Opened) -> NDArray[np.float32]:
    check_files(opened.path, opened.manifest, VECTORS)
    return open_vectors(opened.path / VECTORS, len(opened.catalogue.rows))


def _compact(opened: _Opened, vectors: NDArray[np.float32]) -> CompactVectors:
    """Open the compact vectors; versions that were written before there were any have them made now."""
    files = opened.manifest.files
    if f"{COMPACT}/about.json" not in files:
        return CompactVectors.make(vectors)
    check_files(opened.path, opened.manifest, f"{COMPACT}/")
    return CompactVectors.open(opened.path / COMPACT, vectors.shape, source_sha256=files[VECTORS][1])
