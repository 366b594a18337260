"""A reply as it grows: words of a model come in, sentences that the evidence holds go out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.evidence import Claim
from assistant.grounding import Facts, Lexicon, links_of, split_sentences, tells_more


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence that was not shown: `text` as the model wrote it, and the `kind` of claim that nothing holds, or the
    name of the guard that held it back."""

    text: str
    kind: str


@dataclass
class Reply:
    """The reply as far as it was checked and shown.

    Args:
        text: what was shown.
        buffer: what has come in and is no whole sentence yet.
        removed: sentences that were not shown, in order.
        claims: what the shown sentences rest on.
        first: what of the model's first draft was shown, once it is asked to say the rest again; None before.
    """

    text: str = ""
    buffer: str = ""
    removed: list[Removed] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    first: str | None = None
    _dangling: bool = False
    """Whether the last sentence was removed: marks that close it go with it."""

    def add(self, words: str) -> list[str]:
        """Take in words of a model; return the sentences that they make whole."""
        *whole, self.buffer = split_sentences(self.buffer + words) or [""]
        return whole

    def close(self) -> list[str]:
        """Return what has come in and was not whole as the last sentence; nothing where nothing is left."""
        rest, self.buffer = self.buffer, ""
        return [rest] if rest.strip() else []

    def begin_again(self) -> None:
        """Take what comes in from here on for a second draft: of it only what tells more than the first is kept."""
        self.first, self.buffer = self.text, ""

    def keep(
        self, sentences: Sequence[str], facts: Facts, lexicon: Lexicon, objection: Callable[[str], str | None]
    ) -> list[str]:
        """Add the sentences that nothing speaks against; return them.

        Args:
            sentences: whole ones, in order.
            facts: what may be said; its `before` grows with the reply.
            lexicon: names and values of the catalogue.
            objection: what speaks against a sentence, as the kind of claim that nothing holds; None for nothing.
        """
        kept: list[str] = []
        for sentence in sentences:
            if self._dangling and not re.search(r"\w", sentence):
                continue
            kind = objection(sentence)
            self._dangling = kind is not None
            if kind is not None:
                self.removed.append(Removed(sentence, kind))
            elif not self.first or tells_more(sentence, self.first):
                # Whatever of the second draft was left out before it, it does not touch the first.
                joins = self.text and self.text == self.first and not self.text[-1].isspace()
                shown = f" {sentence}" if joins else sentence
                kept.append(shown)
                self.claims += links_of(shown, facts, lexicon)
                self.text += shown
                facts.before += shown
        return kept
