"""Small tools of the composer: templates of one locale, counts, money, dates, and titles made safe for running text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date

from assistant.language import Forms
from assistant.prompts import Prompts
from assistant.text import clean
from retrieval.product import Money

_MARKDOWN = re.compile(r"[*_`\[\]()<>#|~\\]")
MAX_TITLE_CHARS = 90
TALK = (
    "about_you", "affirm", "ask_kind", "deny", "goodbye", "greeting", "no_questions", "others_orders", "out_of_scope",
    "pleasantries", "sorry", "start_over", "thanks", "tool_failed", "unclear", "unclear_order",
    "unclear_pair", "unclear_product",
)  # fmt: skip
"""Templates in which the assistant speaks of itself: they state nothing of a product, an order, a cart or a rule."""
_LEAST_OF_A_SENTENCE = 10
"""Bytes: less is a scrap of a sentence ("No."). A Chinese character has three, and says as much."""
_COUNTED = {
    "item": ("count_item_one", "count_item_many"),
    "shopper": ("count_shopper_one", "count_shopper_many"),
}


def plain(text: str) -> str:
    """Catalogue text for a sentence: cleaned, short, and without characters that mean something in Markdown."""
    return clean(_MARKDOWN.sub(" ", text).replace("  ", " "), MAX_TITLE_CHARS)


def _folded(sentence: str) -> str:
    return " ".join(sentence.casefold().split())


class Wording:
    """Templates of one locale.

    Args:
        prompts: all prompt files.
        language: folder below prompts/replies, e.g. "en".
        locale: for money and dates, e.g. "en_US".
        timezone: of the shop, e.g. "UTC".
    """

    def __init__(self, prompts: Prompts, language: str, locale: str, timezone: str) -> None:
        self._prompts = prompts
        self._language = language
        self._locale = locale
        self._zone = ZoneInfo(timezone)
        self._date_locale = locale if locale.split("_", maxsplit=1)[0] == language else language
        self._labels = Forms(prompts.sentences(language, "labels"))
        self._sentences = Forms(prompts.sentences(language, "sentences"), self._labels)

    def is_talk(self, sentence: str) -> bool:
        """Whether a sentence is one of those in which the assistant speaks of itself or is polite, word for word."""
        said = _folded(sentence)
        words = said.rstrip(".!。！")
        return len(said.encode()) >= _LEAST_OF_A_SENTENCE and any(words in text for text in self._talk)

    @cached_property
    def _talk(self) -> tuple[str, ...]:
        return tuple(_folded(self(name)) for name in TALK)

    @property
    def language(self) -> str:
        """Of the templates, e.g. "en"."""
        return self._language

    def __call__(self, name: str, /, **variables: str) -> str:
        """Fill replies/<language>/<name>.md; the English file where a language lacks it: better than no answer."""
        path = f"replies/{self._language}/{name}.md"
        return self._prompts.render(path if path in self._prompts.texts else f"replies/en/{name}.md", **variables)

    def money(self, amount: Money) -> str:
        """An amount for people."""
        return amount.format(self._locale)

    def sentence(self, text: str) -> str:
        """A sentence that a tool or a rule wrote in English, in this language; itself where it has no form."""
        return self._sentences.say(text)

    def label(self, text: str) -> str:
        """A wish as its label says it ("under $50"), in this language."""
        return plain(self._labels.say(text))

    def date(self, moment: datetime | None) -> str:
        """A day for people, e.g. "Tue, Dec 3"; "an unknown day" never occurs: callers pass what is stated."""
        pattern = self("date_pattern")
        return str(format_date(moment.astimezone(self._zone), pattern, locale=self._date_locale)) if moment else ""

    def count(self, number: int, noun: Literal["item", "shopper"]) -> str:
        """A counted noun, e.g. "1 item", "3 items".

        Args:
            number: 0 or more.
            noun: what is counted.
        """
        one, many = _COUNTED[noun]
        return self(one if number == 1 else many, count=f"{number:,}")

    def quoted(self, words: Sequence[str]) -> str:
        """Words of the shop or the shopper as a list in quotation marks."""
        return self.listing([self("quote", what=plain(word)) for word in words])

    def listing(self, words: Sequence[str]) -> str:
        """Words as a list for people, e.g. "a, b and c"."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self('and')} {words[-1]}"
