from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.errors import ConfigError
from assistant.llm.embedded.intents import CUE_ORDER, LIKELY, OUT_OF_SCOPE, IntentReader
from assistant.prompts import load_prompts

READER = IntentReader(load_prompts().intents())


def _files(**changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: changed.get(name, {"cues": [], "examples": [f"say {name}", f"tell {name}"]}) for name in CUE_ORDER}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I want to talk to a person", "hand_over"),
        ("cancel my order", "cancel_order"),
        ("where is my order?", "track_order"),
        ("what is in my cart?", "cart_view"),
        ("add the second one to my cart", "cart_add"),
        ("remove it from the cart", "cart_remove"),
        ("remove everything from my cart", "cart_remove"),
        ("forget everything you know about me", "erase_profile"),
        ("compare the first two", "compare"),
        ("what is your return policy?", "policy"),
        ("show me more", "show_more"),
        ("hello", "greeting"),
        ("hi there, everyone!", "greeting"),
        ("thank you", "thanks"),
        ("are you a robot?", "about_you"),
    ],
)
def test_a_cue_decides_alone(text: str, intent: str) -> None:
    found = READER.cue(text)
    assert found is not None
    assert (found.name, found.score, found.by_cue) == (intent, 1.0, True)


@pytest.mark.parametrize("text", ["hi, i need mugs", "good morning, a mug please"])
def test_a_wish_behind_a_greeting_is_no_greeting(text: str) -> None:
    found = READER.cue(text)
    assert found is None or found.name == "search"


def test_of_several_cues_the_costlier_mistake_is_avoided() -> None:
    files = _files(search={"cues": ["stop"], "examples": []}, cancel_order={"cues": ["stop"], "examples": []})
    found = IntentReader(files).cue("please STOP")
    assert found is not None
    assert found.name == "cancel_order"


def test_without_a_cue_the_nearest_example_by_words_decides() -> None:
    files = _files(track_order={"cues": [], "examples": ["has my parcel left the warehouse"]})
    found = IntentReader(files).nearest("did my parcel leave the warehouse")
    assert found is not None
    assert (found.name, found.by_cue) == ("track_order", False)
    assert 0.5 <= found.score < 1


@pytest.mark.parametrize("text", ["", "?!", "zebra quartz"])
def test_nothing_near_is_no_intent(text: str) -> None:
    assert IntentReader(_files()).nearest(text) is None


class ThanksEncoder:
    """Knows one thing: whether somebody gives thanks."""

    name, dim = "thanks", 2

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [[1.0, 0.0] if "thanks" in text or "cheers" in text else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32)

    def knows(self, text: str) -> bool:
        return True


def test_by_meaning_words_that_no_example_holds_are_read_once_it_is_warm() -> None:
    reader = IntentReader(_files())
    assert (reader.nearest("cheers"), reader.by_meaning) == (None, False)
    reader.warm(ThanksEncoder())
    found = reader.nearest("cheers")
    assert found is not None
    assert (found.name, found.by_cue) == ("thanks", False)
    assert found.score > LIKELY
    assert reader.nearest("zebra quartz") is None


def test_what_is_foreign_is_told_only_by_meaning_and_is_never_the_nearest_intent() -> None:
    files = _files(out_of_scope={"cues": [], "examples": ["cheers to the moon", "cheers to the sun"]})
    reader = IntentReader(files)
    assert reader.foreign("cheers to the moon") == 0
    reader.warm(ThanksEncoder())
    assert reader.foreign("cheers to the moon") > reader.foreign("say thanks")
    assert reader.foreign("?!") == 0
    nearest = reader.nearest("cheers to the moon")
    assert nearest is None or nearest.name != OUT_OF_SCOPE


def test_files_and_their_order_must_agree() -> None:
    with pytest.raises(ConfigError, match="dance"):
        IntentReader({**_files(), "dance": {"cues": [], "examples": []}})
    with pytest.raises(ConfigError, match="search"):
        IntentReader({name: file for name, file in _files().items() if name != "search"})


def test_a_cue_that_is_no_regular_expression_is_named() -> None:
    with pytest.raises(ConfigError, match="no regular expression"):
        IntentReader(_files(search={"cues": ["(find"], "examples": []}))


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for found in (READER.cue(text), READER.nearest(text)):
        assert found is None or (found.name in CUE_ORDER and 0 < found.score <= 1.01)
