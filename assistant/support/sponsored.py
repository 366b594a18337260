"""Campaigns of paid places: kept with who and when, and obeyed by a running server from the next slate on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import datetime

import structlog

from assistant.errors import StoreError
from assistant.store.engine import Store
from assistant.store.ranking import campaigns as table
from assistant.support.ledger import Entry, Ledger
from recommender.errors import CampaignBroken
from recommender.events import Decision, DecisionContext, EventLog, PaidPlace
from recommender.last_day import last_day
from recommender.selling.sponsored import Campaign, PaidShowings, offers, read_campaign

log = structlog.get_logger()
_MAX_SHOPPERS = 20_000


class SponsoredDesk:
    """Keeps the campaigns of one catalogue, and says what may be put into a paid slot.

    Args:
        store: of assistant.store.ranking.
        catalogue: its name.
        now: aware clock.
    """

    def __init__(self, store: Store, catalogue: str, now: Callable[[], datetime]) -> None:
        self._now = now
        self._campaigns = Ledger[Campaign](store, table, catalogue, now, Campaign.model_validate_json)
        self._lock = threading.Lock()
        self._showings = PaidShowings(_MAX_SHOPPERS)

    def campaigns(self) -> tuple[Entry[Campaign], ...]:
        """Return every campaign that there ever was, oldest first."""
        return self._campaigns.entries()

    def add(self, given: object, who: str) -> Campaign:
        """Keep a campaign; it acts from the next slate on.

        Args:
            given: see `recommender.selling.sponsored.read_campaign`; an id in it is replaced.
            who: for the record.

        Raises:
            CampaignBroken: it is none, or is over already.
        """
        campaign = read_campaign(given)
        if campaign.ends <= self._now():
            raise CampaignBroken("The campaign cannot be used: ends: it is over already.")
        return self._campaigns.add(campaign, who)

    def stop(self, number: str, who: str) -> Campaign:
        """Let a campaign act no more; its row stays.

        Raises:
            CampaignBroken: there is no such campaign, or it was stopped before.
        """
        stopped = self._campaigns.end(number, who)
        if stopped is None:
            raise CampaignBroken(f"There is no running campaign {number!r}: it was stopped, or never there.")
        return stopped

    def offers(self, unit: str, query: str, meeting: Collection[str], now: float) -> tuple[PaidPlace, ...]:
        """Return what may be put into a paid slot; nothing where the campaigns cannot be read.

        Args:
            unit: whom the cap of a day counts: a known person, else the visit.
            query: the request in words.
            meeting: ids of candidates that meet every stated limit and can be bought.
            now: epoch seconds.
        """
        with self._lock:
            return offers(self._running(), self._showings, meeting, shopper_key=unit, query=query, now=now)

    def note(self, decision: Decision, unit: str) -> None:
        """Count what a slate shows of campaigns to somebody; `unit` as in `offers`."""
        with self._lock:
            self._showings.note(decision, unit)

    def remember(self, slates: EventLog, unit: Callable[[DecisionContext], str]) -> None:
        """Count what the slates of the last day showed of campaigns, so that a restart forgets nothing.

        Args:
            slates: the log.
            unit: tells whom a cap counts in a visit.
        """
        if self._running():
            for decision in last_day(slates):
                self.note(decision, unit(decision.context))

    def _running(self) -> tuple[Campaign, ...]:
        try:
            return tuple(entry.body for entry in self._campaigns.standing())
        except StoreError as problem:
            log.error("campaigns.not_read", reason=str(problem))
            return ()
