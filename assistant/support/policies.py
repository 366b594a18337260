"""The shop's policies and guides: Markdown files, and which sections answer a question.

A section is found by its words and, once the encoder is attached, by meaning as well. Where nothing is close enough,
nothing is returned: then the policies do not say. The text is data; what may be done with an order is in rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from assistant.evidence import SectionText
from assistant.support.policy_words import WordIndex, in_policy_words
from assistant.turn import PolicyFact, PolicySection

log = structlog.get_logger()

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Returns one unit vector per text: shape (n, d)."""

# Set on the questions in tests/assistant/support/policy_questions.py (README.md tells the figures).
MIN_WORDS = 0.32
MIN_MIXED = 0.42
# Stricter, as most questions about products are for the catalogue to answer; set on GUIDES there.
MIN_GUIDE_WORDS = 0.6
MIN_GUIDE_MIXED = 0.67
_WORDS_SHARE = 0.3
# What goes on about a topic is read with its name before it; from here on the name alone does not explain the score.
MIN_TOPIC_WORDS = 0.28
MIN_TOPIC_MIXED = 0.45
"""Another topic takes over where it answers so well on its own."""
SURE_OF_ANOTHER = 0.6


class Policies:
    """Answers questions with stored sections: of the policies, and where those do not say, of the guides."""

    def __init__(self, folder: Path, encode: Encode | None = None, *, guides: Path | None = None) -> None:
        """Args:
        folder: of Markdown files "<name>.md" with "# Title" and "## Section" headings; "<language>/<name>.md" holds
            the same sections in the same order in another language.
        encode: text to vectors; None searches by words alone until `warm`.
        guides: a folder of the same form, with advice on choosing and care; asked after the policies.
        """
        self._policies = _Shelf(folder, MIN_WORDS, MIN_MIXED)
        self._guides = _Shelf(guides, MIN_GUIDE_WORDS, MIN_GUIDE_MIXED)
        self._by_id = {section.id: section for section in (*self._guides.sections, *self._policies.sections)}
        if encode is not None:
            self.warm(encode)

    def warm(self, encode: Encode) -> None:
        """Attach the encoder: from now on meaning counts as well."""
        self._policies.warm(encode)
        self._guides.warm(encode)

    def all(self) -> tuple[PolicySection, ...]:
        """Return every section, in the order of the files, guides last."""
        return self._policies.sections + self._guides.sections

    def titles(self) -> set[str]:
        """Return the titles of the policies' sections, e.g. "Returns: How long do I have?", without those of guides."""
        return {section.title for section in self._policies.sections}

    def find(self, section_id: str) -> PolicySection | None:
        """Return a section, e.g. "returns#how-long", or None."""
        return self._by_id.get(section_id)

    def get(self, section_id: str) -> PolicySection:
        """Return a section.

        Raises:
            KeyError: no such section.
        """
        return self._by_id[section_id]

    def answer(self, question: str, k: int = 2, *, topic: str = "") -> PolicyFact:
        """Return the sections that answer a question, best first; none where neither policies nor guides say.

        Args:
            question: as asked.
            k: the most sections wanted, 1 or more.
            topic: what was talked about, e.g. "Returns", where the question may go on about it; "" without one.
        """
        found = self._policies.answer(question, k, topic) or self._guides.answer(question, k)
        return PolicyFact(question, found)


