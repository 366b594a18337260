"""A message that gives up everything looked for ("start over"): read and carried out by code, whichever model speaks.

No tool does it, so no model can do it unasked. The cart, the profile and the messages stay.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.clarify import NO_QUESTIONS
from assistant.conversations import Conversation
from assistant.turn import Focus, Need

_GIVES_ALL_UP = re.compile(
    r"\W*(?:(?:ok(?:ay)?|no|nope|please|actually|well|oh|hm+|and|so|sorry|never ?mind|can we|could we|let['’]?s|let us"
    r"|i(?:['’]d| would)? (?:want|like) to|i want to)\b\W*)*"
    r"(?:(?:forget|scrap) (?:about )?(?:all|everything)(?: (?:of )?(?:that|this|it))?(?: i (?:just )?(?:said|asked)"
    r"(?: for)?)?(?: so far)?"
    r"|(?:start|begin) (?:(?:all )?over|again|anew|afresh|fresh|from (?:scratch|the (?:start|beginning)))"
    r"(?: again)?(?: from (?:scratch|the (?:start|beginning)))?"
    r"|(?:all )?from scratch|reset(?: (?:everything|all|the search|my search|this))?"
    r"|(?:a )?(?:new|fresh) (?:search|start)"
    r"|clear (?:everything|all(?: (?:of )?(?:that|this|it))?|the search|my search))"
    r"(?: please| pls| now)*(?:\s*(?:$|[.,;:!?…–—-]+|\b(?=with\b|and\b))\W*(?:(?:and|with|then)\b\W*)*(?P<rest>.*))",
    re.I | re.S,
)


def gives_all_up(words: str) -> bool:
    """Whether a message gives up what was looked for, be it for something else ("start over with backpacks")."""
    return _GIVES_ALL_UP.fullmatch(words) is not None


def without_giving_up(words: str) -> str:
    """What a message says besides that; "" where it says nothing else."""
    match = _GIVES_ALL_UP.fullmatch(words)
    return match["rest"].strip() if match else words


def forgotten(before: Conversation) -> Conversation:
    """The conversation as at the beginning of a visit; who wanted no questions is still asked none."""
    asked = tuple(key for key in before.focus.asked if key == NO_QUESTIONS)
    focus = Focus(asked=asked, cart_changes=before.focus.cart_changes, language=before.focus.language)
    return replace(before, need=Need(), focus=focus)
