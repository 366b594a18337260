"""Why an event is left out of training and statistics: a closed set, counted on every data card."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """In the order in which they are looked for; the first that holds is counted."""

    STAFF = "staff"
    TEST = "test"
    AUTOMATION = "automation"
    DUPLICATE_ID = "duplicate_id"
    IMPOSSIBLE_TIME = "impossible_time"
    NEGATIVE_VALUE = "negative_value"
    UNKNOWN_ITEM = "unknown_item"
    NO_DECISION = "impression_without_decision"
    NOT_SHOWN = "not_shown"
    BEFORE_DECISION = "before_its_decision"
    OTHER_VISIT = "of_another_visit"
    REPEATED = "repeated"
    BOT_RATE = "bot_too_fast"
    BOT_REGULAR = "bot_too_regular"
    BOT_HURRIED = "bot_without_dwell"
    BOT_EVERY_SLOT = "bot_clicks_every_slot"


BOTS = frozenset({Reason.BOT_RATE, Reason.BOT_REGULAR, Reason.BOT_HURRIED, Reason.BOT_EVERY_SLOT})
