"""What a message is for: cues decide alone, else a head that has learned from example sentences, else nothing.

Intents and their examples are data (prompts/intents). Knows nothing of products: whether words name something that
the shop sells is the planner's question to the catalogue.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import ConfigError
from assistant.llm.embedded.intent_head import Example, IntentHead, fit_head, key_of, shipped_head
from retrieval.encoder import Encoder

OUT_OF_SCOPE = "out_of_scope"

# An intent named earlier wins where the cues of several match: the costly mistakes first.
CUE_ORDER = (
    "show_profile", "erase_profile", "forget_taste", "never_again", "welcome_again", "taste_learning", "resume_visit",
    "why_this", "better_one",
    "out_of_scope", "leave_queue", "hand_over", "others_orders", "cancel_order", "checkout", "cart_undo", "cart_remove",
    "cart_view", "cart_add", "compare", "goes_with", "more_like", "complaint", "track_order", "policy", "find_orders",
    "product_question", "show_again", "show_more", "about_you", "recommend", "greeting", "thanks", "goodbye",
    "affirm", "deny", "search",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MOST_CHARS = 400
LIKELY = 0.35
"""Probability from which the head's first choice counts."""
WORDS_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Intent:
    """One reading of a message.

    Args:
        name: as in prompts/intents, e.g. "track_order".
        score: 0 to 1; 1 where a cue decided.
        by_cue: whether a cue decided.
    """

    name: str
    score: float
    by_cue: bool


class IntentReader:
    """Classifies short texts.

    Args:
        files: intent name -> {"cues": […], "examples": […], "rephrase": {cue: words}}; the last may be missing.

    Raises:
        ConfigError: an intent without order, or a cue that is no regular expression.
    """

    def __init__(self, files: Mapping[str, Any]) -> None:
        unknown = set(files) ^ set(CUE_ORDER)
        if unknown:
            raise ConfigError(f"prompts/intents and the order of intents differ: {sorted(unknown)}.")
        try:
            self._cues = {name: tuple(re.compile(cue, re.I) for cue in files[name]["cues"]) for name in CUE_ORDER}
        except re.error as problem:
            raise ConfigError(f"A cue in prompts/intents is no regular expression: {problem}.") from problem
        self._examples = tuple((name, text) for name in CUE_ORDER for text in files[name]["examples"])
        self._rephrase = {
            name: tuple((re.compile(cue, re.I), text) for cue, text in files[name].get("rephrase", {}).items())
            for name in CUE_ORDER
        }
        bags = [_bag(text) for _, text in self._examples]
        holders: Counter[str] = Counter(word for bag in bags for word in bag)
        self._weight = {word: math.log(1 + len(bags) / count) for word, count in holders.items()}
        self._unseen = math.log(1 + len(bags))
        self._bags = tuple((bag, self._norm(bag)) for bag in bags)
        self._encoder: Encoder | None = None
        self._head: IntentHead | None = None

    @property
    def examples(self) -> tuple[Example, ...]:
        """The example sentences, each with the name of its intent before it."""
        return self._examples

    @property
    def by_meaning(self) -> bool:
        """Whether texts are read by meaning by now."""
        return self._head is not None

    def warm(self, encoder: Encoder) -> None:
        """Read by meaning from now on: with the shipped head where it is that of these examples and this encoder."""
        key, head = key_of(encoder.name, self._examples), shipped_head()
        if head.key != key:
            head = fit_head(self._examples, encoder.encode([text for _, text in self._examples]), key)
        self._encoder, self._head = encoder, head

    def cue(self, text: str) -> Intent | None:
        """The intent that a cue names, or None."""
        for name in CUE_ORDER:
            if any(cue.search(text) for cue in self._cues[name]):
                return Intent(name, 1.0, True)
        return None

    def rephrase(self, name: str, text: str) -> str:
        """The text in words that can be looked up, where an intent's file has some for it ("if I do not like it")."""
        found = ((cue.search(text), words) for cue, words in self._rephrase[name])
        return next((words.format(**match.groupdict()) for match, words in found if match), text)

    def is_cue(self, name: str, text: str) -> bool:
        """Whether one of an intent's cues is in the text, whatever other intents have cues in it."""
        return any(cue.search(text) for cue in self._cues[name])

    def nearest(self, text: str) -> Intent | None:
        """The intent that the examples speak for, or None where none is likely.

        By meaning it is one of a shop's, the likeliest where the text is for a shop at all; see `foreign`.
        """
        if not _WORD.search(text):
            return None
        if self._head is not None:
            found = self._probabilities(text)
            of_ours = 1 - found.pop(OUT_OF_SCOPE)
            name = max(found, key=found.__getitem__)
            score = found[name] / max(of_ours, 1e-9)
            return Intent(name, score, False) if score >= LIKELY else None
        bag = _bag(text)
        norm = self._norm(bag)
        similarity = [self._overlap(bag, norm, *other) for other in self._bags]
        best = max(range(len(similarity)), key=similarity.__getitem__)
        return Intent(self._examples[best][0], similarity[best], False) if similarity[best] >= WORDS_THRESHOLD else None

    def foreign(self, text: str, *, besides: Collection[str] = ()) -> float:
        """How probably a text asks for something that no shop does, 0 to 1; 0 as long as nothing is read by meaning.

        Args:
            text: a message, or a clause of it.
            besides: intents that it cannot have, as things are.
        """
        if self._head is None or not _WORD.search(text):
            return 0.0
        found = self._probabilities(text)
        return found[OUT_OF_SCOPE] / max(1e-9, 1 - sum(found[name] for name in besides))

    def _probabilities(self, text: str) -> dict[str, float]:
        assert self._head is not None
        assert self._encoder is not None
        said = text[:_MOST_CHARS]
        return self._head.probabilities(said, self._encoder.encode([said])[0])

    def _overlap(self, left: Counter[str], left_norm: float, right: Counter[str], right_norm: float) -> float:
        shared = sum(self._weight.get(word, 0.0) for word in left.keys() & right.keys())
        return shared / math.sqrt(left_norm * right_norm) if shared else 0.0

    def _norm(self, bag: Counter[str]) -> float:
        return sum(self._weight.get(word, self._unseen) for word in bag)


def _bag(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))
