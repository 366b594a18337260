"""Days of an order against what a sentence says happened then. Knows no product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from assistant.evidence import Order, OrdersFact, OrderStatus
from assistant.grounding.claims import DATE, month_day
from assistant.grounding.english import english
from assistant.grounding.facts import ENGLISH, Facts
from assistant.grounding.flags import DENIAL
from assistant.grounding.ordinary import ORDINARY, stem, stems_of, words_of
from assistant.grounding.quantities import without_figures
from assistant.grounding.subjects import UNSTATED

_HAPPENED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"arriv\w*|com(?:es?|ing)|with you|expect\w*|deliver\w*|gets? (?:it|them|here|there)|reach\w*|due|receive", (
        "expected_at", "delivered_at")),
    (r"ordered|placed|bought|purchased", ("placed_at",)),
    (r"sent|shipped|ships|dispatched|left us|posted|handed to", ("shipped_at",)),
    (r"cancell?ed", ("cancelled_at",)),
)  # fmt: skip
_GONE = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.RETURN_REQUESTED, OrderStatus.RETURNED)
_STATES = {
    "delivered": _GONE[1:], "arrived": _GONE[1:], "shipped": _GONE, "sent": _GONE, "dispatched": _GONE,
    "packed": (OrderStatus.PACKED, *_GONE), "returned": (OrderStatus.RETURNED,),
    "cancelled": (OrderStatus.CANCELLED,), "canceled": (OrderStatus.CANCELLED,),
}  # fmt: skip
_STATE = re.compile(
    r"\b(?:was|were|(?:has|have) (?:already |just |now |not )?(?:been)?|is|are|isn['’]t|hasn['’]t been)"
    r"\s+(?:already |now |not )?"
    rf"(?P<state>{'|'.join(_STATES)})\b",
    re.I,
)
_DONE = re.compile(
    rf"\b(?:not )?(?:was|were|(?:has|have)(?: \w+){{0,2}}?(?: been)?) "
    rf"(?:(?:it|they|not|already|now|still|yet) )*(?P<state>{'|'.join(_STATES)})\b",
    re.I,
)
_SUPPOSED = re.compile(r"\b(?:if|once|when|until|unless|before|after|as (?:soon|long) as|that|which)\b", re.I)
_VERB = re.compile("|".join(rf"\b(?P<v{i}>{verbs})\b" for i, (verbs, _) in enumerate(_HAPPENED)), re.I)
_WEEKDAY = re.compile(r"\b(mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.I)
_WEEKDAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")


def claims_moment(sentence: str, facts: Facts) -> bool:
    """Whether a day, with its weekday where one is told, is not that on which an order did what is said.

    Without a verb that tells what happened, any day of the orders may be meant. Days that a policy names are checked
    by the rules.
    """
    orders = _meant(sentence, facts)
    if not orders or facts.rules:
        return False
    for match in DATE.finditer(sentence):
        moments = [moment for moment in _moments(sentence, match.start(), orders) if _is_day(moment, match)]
        weekday = _WEEKDAY.search(sentence[max(0, match.start() - 14) : match.end() + 14])
        if not any(weekday is None or _WEEKDAYS[moment.weekday()] == weekday.group(1).casefold() for moment in moments):
            return True
    for weekday in _WEEKDAY.finditer(sentence):
        moments = _moments(sentence, weekday.start(), orders)
        if not any(_WEEKDAYS[moment.weekday()] == weekday.group(1).casefold() for moment in moments):
            return True
    return False


def claims_state(sentence: str, facts: Facts) -> bool:
    """Whether an order is said to have come, gone back or been given up, or anything else happens to it that its state
    does not tell.
    """
    orders = _meant(sentence, facts)
    if not orders or facts.sheets or UNSTATED.search(sentence):
        return False
    # Rules tell of any order, and "wird geliefert" is said of what comes: only what has been done is read there.
    plainly = facts.language == ENGLISH and not facts.rules
    for match in (_STATE if plainly else _DONE).finditer(sentence):
        states = _STATES[match.group("state").casefold()]
        is_done = any(order.status in states for order in orders)
        if (DENIAL.search(match.group()) is None) is not is_done and (plainly or not _SUPPOSED.search(sentence)):
            return True
    if not plainly:
        return False
    known = ORDINARY | english().orders
    told = stems_of(f"{facts.shared} {facts.asked}")
    words = words_of(without_figures(DATE.sub(" ", _WEEKDAY.sub(" ", sentence))))
    return any(word not in known and stem(word) not in told | english().orders for word in words if len(word) > 1)


def _meant(sentence: str, facts: Facts) -> list[Order]:
    """The orders that are named; all where none is."""
    orders = [order for fact in facts.evidence if isinstance(fact, OrdersFact) for order in fact.orders]
    return [order for order in orders if order.id in sentence] or orders


def _is_day(moment: datetime, match: re.Match[str]) -> bool:
    return (moment.month, moment.day) == month_day(match)


def _moments(sentence: str, place: int, orders: list[Order]) -> list[datetime]:
    """The moments that a day at a place may be, by the verb before it, else the one behind it in the same part."""
    verbs = list(_VERB.finditer(sentence))
    before = [verb for verb in verbs if verb.start() < place]
    behind = [verb for verb in verbs if verb.start() > place and not re.search("[:;]", sentence[place : verb.start()])]
    verb = before[-1] if before else next(iter(behind), None)
    names = [name for _, names in _HAPPENED for name in names]
    if verb is not None and verb.lastgroup is not None:
        names = list(_HAPPENED[int(verb.lastgroup[1:])][1])
    return [moment for order in orders for moment in _of(order, names)]


def _of(order: Order, names: list[str]) -> Iterator[datetime]:
    for name in names:
        moment = getattr(order, name)
        if moment is not None:
            yield moment
