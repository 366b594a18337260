"""The guards of one opened shop: what a turn asks before it starts, and before each sentence is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog

from assistant.config import Settings
from assistant.evidence import Evidence
from assistant.guards.hearing import Heard, Hearing
from assistant.guards.outputs import ARGUMENT_GUARDS, Outlet, secrets_of
from assistant.llm.embedded.wording import Wording
from assistant.prompts import Prompts
from assistant.turn import Floor, Question
from retrieval.query import QueryReader

log = structlog.get_logger()


def answer_to(heard: Heard, say: Wording, floor: Floor) -> tuple[str, Question | None]:
    """Answer what is no shopping.

    Args:
        heard: a message of which nothing is left but its concern.
        say: the templates.
        floor: who has the floor; whoever waits for a person is not asked again whether to bring one in.

    Returns:
        The answer, and the question that offers a person; None where none is offered.
    """
    concern = heard.concern
    assert concern is not None
    log.info("turn.concern", kind=concern.name)
    offers = concern.offers_person and floor is Floor.ASSISTANT
    return say(concern.name), Question("person", say("offer_person"), (say("say_person"),)) if offers else None


class Guarding:
    """Hearing and outlet over one version of the prompts.

    Args:
        prompts: for the frames of prompts/guards.
        told: texts that a language model is given: the system prompt first, then one for each tool.
        settings: for their secrets.
        reader: of the catalogue: what it can name is a wish.
        brands: of the catalogue, as written.
    """

    def __init__(
        self, prompts: Prompts, told: Sequence[str], settings: Settings, reader: QueryReader, brands: Collection[str]
    ) -> None:
        self._hearing = Hearing(prompts.guards())
        self._outlet = Outlet(told, secrets_of(settings), brands)
        self._reader = reader

    def hear(self, words: str) -> Heard:
        """What a message is besides shopping, and what of it is to be answered."""
        return self._hearing.hear(words, self._names_goods)

    def objection(self, sentence: str, before: str, evidence: Sequence[Evidence], words: str) -> str | None:
        """The output guard that keeps a sentence back; None where it may be said."""
        return self._outlet.objection(sentence, before, evidence, words)

    def gives_away(self, text: str, words: str) -> bool:
        """Whether a model's argument for a tool carries what no reply may say: chips and cards would show it.

        Args:
            text: the argument.
            words: the shopper's own, which may come back to them.
        """
        return self._outlet.objection(text, "", (), words, ARGUMENT_GUARDS) is not None

    def _names_goods(self, words: str) -> bool:
        return any(reading.category_stated or reading.constraints for reading in self._reader.read(words))