class _Shelf:
    """Sections that are searched together.

    Args:
        folder: of Markdown files; None has none.
        min_words, min_mixed: the least score of an answer, by words alone and with meaning.
    """

    def __init__(self, folder: Path | None, min_words: float, min_mixed: float) -> None:
        paths = [] if folder is None else sorted(folder.glob("*.md"))
        self.sections = tuple(section for path in paths for section in _with_translations(path))
        self._min_words, self._min_mixed = min_words, min_mixed
        self._words = WordIndex(self.sections)
        self._meaning: _MeaningIndex | None = None

    def warm(self, encode: Encode) -> None:
        if self.sections:
            self._meaning = _MeaningIndex(self.sections, encode)

    def answer(self, question: str, k: int, topic: str = "") -> tuple[PolicySection, ...]:
        if not self.sections:
            return ()
        scores, least = self._scores(question)
        if topic and scores.max() < SURE_OF_ANOTHER:
            going_on, enough = (
                self._scores(f"{topic}: {question}")[0],
                MIN_TOPIC_MIXED if self._meaning else MIN_TOPIC_WORDS,
            )
            inside = np.array([section.title.startswith(f"{topic}:") for section in self.sections])
            if inside.any() and going_on[inside].max() >= enough:
                scores, least = np.where(inside, going_on, 0.0), enough
        best = [int(place) for place in np.argsort(-scores, kind="stable")[:k]]
        # A second section must be nearly as good as the first, or it only distracts.
        kept = [place for place in best if scores[place] >= max(least, 0.8 * scores[best[0]])]
        return tuple(self.sections[place] for place in kept)

    def _scores(self, question: str) -> tuple[NDArray[np.float64], float]:
        """One score per section, and the least that answers."""
        asked = in_policy_words(question)
        scores = self._words.scores(asked)
        if self._meaning is None:
            return scores, self._min_words
        return _WORDS_SHARE * scores + (1 - _WORDS_SHARE) * self._meaning.scores(asked), self._min_mixed


def read_sections(path: Path) -> tuple[PolicySection, ...]:
    """Read one Markdown file into its sections; text before the first "## " belongs to none."""
    title, sections, heading, lines = path.stem, [], "", list[str]()

    def close() -> None:
        text = "\n".join(lines).strip()
        if heading and text:
            slug = _slug(heading)
            sections.append(
                PolicySection(f"{path.stem}#{slug}", f"{title}: {heading}", text, f"/policies/{path.stem}#{slug}")
            )

    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            title = line[2:].strip()
        elif line.startswith("## "):
            close()
            heading, lines = line[3:].strip(), []
        else:
            lines.append(line)
    close()
    return tuple(sections)


def _with_translations(path: Path) -> Iterator[PolicySection]:
    """The sections of a file, each with what <language>/<same name> says in the same place."""
    sections = read_sections(path)
    others = {other.parent.name: read_sections(other) for other in sorted(path.parent.glob(f"*/{path.name}"))}
    for language, translated in others.items():
        if len(translated) != len(sections):
            # One section beside the wrong title would be an untrue answer: none of this file is used.
            log.warning("policies.translation_left_out", file=path.name, language=language, sections=len(translated))
    whole = {language: rows for language, rows in others.items() if len(rows) == len(sections)}
    for place, section in enumerate(sections):
        texts = {language: SectionText(rows[place].title, rows[place].text) for language, rows in whole.items()}
        yield replace(section, translations=texts)


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.casefold()).strip("-")


class _MeaningIndex:
    """How close a question is to a section's title or any of its sentences (cosine)."""

    def __init__(self, sections: Sequence[PolicySection], encode: Encode) -> None:
        texts = [(place, text) for place, section in enumerate(sections) for text in _passages(section)]
        self._encode = encode
        self._places = np.array([place for place, _ in texts])
        self._vectors = encode([text for _, text in texts])
        self._n = len(sections)

    def scores(self, question: str) -> NDArray[np.float64]:
        """Return one score per section."""
        cosines: NDArray[np.float64] = (self._vectors @ self._encode([question])[0]).astype(np.float64)
        best = np.zeros(self._n)
        np.maximum.at(best, self._places, cosines)
        return best


def _passages(section: PolicySection) -> Iterable[str]:
    topic, _, heading = section.title.partition(": ")
    yield f"{topic}: {heading}"
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", section.text):
        if len(sentence.split()) > 2:
            yield f"{topic}: {sentence.strip('-* |')}"
