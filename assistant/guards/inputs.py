"""Input checks before a turn starts, in order; each declares what happens when it fails itself.

A guard returns the text to go on with, or raises TurnRefused with a sentence for the shopper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from assistant.config import Settings
from assistant.errors import TurnRefused
from assistant.text import clean

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Guard:
    """One check.

    Args:
        name: for the log.
        check: text and settings in, text out; raises TurnRefused.
        when_broken: "closed" refuses the turn when the check itself fails, "open" goes on without it.
    """

    name: str
    check: Callable[[str, Settings], str]
    when_broken: Literal["open", "closed"]


def not_too_long(text: str, settings: Settings) -> str:
    """Refuse texts over the limit before any work is done on them."""
    if len(text) > settings.max_message_chars:
        limit = f"{settings.max_message_chars:,}"
        raise TurnRefused(f"That message is too long: please keep it under {limit} characters.")
    return text


def readable(text: str, settings: Settings) -> str:
    """Normalise, and drop control and invisible characters (hidden instructions travel in them)."""
    return clean(text)


def not_empty(text: str, settings: Settings) -> str:
    """Refuse a message without anything in it."""
    if not text:
        raise TurnRefused("Your message was empty. Tell me what you are looking for.")
    return text


INPUT_GUARDS: tuple[Guard, ...] = (
    Guard("not_too_long", not_too_long, "closed"),
    Guard("readable", readable, "closed"),
    Guard("not_empty", not_empty, "closed"),
)


def check_input(text: str, settings: Settings, guards: tuple[Guard, ...] = INPUT_GUARDS) -> str:
    """Run the guards in order.

    Raises:
        TurnRefused: a guard refused, or one that fails closed is broken.
    """
    for guard in guards:
        try:
            text = guard.check(text, settings)
        except TurnRefused:
            raise
        except Exception as problem:
            log.error("guard.broken", guard=guard.name, error=type(problem).__name__)
            if guard.when_broken == "closed":
                raise TurnRefused("I could not read that message. Please write it in other words.") from problem
    return text
