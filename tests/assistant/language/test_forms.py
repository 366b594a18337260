"""Sentences of tools and rules in other languages: their forms, and that no refusal of the code lacks one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from assistant.language import Forms
from assistant.language.forms import places
from assistant.prompts import load_prompts
from assistant.support.rules import _NO_CANCEL
from tests.architecture.project import sources

ROOMS = (
    "assistant/tools/", "assistant/support/cart", "assistant/support/actions", "assistant/support/rules",
    "assistant/support/orders",
)  # fmt: skip
PROMPTS = load_prompts()
LANGUAGES = sorted(path.split("/")[1].removesuffix(".yaml") for path in PROMPTS.texts if path.startswith("sentences/"))


def _refusals() -> Iterator[str]:
    """Every refusal of the shopper's rooms, "X" in its places."""
    for path, tree in sources():
        if not path.startswith(ROOMS):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and len(node.args) == 2:
                text = node.args[1]
                if isinstance(text, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in text.values)
                elif isinstance(text, ast.Constant):
                    yield str(text.value)
    yield from (message.format(id="A-1") for _, message in _NO_CANCEL.values())


def test_there_are_refusals_to_look_at() -> None:
    assert len(set(_refusals())) > 35


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_said_in_every_language(language: str) -> None:
    say = Forms(PROMPTS.sentences(language, "sentences")).say
    silent = {text for text in _refusals() if say(text) == text and text.strip("X “”.")}
    assert silent == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["sentences", "labels"])
def test_a_translation_keeps_the_places_of_its_form(language: str, part: str) -> None:
    for form, said in PROMPTS.sentences(language, part).items():
        assert set(places(said)) <= set(places(form)), form


def test_a_place_is_said_by_its_own_form() -> None:
    forms = Forms({"I left {what}. {reason}": "Ich ließ {what}. {reason}", "{title} is gone.": "{title} ist weg."})
    assert forms.say("I left the mug. Fjell 2 is gone.") == "Ich ließ the mug. Fjell 2 ist weg."


def test_a_place_without_a_form_is_said_by_its_name() -> None:
    forms = Forms({"Which {option} of {title}?": "Welche {option} von {title}?"}, Forms({"size": "Größe"}))
    assert forms.say("Which size of Fjell 2?") == "Welche Größe von Fjell 2?"


def test_the_form_with_the_most_words_says_it() -> None:
    forms = Forms({"{name} from {limit}": "{name} ab {limit}", "from {price}": "ab {price}", "weight": "Gewicht"})
    assert forms.say("weight from 2 kg") == "Gewicht ab 2 kg"
    assert forms.say("from $20") == "ab $20"
    assert forms.say("a word without a form") == "a word without a form"
