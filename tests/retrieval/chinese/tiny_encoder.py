"""A sentence encoder of a few thousand random numbers, with a vocabulary of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WIDTH = 16


def make_encoder(folder: Path, words: Sequence[str]) -> Path:
    """Write an untrained encoder into a folder; everything but `words` is unknown to it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(1)
    body = str(folder / "body")
    vocabulary = {word: number for number, word in enumerate((*_SPECIAL, *words))}
    BertTokenizerFast(vocab=vocabulary).save_pretrained(body)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=_WIDTH, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=_WIDTH, max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(body)
    model = SentenceTransformer(modules=[Transformer(body), Pooling(_WIDTH)], device="cpu")
    model.save_pretrained(str(folder / "encoder"), create_model_card=False)
    return folder / "encoder"
