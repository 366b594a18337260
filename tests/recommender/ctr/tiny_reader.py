"""A transformer of one layer that knows ten words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from recommender.ctr.text import Reader

WORDS = ("[PAD]", "[SEP]", "warm", "dry", "light", "fleece", "shell", "lamp", "red", "blue")


def _tokenise(requests: Sequence[str], texts: Sequence[str]) -> Mapping[str, Tensor]:
    rows = [
        [WORDS.index(word) for word in (*request.split(), "[SEP]", *text.split())]
        for request, text in zip(requests, texts, strict=True)
    ]
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": (ids > 0).long()}


def load_tiny(path: Path) -> Reader:
    encoder = BertModel.from_pretrained(path)
    return Reader(encoder, _tokenise, encoder.config.hidden_size)


def write_tiny(path: Path) -> Path:
    """Write one with random weights, and return the folder."""
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(config).save_pretrained(path)
    return path
