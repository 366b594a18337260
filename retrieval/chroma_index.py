"""Nearest vectors from an embedded Chroma collection. The only home of chromadb.

Never a Chroma server: its Python server runs code from remote callers (CVE-2026-45829). Vectors come from our encoder;
Chroma embeds nothing and reports nothing.
"""

from __future__ import annotations

import shutil
import sqlite3
import weakref
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.exact_scan import best
from retrieval.index import Mask, Rows, Scores

_COLLECTION = "products"
_DATABASE = "chroma.sqlite3"
_PATCHED = "rows_patched"
_MOST_PATCHED = 0.1
"""Share of the rows that may be patched, one after the other, before an index is made anew: a patched row costs as much
as four new ones, and leaves the graph a little worse (docs/experiments.md)."""
_BATCH = 5_000
_GET_BATCH = 10_000
_BROKEN = f"The Chroma index cannot be read: {IMPORT_AGAIN}."


class ChromaIndex:
    """Approximate nearest rows without a filter; exact ones with a filter, read from Chroma's own records."""

    def __init__(self, client: Any, collection: Any, n_rows: int) -> None:
        self._client = client
        self._collection = collection
        self._n_rows = n_rows
        # A version that is replaced is let go of by the last search in it, and its files and memory with it.
        weakref.finalize(self, client.close).atexit = False

    @classmethod
    def create(
        cls, path: Path, vectors: NDArray[np.float32], progress: Callable[[int], None] | None = None
    ) -> ChromaIndex:
        """Write a new collection.

        Args:
            path: an empty or missing folder.
            vectors: unit vectors, shape (n_rows, dim).
            progress: called with the number of rows written.
        """
        client, collection = new_collection(path, len(vectors))
        batch = min(_BATCH, client.get_max_batch_size())
        for start in range(0, len(vectors), batch):
            part = vectors[start : start + batch]
            collection.add(ids=[str(start + i) for i in range(len(part))], embeddings=part)
            if progress is not None:
                progress(start + len(part))
        return cls(client, collection, len(vectors))

    @classmethod
    def patched(
        cls,
        source: Path,
        path: Path,
        vectors: NDArray[np.float32],
        changed: Sequence[int],
        progress: Callable[[int], None] | None = None,
    ) -> ChromaIndex:
        """Write a collection as a copy of another one with some rows changed; anew where that is quicker or better.

        Args:
            source: folder of the other collection; it may be open, and is only read.
            path: an empty or missing folder.
            vectors: unit vectors of the new collection, shape (n_rows, dim).
            changed: rows that are new or have another vector; rows behind the last one go.
            progress: see create.
        """
        try:
            index = _copy(cls, source, path)
        except IndexBroken:
            return cls.create(path, vectors, progress)
        gone = range(len(vectors), index._n_rows)
        patched = int((index._collection.metadata or {}).get(_PATCHED, 0)) + len(changed) + len(gone)
        if patched > _MOST_PATCHED * len(vectors):
            index.close()
            shutil.rmtree(path)
            return cls.create(path, vectors, progress)
        batch = min(_BATCH, index._client.get_max_batch_size())
        for start in range(0, len(changed), batch):
            part = changed[start : start + batch]
            index._collection.upsert(ids=[str(row) for row in part], embeddings=vectors[list(part)])
        for start in range(0, len(gone), batch):
            index._collection.delete(ids=[str(row) for row in gone[start : start + batch]])
        index._collection.modify(metadata={_PATCHED: patched})
        if progress is not None:
            progress(len(vectors))
        index._n_rows = len(vectors)
        return index

    @classmethod
    def open(cls, path: Path, n_rows: int) -> ChromaIndex:
        """Open a collection.

        Raises:
            IndexBroken: it is missing, damaged or of another size.
        """
        if not (path / _DATABASE).exists():
            raise IndexBroken(f"The Chroma index is missing: {IMPORT_AGAIN}.")
        _check_database(path / _DATABASE)
        client = _guard(lambda: _client(path))
        try:
            collection = _guard(lambda: client.get_collection(_COLLECTION, embedding_function=None))
            count = _guard(collection.count)
            if count != n_rows:
                raise IndexBroken(f"The Chroma index holds {count} of {n_rows} rows: {IMPORT_AGAIN}.")
        except IndexBroken:
            client.close()
            raise
        return cls(client, collection, n_rows)

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """Find the nearest allowed rows; see VectorIndex.search.

        Raises:
            IndexBroken: the collection was damaged after it was opened.
        """
        if allowed is not None and not allowed.all():
            return self._search_allowed(vector, k, np.flatnonzero(allowed))
        wanted = min(k, self._n_rows)
        if not wanted:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found = _guard(
            lambda: self._collection.query(query_embeddings=[vector], n_results=wanted, include=["distances"])
        )
        rows = np.array([int(row) for row in found["ids"][0]], np.int64)
        cosines = 1.0 - np.array(found["distances"][0], np.float32)
        return best(rows, cosines.astype(np.float32), k)

    def _search_allowed(self, vector: NDArray[np.float32], k: int, rows: NDArray[np.intp]) -> tuple[Rows, Scores]:
        # Chroma's filtered graph search loses up to an eighth of the true neighbours, so the allowed records are read
        # and compared one by one.
        found_rows: list[int] = []
        cosines: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
        for start in range(0, len(rows), _GET_BATCH):
            ids = [str(row) for row in rows[start : start + _GET_BATCH]]
            part = _guard(partial(self._collection.get, ids=ids, include=["embeddings"]))
            found_rows.extend(int(row) for row in part["ids"])
            cosines.append(np.asarray(part["embeddings"], np.float32).reshape(len(part["ids"]), -1) @ vector)
        return best(np.array(found_rows, np.int64), np.concatenate(cosines).astype(np.float32), k)


def _copy(kind: type[ChromaIndex], source: Path, path: Path) -> ChromaIndex:
    """Copy a collection and open the copy.

    Raises:
        IndexBroken: it is missing or damaged.
    """
    shutil.copytree(source, path, ignore=shutil.ignore_patterns(f"{_DATABASE}*"))
    try:
        # The database may be written to while it is open elsewhere; SQLite's own copy is of one moment.
        with (
            closing(sqlite3.connect(f"{(source / _DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(path / _DATABASE)) as copy,
        ):
            original.backup(copy)
    except sqlite3.Error as error:
        raise IndexBroken(_BROKEN) from error
    client = _guard(lambda: _client(path))
    collection = _guard(lambda: client.get_collection(_COLLECTION, embedding_function=None))
    return kind(client, collection, int(_guard(collection.count)))


def new_collection(path: Path, n_rows: int) -> tuple[Any, Any]:
    """Create an empty collection for `n_rows` unit vectors; return Chroma's client and the collection."""
    client = _client(path)
    # Rows behind the last multiple of it are replayed at each start.
    batch = max(2, min(_BATCH, n_rows))
    hnsw = {
        "space": "cosine",
        "ef_construction": 200,
        "ef_search": 400,
        "max_neighbors": 16,
        "sync_threshold": batch,
        "batch_size": batch,
    }
    return client, client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": hnsw})


def _client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False, allow_reset=False))


def _check_database(path: Path) -> None:
    """Look for damaged pages: Chroma itself would answer from what is left."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            sound = database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.Error as error:
        raise IndexBroken(_BROKEN) from error
    if not sound:
        raise IndexBroken(_BROKEN)


def _guard(call: Callable[[], Any]) -> Any:
    """Run a Chroma call and turn whatever a damaged store makes it raise into IndexBroken."""
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise IndexBroken(_BROKEN) from error
