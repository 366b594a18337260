"""A cross-encoder from a folder: reads query and product together. torch is loaded when a model is.

Knows no ranking: `retrieval.reranking` asks it. None comes with Aisle.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.encoder import Dtype, has_fast_bfloat16
from retrieval.errors import IndexBroken
from retrieval.index import Scores
from retrieval.model_folders import has_weights

MAX_TOKENS = 128


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder on the CPU (a Reranker), safe to call from several threads.

    Args:
        name: see Reranker.name.
        model: a CrossEncoder that gives one number.
        dtype: what it computes in.
    """

    def __init__(self, name: str, model: Any, dtype: str) -> None:
        self.name = name
        self.dtype = dtype
        self._model = model
        # A tokenizer is not made for several threads.
        self._lock = threading.Lock()

    def score(self, query: str, texts: Sequence[str]) -> Scores:
        """Score texts, 0 to 1; see Reranker.score."""
        if not texts:
            return np.zeros(0, np.float32)
        import torch

        pairs = [(query, text) for text in texts]
        try:
            with self._lock:
                raw = self._model.predict(
                    pairs, batch_size=len(pairs), show_progress_bar=False, activation_fn=torch.nn.Identity()
                )
        except (RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
            raise IndexBroken(f"The cross-encoder {self.name!r} failed.") from error
        # Not in the model: in bfloat16 what is surely right would all be the same.
        return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(raw, np.float64))), np.float32)


def load_cross_encoder(folder: str, dtype: Dtype = "auto") -> CrossEncoderReranker:
    """Load a cross-encoder.

    Args:
        folder: holds a sentence-transformers CrossEncoder, or a transformers model for sequence classification, with
            one label. Nothing is asked of a network.
        dtype: "auto" takes bfloat16 where the CPU computes in it, float32 elsewhere.

    Raises:
        IndexBroken: there is no such model; search goes on without it.
    """
    path = Path(folder)
    if not has_weights(path):
        raise IndexBroken(
            f"{folder!r} (AISLE_CROSS_ENCODER) is no folder with a model's weights; name one, or leave it out."
        )
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    fast = dtype == "bfloat16" or (dtype == "auto" and has_fast_bfloat16())
    try:
        model = CrossEncoder(
            str(path),
            device="cpu",
            local_files_only=True,
            model_kwargs={"dtype": torch.bfloat16 if fast else torch.float32},
        )
        if model.num_labels != 1:
            raise ValueError(f"it has {model.num_labels} labels")
        model.max_seq_length = min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS)
        loaded = CrossEncoderReranker(path.resolve().name, model.eval(), "bfloat16" if fast else "float32")
        loaded.score("the first text", ["takes longer than all others"])
    except (
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        AttributeError,
        SafetensorError,
        IndexBroken,
    ) as error:
        raise IndexBroken(
            f"The model in {folder!r} (AISLE_CROSS_ENCODER) cannot be used: it must be a cross-encoder that gives one "
            "number for a query and a text; name another, or leave it out."
        ) from error
    return loaded
