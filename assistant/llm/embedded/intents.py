"""What a message is for: cues decide alone, else the nearest example sentence, else nothing.

Intents and their examples are data (prompts/intents). Knows nothing of products: whether words name something that
the shop sells is the planner's question to the catalogue.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ConfigError

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

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
MEANING_THRESHOLD = 0.55
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
        self._bags = bags
        self._encode: Encode | None = None
        self._matrix: NDArray[np.float32] | None = None

    def warm(self, encode: Encode) -> None:
        """Compare by meaning from now on. `encode` gives unit rows."""
        self._matrix = encode([text for _, text in self._examples])
        self._encode = encode

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
        """The intent of the nearest example, or None where none is near."""
        if not _WORD.search(text):
            return None
        if self._encode is not None and self._matrix is not None:
            similarity = self._matrix @ self._encode([text[:400]])[0]
            threshold = MEANING_THRESHOLD
        else:
            bag = _bag(text)
            similarity = np.array([self._overlap(bag, other) for other in self._bags], dtype=np.float32)
            threshold = WORDS_THRESHOLD
        best = int(np.argmax(similarity))
        if similarity[best] < threshold:
            return None
        return Intent(self._examples[best][0], float(similarity[best]), False)

    def _overlap(self, left: Counter[str], right: Counter[str]) -> float:
        shared = sum(self._weight.get(word, 0.0) for word in left.keys() & right.keys())
        norm = math.sqrt(self._norm(left) * self._norm(right))
        return shared / norm if norm else 0.0

    def _norm(self, bag: Counter[str]) -> float:
        return sum(self._weight.get(word, math.log(1 + len(self._bags))) for word in bag)


def _bag(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))
