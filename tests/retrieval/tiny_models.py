"""Models of a few thousand numbers, made in a test: an encoder and a cross-encoder with a vocabulary of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WIDTH = 32


def make_encoder(folder: Path, words: Sequence[str], seed: int = 1) -> Path:
    """Write an untrained sentence encoder that knows `words`; anything else is unknown to it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertModel

    torch.manual_seed(seed)
    body = folder / "body"
    BertModel(_config(words, layers=1)).save_pretrained(body)
    _tokenizer(words).save_pretrained(body)
    SentenceTransformer(modules=[Transformer(str(body)), Pooling(_WIDTH)], device="cpu").save_pretrained(
        str(folder / "encoder"), create_model_card=False
    )
    return folder / "encoder"


def make_cross_encoder(
    folder: Path, words: Sequence[str], examples: Sequence[tuple[str, str, float]] = (), *, labels: int = 1
) -> Path:
    """Write a cross-encoder that knows `words`, trained for some seconds on (query, text, 1 or 0)."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(1)
    model = BertForSequenceClassification(_config(words, layers=2, num_labels=labels))
    tokenizer = _tokenizer(words)
    if examples:
        features = tokenizer([e[0] for e in examples], [e[1] for e in examples], padding=True, return_tensors="pt")
        wanted = torch.tensor([[e[2]] for e in examples])
        optimiser = torch.optim.Adam(model.parameters(), 3e-3)
        for _ in range(60):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(model(**features).logits, wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(words: Sequence[str]) -> Any:
    from transformers import BertTokenizerFast

    return BertTokenizerFast(vocab={word: number for number, word in enumerate((*_SPECIAL, *words))})


def _config(words: Sequence[str], layers: int, num_labels: int = 2) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=len(words) + len(_SPECIAL),
        hidden_size=_WIDTH,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * _WIDTH,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        num_labels=num_labels,
        initializer_range=0.3,
    )
