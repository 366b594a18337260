"""Sentences in which the assistant speaks of itself are said whole; what states anything has to be supported."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.llm.embedded.wording import TALK, Wording
from assistant.prompts import load_prompts
from assistant.turn import Done, Turn
from tests.assistant.owner_house import owner_house

PROMPTS = load_prompts()


@pytest.mark.parametrize("language", ["en", "de", "es", "zh"])
def test_templates_of_talk_need_nothing_and_are_known_word_for_word(language: str) -> None:
    wording = Wording(PROMPTS, language, "en_US", "UTC")
    for name in TALK:
        assert not PROMPTS.variables(f"replies/{language}/{name}.md"), name
        assert wording.is_talk(f" {wording(name)}\n")
        assert not wording.is_talk(f"{wording(name)} It is waterproof.")
    assert not wording.is_talk(wording("cart_empty"))
    assert not wording.is_talk(wording("no_orders"))
    assert not wording.is_talk(" ")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Good question!"), ("de", "Gute Frage."), ("es", "¡Buena pregunta!"), ("zh", "好问题！")],
)
def test_politeness_is_talk_and_a_mere_yes_is_none(language: str, said: str) -> None:
    wording = Wording(PROMPTS, language, "en_US", "UTC")
    assert wording.is_talk(said)
    for answer in (
        "Yes, of course!",
        "Sure, you can return it.",
        "Natürlich geht das.",
        "¡Claro que sí!",
        "当然可以。",
    ):
        assert not wording.is_talk(answer)


async def test_talk_is_said_whole_with_products_on_the_table(tmp_path: Path) -> None:
    with owner_house(tmp_path) as assistant:
        session = await assistant.open_session(None)
        texts = []
        for number, words in enumerate(("show me tents", "are you a robot?", "hello again")):
            turn = Turn(session.conversation_id, f"m{number}", words, session.principal)
            answers = [event.answer async for event in assistant.stream(turn) if isinstance(event, Done)]
            texts.append(answers[0].text)
    wording = Wording(PROMPTS, "en", "en_US", "UTC")
    assert texts[1:] == [wording("about_you"), wording("greeting")]
