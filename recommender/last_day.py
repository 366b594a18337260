"""The decisions of the last day, read from the end of the log: what caps per shopper count on after a restart."""

from __future__ import annotations

from typing import Final

from recommender.events import Decision, EventLog
from recommender.settings import DAY_S

_PAGE: Final = 500


def last_day(log: EventLog) -> tuple[Decision, ...]:
    """Return the decisions of the day before the latest one, oldest first, without what they were served with.

    Args:
        log: in about the order of time; a page that is older as a whole ends the reading.
    """
    pages: list[list[Decision]] = []
    end, since = log.last_decision(), float("-inf")
    while end > 0:
        start = max(0, end - _PAGE)
        page = [decision for number, decision in log.decisions(after=start, limit=_PAGE) if number <= end]
        since = max([since, *(decision.context.now - DAY_S for decision in page)])
        page = [decision for decision in page if decision.context.now > since]
        if not page:
            break
        pages.append(page)
        end = start
    found = [decision for page in reversed(pages) for decision in page if decision.context.now > since]
    return tuple(sorted(found, key=lambda decision: decision.context.now))
