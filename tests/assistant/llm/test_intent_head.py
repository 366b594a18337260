"""The head is fitted alike each time, is the one that is shipped, and tells a wish from a question about a thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.llm.embedded import intent_head
from assistant.llm.embedded.intent_head import IntentHead, fit_head, key_of, shipped_head
from assistant.llm.embedded.intents import OUT_OF_SCOPE, IntentReader
from assistant.prompts import load_prompts
from retrieval.encoder import PACKAGED, Encoder, load_encoder

ASKS, WANTS, GREETS = "ask", "want", "greet"
EXAMPLES = [
    (ASKS, "how do I tune it"),
    (ASKS, "how do I play it"),
    (WANTS, "I need one"),
    (WANTS, "I need two"),
    (GREETS, "good day"),
    (GREETS, "good night"),
]
VECTORS = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [1, 0], [0, 1]], np.float32)


def _fitted() -> IntentHead:
    return fit_head(EXAMPLES, VECTORS, "k")


def test_where_vectors_are_alike_the_words_tell() -> None:
    head, same = _fitted(), np.array([1, 0], np.float32)

    asked, wanted = head.probabilities("how do I sell it", same), head.probabilities("I need three", same)

    assert asked[ASKS] > 0.5 > wanted[ASKS]
    assert sum(asked.values()) == pytest.approx(1)


def test_fitting_again_gives_the_same_head() -> None:
    assert np.array_equal(_fitted().weights, _fitted().weights)


def test_a_head_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = _fitted()
    head.save(tmp_path / intent_head.SHIPPED)
    monkeypatch.setattr(intent_head.resources, "files", lambda _: tmp_path)

    again = shipped_head()

    assert (again.key, again.names, again.words) == (head.key, head.names, head.words)
    assert np.allclose(again.weights, head.weights, atol=0.01)


@pytest.mark.parametrize("other", [("words", EXAMPLES), ("packaged", EXAMPLES[:3])])
def test_another_encoder_or_other_examples_are_another_head(other: tuple[str, list[tuple[str, str]]]) -> None:
    assert key_of(*other) != key_of("packaged", EXAMPLES)


def test_the_shipped_head_is_that_of_the_examples() -> None:
    examples = IntentReader(load_prompts().intents()).examples

    assert shipped_head().key == key_of(PACKAGED, examples), (
        "prompts/intents has changed: run `python -m assistant.llm.embedded.intent_head`"
    )


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.mark.parametrize(
    ("wish", "question"),
    [
        ("a guitar for my daughter", "how many strings does a guitar have"),
        ("where can I buy a tent", "what will the weather be like for camping"),
        ("a watch with an alarm", "set an alarm on my watch for nine"),
        ("I am looking for a coffee table", "book a table at the coffee house"),
        ("a thermometer for the garden", "how many degrees is it outside"),
        ("running shoes for a marathon", "who won the marathon last year"),
        ("a travel plug for Denmark", "which kind of socket is there in Denmark"),
    ],
)
def test_a_wish_is_told_from_a_question_about_the_same_thing(encoder: Encoder, wish: str, question: str) -> None:
    reader = IntentReader(load_prompts().intents())
    assert not {wish, question} & {text for _, text in reader.examples}
    reader.warm(encoder)

    assert reader.foreign(wish) < 0.3 < 0.5 < reader.foreign(question)


def test_each_intent_knows_most_of_its_own_examples(encoder: Encoder) -> None:
    reader = IntentReader(load_prompts().intents())
    reader.warm(encoder)
    kept = [(name, text) for name, text in reader.examples if name != OUT_OF_SCOPE]

    refused = [text for _, text in kept if reader.foreign(text) > 0.4]

    assert len(refused) < len(kept) / 100, refused
