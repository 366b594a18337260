"""Talk about the shopper's own profile and for whom a visit is: from intents to tool calls. Knows no profile."""

from __future__ import annotations

import re
from typing import Final

from assistant.llm.embedded.plan import Step

_AGAIN = re.compile(r"\b(?:start|resume|continue|go on|you (?:may|can))\b", re.I)
_PEOPLE: Final = (
    r"(?:grand)?(?:dad|daddy|father|mum|mom|mommy|mother|son|daughter|pa|ma)|husband|wife|spouse|boyfriend|girlfriend"
    r"|partner|fianc[ée]e?|brother|sister|sibling|friend|colleague|coworker|boss|nephew|niece|uncle|aunt(?:ie)?|cousin"
    r"|grand(?:parents?|child|children|kids?|son|daughter)|kids?|child(?:ren)?|parents?|neighbou?r|teacher|in-laws?"
)
_GIFT = re.compile(
    r"\b(?:gift|present)s?\b(?![- ]*(?:cards?|vouchers?|wrap\w*|certificates?|receipts?|box\w*|bags?|paper|options?"
    r"|messages?|set))"
    rf"|\bfor (?:my|our|a|his|her) (?:\w+ )?(?:{_PEOPLE})\b|\bfor (?:somebody|someone) else\b|\bfor (?:him|her|them)\b"
    r"|\b(?:it|this|that)(?: is|['’]s)? not for me\b",
    re.I,
)
_FOR_ONESELF = re.compile(
    r"\b(?:this|it)(?: one| time)?(?: is|['’]s)?(?: just)? for (?:me|myself)\b|\bfor me again\b", re.I
)
_BARE = re.compile(
    r"(?:(?:ok(?:ay)?|well|oh|actually|by the way|btw|it|it['’]s|its|this|that|these|they|is|are|will be|be|not|no|for"
    r"|me"
    r"|myself|as|a|an|my|our|just|only|the|one|ones|to give|gift|present|gifts|presents|time|again|also|all|of|someone"
    rf"|somebody|else|him|her|them|birthday|christmas|xmas|you know|and|but|so|{_PEOPLE})[\W_]*)+",
    re.I,
)
_DISLIKED: Final = re.compile(
    r"\b(?:(?:do not|don['’]?t|does not|doesn['’]?t)(?: really)? (?:like|love|want)|hates?|dislikes?|detests?"
    r"|(?:can['’]?t|cannot) stand|not (?:a fan of|(?:really )?into)|never (?:want|wear|use|buy|need)"
    r"|never (?:show|suggest|recommend|offer)(?: me)?"
    r"|(?:stop|quit) (?:suggesting|recommending|offering|showing)(?: me)?)"
    r"\s+(?P<what>(?!(?:it|this|that|these|those|them|any|either|one|the|to)\b)[\w'’ -]{2,30}?)"
    r"(?: again| ever| any ?more| please)*[.! ]*$",
    re.I,
)
_OF_ANOTHER: Final = re.compile(
    rf"\W*(?:(?:and|but|well|so|because|no)\W+)*(?:he|she|they|my (?:\w+ )?(?:{_PEOPLE}))\b", re.I
)
_QUESTION = re.compile(r"^\W*(?:do|does|can|could|is|are|how|what|where|when|which|will|may)\b.*\?\s*$", re.I)


def for_whom(words: str) -> Step | None:
    """The call that notes for whom this visit is, where words say it; None where they do not."""
    if _FOR_ONESELF.search(words) and not re.search(r"\bnot\b", words, re.I):
        return Step("mark_gift", {"gift": False})
    return Step("mark_gift", {}) if _GIFT.search(words) and not _QUESTION.match(words) else None


def says_only_for_whom(words: str) -> bool:
    """Whether nothing else is said: "it's a gift", "not for me, gift"."""
    return _BARE.fullmatch(words.strip()) is not None


def steps(intent: str, clause: str) -> tuple[Step, ...]:
    """The calls of an intent about the shopper's own profile."""
    match intent:
        case "show_profile":
            return (Step("show_profile", {}),)
        case "erase_profile":
            return (Step("change_profile", {"action": "forget_everything"}),)
        case "forget_taste":
            return (Step("change_profile", {"action": "forget"}),)
        case "never_again":
            return (Step("change_profile", {"action": "avoid"}),)
        case "welcome_again":
            return (Step("change_profile", {"action": "welcome"}),)
        case "taste_learning":
            return (Step("change_profile", {"action": "resume" if _AGAIN.search(clause) else "pause"}),)
        case _:
            return (Step("continue_visit", {}),)


def disliked(clause: str) -> str:
    """What a clause says is not liked, e.g. "leather"; "" where it says so in none of the usual ways."""
    match = _DISLIKED.search(clause)
    return match["what"].strip(" .!") if match else ""


def is_of_another(clause: str) -> bool:
    """Whether a clause tells somebody else's taste ("she hates leather"): it is no taste of the shopper."""
    return _OF_ANOTHER.match(clause) is not None


SHOPPING: Final = ("search_products", "recommend_products")
"""Beside these it matters for whom something is looked for; a present that came broken is another matter."""
INTENTS: Final = (
    "show_profile", "erase_profile", "forget_taste", "never_again", "welcome_again", "taste_learning", "resume_visit",
)  # fmt: skip
""""why_this" points at a product, so the planner makes its call."""
