"""Campaigns of paid places: kept with who and when, and obeyed by a running server from the next slate on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog

from assistant.errors import StoreError
from assistant.store.engine import Store
from assistant.store.ranking import campaigns as table
from recommender.errors import CampaignBroken
from recommender.events import Decision, PaidPlace
from recommender.selling.sponsored import Campaign, PaidShowings, offers, read_campaign

log = structlog.get_logger()
_MAX_SHOPPERS = 20_000


@dataclass(frozen=True, slots=True)
class KeptCampaign:
    """A campaign, who added it and when, and who stopped it, if anybody did."""

    campaign: Campaign
    added_by: str
    added_at: datetime
    stopped_by: str | None = None
    stopped_at: datetime | None = None


class SponsoredDesk:
    """Keeps the campaigns of one catalogue, and says what may be put into a paid slot.

    Args:
        store: of assistant.store.ranking.
        catalogue: its name.
        now: aware clock.
    """

    def __init__(self, store: Store, catalogue: str, now: Callable[[], datetime]) -> None:
        self._store, self._catalogue, self._now = store, catalogue, now
        self._lock = threading.Lock()
        self._showings = PaidShowings(_MAX_SHOPPERS)

    def campaigns(self) -> tuple[KeptCampaign, ...]:
        """Return every campaign that there ever was, oldest first."""
        query = sa.select(table).where(table.c.catalogue == self._catalogue).order_by(table.c.seq)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            KeptCampaign(
                Campaign.model_validate_json(row.body), row.added_by, row.added_at, row.stopped_by, row.stopped_at
            )
            for row in rows
        )

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
        with self._store.write() as connection:
            last = connection.execute(sa.select(sa.func.max(table.c.seq))).scalar() or 0
            campaign = campaign.model_copy(update={"id": str(last + 1)})
            row = {
                "seq": last + 1,
                "catalogue": self._catalogue,
                "body": campaign.model_dump_json(),
                "added_by": who,
                "added_at": self._now(),
            }
            connection.execute(sa.insert(table).values(row))
        return campaign

    def stop(self, number: str, who: str) -> Campaign:
        """Let a campaign act no more; its row stays.

        Raises:
            CampaignBroken: there is no such campaign, or it was stopped before.
        """
        found = next((k.campaign for k in self.campaigns() if k.campaign.id == number and k.stopped_at is None), None)
        if found is None:
            raise CampaignBroken(f"There is no running campaign {number!r}; aisle sponsored list shows those that run.")
        with self._store.write() as connection:
            connection.execute(
                sa.update(table)
                .where(table.c.seq == int(number), table.c.stopped_at.is_(None))
                .values(stopped_by=who, stopped_at=self._now())
            )
        return found

    def offers(self, unit: str, query: str, meeting: Collection[str], now: float) -> tuple[PaidPlace, ...]:
        """Return what may be put into a paid slot; nothing where the campaigns cannot be read.

        Args:
            unit: whom the cap of a day counts: a known person, else the visit.
            query: the request in words.
            meeting: ids of candidates that meet every stated limit and can be bought.
            now: epoch seconds.
        """
        try:
            running = [kept.campaign for kept in self.campaigns() if kept.stopped_at is None]
        except StoreError as problem:
            log.error("campaigns.not_read", reason=str(problem))
            return ()
        with self._lock:
            return offers(running, self._showings, meeting, shopper_key=unit, query=query, now=now)

    def note(self, decision: Decision, unit: str) -> None:
        """Count what a slate shows of campaigns to somebody; `unit` as in `offers`."""
        paid = set(decision.sponsored_ids)
        with self._lock:
            for offer in decision.context.sponsored:
                if offer.item_id in paid:
                    paid.remove(offer.item_id)
                    self._showings.note(unit, offer.campaign, decision.context.now)
