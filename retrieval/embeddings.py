"""Vectors of products, kept on disk batch by batch, so that an interrupted import goes on where it stopped.

The file is a row of blocks; each block holds text digests and their vectors and a checksum. What a power cut left half
written fails its checksum and is cut off. Knows nothing of catalogues.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder
from retrieval.product import Product

_MAGIC = b"AVEC"
_HEADER = struct.Struct("<4sII")
_DIGEST = 16
_BATCH = 512
_MAX_ATTRIBUTES = 4
_MAX_ATTRIBUTE_CHARS = 40
_MAX_CHARS = 300


def product_text(product: Product) -> str:
    """Write the text that stands for a product's meaning: what it is first, because encoders cut off the end."""
    parts = [product.title, product.brand or "", product.category or "", *told_attributes(product), product.description]
    return ". ".join(part for part in parts if part)[:_MAX_CHARS]


def told_attributes(product: Product) -> list[str]:
    """Return the values that `product_text` tells: the first few short ones that are words."""
    told = [
        attribute.text
        for attribute in product.attributes.values()
        if isinstance(attribute.value, str | tuple) and len(attribute.text) <= _MAX_ATTRIBUTE_CHARS
    ]
    return told[:_MAX_ATTRIBUTES]


class EmbeddingCache:
    """Vectors by text, for one encoder, in one file.

    Args:
        folder: of the cache files.
        encoder: whose vectors these are; another encoder has another file.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        key = hashlib.sha256(f"{encoder.name}\n{encoder.dim}".encode()).hexdigest()[:16]
        self._path = folder / f"{key}.vectors"
        folder.mkdir(parents=True, exist_ok=True)

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        """Return the vectors of texts; only those not yet kept are computed.

        Args:
            texts: row i of the result belongs to texts[i].
            progress: called with (texts done, texts in all) after each batch.
        """
        digests = [_digest(text) for text in texts]
        known = self._read()
        missing = {d: text for d, text in zip(digests, texts, strict=True) if d not in known}
        # Similar lengths together: a batch is as slow as its longest text.
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        with self._path.open("ab") as file:
            for start in range(0, len(todo), _BATCH):
                batch = todo[start : start + _BATCH]
                vectors = self._encoder.encode([text for _, text in batch])
                self._append(file, [digest for digest, _ in batch], vectors)
                known.update(zip((digest for digest, _ in batch), vectors, strict=True))
                if progress is not None:
                    progress(len(texts) - len(todo) + start + len(batch), len(texts))
        if not texts:
            return np.zeros((0, self._encoder.dim), np.float32)
        return np.stack([known[digest] for digest in digests])

    def keep_only(self, texts: Sequence[str]) -> None:
        """Forget the vectors of other texts, once they are most of the file."""
        wanted = {_digest(text) for text in texts}
        known = self._read()
        if len(known) <= 2 * len(wanted):
            return
        kept = [digest for digest in known if digest in wanted]
        temporary = self._path.with_suffix(".new")
        with temporary.open("wb") as file:
            for start in range(0, len(kept), _BATCH):
                part = kept[start : start + _BATCH]
                self._append(file, part, np.stack([known[digest] for digest in part]))
        temporary.replace(self._path)

    def _append(self, file: BinaryIO, digests: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        body = b"".join(digests) + np.ascontiguousarray(vectors, "<f4").tobytes()
        file.write(_HEADER.pack(_MAGIC, len(digests), zlib.crc32(body)) + body)
        file.flush()

    def _read(self) -> dict[bytes, NDArray[np.float32]]:
        """Read all sound blocks and cut off what follows them."""
        known: dict[bytes, NDArray[np.float32]] = {}
        if not self._path.exists():
            return known
        with self._path.open("r+b") as file:
            end = 0
            for digests, vectors in self._blocks(file):
                known.update(zip(digests, vectors, strict=True))
                end = file.tell()
            file.truncate(end)
        return known

    def _blocks(self, file: BinaryIO) -> Iterator[tuple[list[bytes], NDArray[np.float32]]]:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            magic, count, checksum = _HEADER.unpack(header)
            size = count * (_DIGEST + 4 * self._encoder.dim)
            if magic != _MAGIC or count > _BATCH:
                return
            body = file.read(size)
            if len(body) < size or zlib.crc32(body) != checksum:
                return
            cut = count * _DIGEST
            digests = [body[i : i + _DIGEST] for i in range(0, cut, _DIGEST)]
            yield digests, np.frombuffer(body, "<f4", offset=cut).reshape(count, self._encoder.dim).astype(np.float32)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST).digest()
