"""The house's words in each language that it speaks: wording and composer, made when a language is first spoken."""

from __future__ import annotations

from collections.abc import Callable

from assistant.language import ENGLISH
from assistant.llm.embedded.composer import Composer
from assistant.llm.embedded.product_answers import ProductAnswers
from assistant.llm.embedded.wording import Wording
from assistant.prompts import Prompts


class Voices:
    """Speaks every language with a folder below prompts/replies, and English in the place of any other.

    Args:
        prompts: with the templates.
        locale: of the shop: amounts are written as on its pages, whatever is spoken.
        timezone: of the shop.
    """

    def __init__(self, prompts: Prompts, locale: str, timezone: str) -> None:
        self._prompts = prompts
        self._locale = locale
        self._timezone = timezone
        self._question_words = prompts.question_words()
        self._spoken: dict[str, tuple[Wording, ProductAnswers]] = {}

    def of(self, prompts: Prompts) -> Voices:
        """The same for other prompt files."""
        return Voices(prompts, self._locale, self._timezone)

    def speaks(self, language: str) -> bool:
        """Whether there are templates in a language."""
        return f"replies/{language}/greeting.md" in self._prompts.texts

    def wording(self, language: str) -> Wording:
        """The templates of a language."""
        return self._words_of(language)[0]

    def composer(self, language: str, as_said: Callable[[str], str] = str) -> Composer:
        """Who writes replies in a language.

        Args:
            language: e.g. "de".
            as_said: what the shopper said for words of the planner.
        """
        return Composer(*self._words_of(language), as_said)

    def _words_of(self, language: str) -> tuple[Wording, ProductAnswers]:
        spoken = language if self.speaks(language) else ENGLISH
        if spoken not in self._spoken:
            wording = Wording(self._prompts, spoken, self._locale, self._timezone)
            self._spoken[spoken] = wording, ProductAnswers(wording, self._question_words)
        return self._spoken[spoken]
