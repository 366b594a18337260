"""What turns need of an opened shop, in one object that is replaced as a whole. Opens nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.agent import AgentLoop
from assistant.grounding import Lexicon
from assistant.guards import Guarding
from assistant.language import Languages
from assistant.llm.embedded.voices import Voices
from assistant.tools.context import Shop


@dataclass(frozen=True)
class Floorplan:
    """What a turn needs of the opened shop; replaced as a whole when the catalogue changes.

    Args:
        shop: the services.
        loop: the agent loop with the chat model in use.
        fallback: the loop with the embedded model; None where that is the one in use.
        voices: for what code says itself, in each language.
        languages: reads messages in other languages than the shop's.
        lexicon: names and values of the catalogue.
        guarding: what a message is besides shopping, and what may not be said.
        prompt_hash: of the prompts in use.
        in_version: the same with a version of the prompts; "" is the shop's own.
    """

    shop: Shop
    loop: AgentLoop
    fallback: AgentLoop | None
    voices: Voices
    languages: Languages
    lexicon: Lexicon
    guarding: Guarding
    prompt_hash: str
    in_version: Callable[[str], Floorplan] | None = None
