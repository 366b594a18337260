"""What a message is besides shopping: somebody in need, illegal goods, abuse, instructions to the assistant.

Frames in prompts/guards, in four languages, read a message sentence by sentence. Instructions and insults are taken
out, and a wish beside them is heard as if it stood alone: to refuse an ordinary shopper is as bad as to obey. Knows
words, not meaning: what it misses meets the same limits as every message, which no guard draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from assistant.errors import ConfigError
from assistant.text import has_words

log = structlog.get_logger()

_LIST = re.compile(r"\{([a-z_]+)\}")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])|\n+")
_CLAUSE = re.compile(r"[,，:]\s*|\s+(?:and|then|but|und|dann|aber|y|pero|luego)\s+|(?:然后|但是|并且)", re.I)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that a message can be besides shopping.

    Args:
        name: as in prompts/guards; its answer is the template of that name.
        ends: whether it decides alone what the answer is; else only its sentences are taken out.
        offers_person: whether the answer offers a person.
        when_broken: "open" goes on without it, "closed" answers as if it had been found.
    """

    name: str
    ends: bool
    offers_person: bool
    when_broken: Literal["open", "closed"] = "open"


# In this order; the costly mistakes first. All fail open: none of them is what orders, carts or secrets rest on, and a
# shopper must not lose the shop to a broken list of words.
CONCERNS: tuple[Concern, ...] = (
    Concern("self_harm", ends=True, offers_person=True),
    Concern("illegal", ends=True, offers_person=False),
    Concern("instruction", ends=False, offers_person=False),
    Concern("abuse", ends=False, offers_person=True),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the assistant takes it.

    Args:
        words: what is left to answer; "" where nothing is.
        concern: what was found, the first of several; None in an ordinary message.
    """

    words: str
    concern: Concern | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the concern's own answer is all there is to say."""
        return self.concern is not None and not self.words


class Hearing:
    """Reads messages.

    Args:
        files: name of a concern, and "wish", -> {"frames": […], "headers": […], "cuts": […], "lists": {name: pattern}};
            all but the first may be missing. A sentence with a header goes whole, a cut takes out no more than it
            matches.
        concerns: in order.

    Raises:
        ConfigError: a file is missing, or a frame is no regular expression.
    """

    def __init__(self, files: Mapping[str, Any], concerns: tuple[Concern, ...] = CONCERNS) -> None:
        missing = {*(concern.name for concern in concerns), "wish"} - set(files)
        if missing:
            raise ConfigError(f"prompts/guards lacks {sorted(missing)}.")
        self._concerns = concerns
        self._frames = {name: _compiled(name, file, "frames") for name, file in files.items()}
        self._headers = {name: _compiled(name, file, "headers") for name, file in files.items()}
        self._cuts = {name: _compiled(name, file, "cuts") for name, file in files.items()}

    def hear(self, words: str, names_goods: Callable[[str], bool] = lambda _: False) -> Heard:
        """Say what a message is, and what of it is to be answered.

        Args:
            words: the shopper's, cleaned.
            names_goods: whether words name something that the catalogue knows.
        """
        found: Concern | None = None
        for concern in self._concerns:
            try:
                rest = self._without(concern, words)
            except Exception as problem:  # noqa: BLE001 - a guard that breaks does what it declares
                log.error("guard.broken", guard=concern.name, error=type(problem).__name__)
                rest = words if concern.when_broken == "open" else ""
            if rest == words:
                continue
            found = found or concern
            if concern.ends:
                return Heard("", concern)
            words = rest
        if found and words and not self._is_wish(words, names_goods):
            words = ""
        return Heard(words, found)

    def _without(self, concern: Concern, words: str) -> str:
        """The words without the sentences of a concern; of such a sentence, clauses that hold nothing of it stay."""
        name, kept = concern.name, []
        left = words
        for cut in self._cuts[name]:
            left = cut.sub(" ", left)
        changed = left != words
        for sentence in _SENTENCE.split(left):
            if any(frame.search(sentence) for frame in self._headers[name]):
                changed = True
            elif any(frame.search(sentence) for frame in self._frames[name]):
                changed = True
                clauses = [part for part in _CLAUSE.split(sentence) if has_words(part)]
                kept += [part for part in clauses if self._stands_alone(name, part)]
            else:
                kept.append(sentence)
        return " ".join(part.strip() for part in kept if has_words(part)) if changed else words

    def _stands_alone(self, name: str, clause: str) -> bool:
        """Whether a clause beside a hit is a wish of its own."""
        is_hit = any(frame.search(clause) for frame in self._frames[name])
        return not is_hit and any(frame.search(clause) for frame in self._frames["wish"])

    def _is_wish(self, words: str, names_goods: Callable[[str], bool]) -> bool:
        return any(frame.search(words) for frame in self._frames["wish"]) or names_goods(words)


def _compiled(name: str, file: Mapping[str, Any], part: str) -> tuple[re.Pattern[str], ...]:
    lists: Mapping[str, str] = file.get("lists", {})
    try:
        return tuple(re.compile(_LIST.sub(lambda m: lists[m[1]], frame), re.I) for frame in file.get(part, ()))
    except (re.error, KeyError) as problem:
        raise ConfigError(f"A frame in prompts/guards/{name}.yaml cannot be read: {problem}.") from problem
