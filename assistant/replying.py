"""A reply as it grows: words of a model come in, sentences that the evidence holds go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.evidence import Claim
from assistant.grounding import Facts, Lexicon, links_of, split_sentences


@dataclass
class Reply:
    """The reply as far as it was checked and shown.

    Args:
        text: what was shown.
        buffer: what has come in and is no whole sentence yet.
        removed: sentences that nothing holds, as the model wrote them.
        claims: what the shown sentences rest on.
    """

    text: str = ""
    buffer: str = ""
    removed: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def add(self, words: str) -> list[str]:
        """Take in words of a model; return the sentences that they make whole."""
        *whole, self.buffer = split_sentences(self.buffer + words) or [""]
        return whole

    def close(self) -> list[str]:
        """Return what has come in and was not whole as the last sentence; nothing where nothing is left."""
        rest, self.buffer = self.buffer, ""
        return [rest] if rest.strip() else []

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
            if objection(sentence) is None:
                kept.append(sentence)
                self.claims += links_of(sentence, facts, lexicon)
                self.text += sentence
                facts.before += sentence
            else:
                self.removed.append(sentence)
        return kept
