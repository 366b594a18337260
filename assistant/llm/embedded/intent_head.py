"""How probable each intent is: multinomial logistic regression over a sentence's vector beside its weighted words.

The vector knows what a sentence is about, the words how it is put ("how do I …", "I need a …"); together they tell a
wish from a question about the same thing. The head of the packaged encoder is shipped (`intent_head.npz`); for another
encoder, or changed examples, it is fitted when the shop opens. Knows nothing of catalogues and dialogues.

    python -m assistant.llm.embedded.intent_head       # after a change of prompts/intents: write the shipped head anew
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHIPPED = "intent_head.npz"
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_WORDS_LENGTH = 0.7
"""Length of the words' part of a row, beside 1 for the sentence's vector."""
_FEWEST = 2
"""In so many examples a word must stand to be a feature."""
STRENGTH = 20.0
"""Inverse strength of the ridge. It and the words' length were chosen by the log loss of cross-validated examples."""
_EVENNESS = 0.25
"""How far intents with few examples are made up for: 0 counts each example alike, 1 each intent."""

Example = tuple[str, str]
"""Name of an intent and a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class IntentHead:
    """A fitted head.

    Args:
        key: of the encoder and the examples that it was fitted on; see `key_of`.
        names: intents, in the order of the columns.
        words: the words that are features, in the order of their rows.
        idf: weight of each word, shape (n_words,).
        weights: shape (dim + n_words, n_intents).
        bias: shape (n_intents,).
    """

    key: str
    names: tuple[str, ...]
    words: tuple[str, ...]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, text: str, vector: NDArray[np.float32]) -> dict[str, float]:
        """Return the probability of each intent; they sum to 1.

        Args:
            text: a sentence.
            vector: its unit vector, shape (dim,).
        """
        row = np.concatenate([vector, _word_rows([text], self.words, self.idf)[0]])
        logits = row @ self.weights + self.bias
        odds = np.exp(logits - logits.max())
        return dict(zip(self.names, (odds / odds.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the head, with weights of half precision."""
        np.savez_compressed(
            path,
            key=np.array(self.key),
            names=np.array(self.names),
            words=np.array(self.words),
            idf=self.idf,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
        )


def key_of(encoder_name: str, examples: Sequence[Example]) -> str:
    """Tell heads apart: 16 hex digits of SHA-256 over the encoder's name and the examples."""
    lines = [encoder_name, *(f"{name}\t{text}" for name, text in examples)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def fit_head(
    examples: Sequence[Example], vectors: NDArray[np.float32], key: str, strength: float = STRENGTH
) -> IntentHead:
    """Fit a head; the same examples give the same head.

    An intent with many examples counts for less than their number, so that the rare ones are heard.

    Args:
        examples: of three intents at least.
        vectors: their unit vectors, shape (n_examples, dim).
        key: see `key_of`.
        strength: inverse strength of the ridge; less where the examples are few or contradict each other.
    """
    from sklearn.linear_model import LogisticRegression

    texts, intents = [text for _, text in examples], np.array([name for name, _ in examples])
    holders = Counter(word for text in texts for word in set(_said(text)))
    words = tuple(sorted(word for word, count in holders.items() if count >= _FEWEST))
    idf = np.array([1 + math.log((1 + len(texts)) / (1 + holders[word])) for word in words], np.float32)
    counts = Counter(intents.tolist())
    mean = len(texts) / len(counts)
    shares = np.array([(mean / counts[name]) ** _EVENNESS for name in intents.tolist()])
    rows = np.hstack([vectors, _word_rows(texts, words, idf)]).astype(np.float32)
    model = LogisticRegression(C=strength, max_iter=1000, tol=1e-3).fit(rows, intents, sample_weight=shares)
    weights, bias = np.asarray(model.coef_.T, np.float32), np.asarray(model.intercept_, np.float32)
    return IntentHead(key, tuple(model.classes_.tolist()), words, idf, weights, bias)


def shipped_head() -> IntentHead:
    """Load the head of the packaged encoder."""
    with (resources.files("assistant.llm.embedded") / SHIPPED).open("rb") as stream, np.load(stream) as file:
        return IntentHead(
            key=str(file["key"]),
            names=tuple(file["names"].tolist()),
            words=tuple(file["words"].tolist()),
            idf=file["idf"],
            weights=file["weights"].astype(np.float32),
            bias=file["bias"],
        )


def _said(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _word_rows(texts: Sequence[str], words: Sequence[str], idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weighted words of texts, shape (n_texts, n_words); each row as long as `_WORDS_LENGTH`, or 0 without any word."""
    place = {word: column for column, word in enumerate(words)}
    rows = np.zeros((len(texts), len(words)), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word, count in Counter(_said(text)).items():
            if word in place:
                row[place[word]] = (1 + math.log(count)) * idf[place[word]]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(_WORDS_LENGTH * rows / np.maximum(lengths, 1e-9), np.float32)


def main() -> None:
    """Fit the head on prompts/intents with the packaged encoder, and put it where it is shipped from."""
    from assistant.llm.embedded.intents import IntentReader
    from assistant.prompts import load_prompts
    from retrieval.encoder import load_encoder

    encoder = load_encoder()
    examples = IntentReader(load_prompts().intents()).examples
    vectors = encoder.encode([text for _, text in examples])
    fit_head(examples, vectors, key_of(encoder.name, examples)).save(Path(__file__).with_name(SHIPPED))


if __name__ == "__main__":
    main()
