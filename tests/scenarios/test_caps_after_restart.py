"""What a shopper was shown so often today is not shown again because the shop was restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from assistant.config import Settings
from assistant.service import Assistant
from assistant.store import system_clock
from assistant.store.ranking import open_ranking_store
from assistant.support.sponsored import SponsoredDesk
from tests.scenarios.conftest import new_visitor


def test_the_cap_of_a_campaign_outlives_a_restart(own_shop: Callable[..., Assistant], runner: asyncio.Runner) -> None:
    shop = own_shop()
    looks = new_visitor(shop, runner, "looks")
    looks.say("backpack")
    rest = [fact.product.id for fact in looks.say("show me more").products]
    folder = own_shop.folder  # type: ignore[attr-defined]
    desk = SponsoredDesk(open_ranking_store(folder), Settings(data=folder).catalogue, system_clock)
    paid = {"sponsor": "Maker", "item_ids": rest, "ends": "2099-01-01T00:00:00Z", "per_shopper_per_day": 1}
    desk.add(paid, "test")
    reply = new_visitor(shop, runner, "is shown").say("backpack")
    (slate,) = reply.slates
    assert slate.decision is not None
    assert any(fact.sponsored for fact in reply.products)
    context = slate.decision.context
    shop.close()
    again = runner.run(own_shop()._opener.shop()).sponsored
    assert again is not None
    assert again.offers("somebody else", context.query, set(rest), context.now)
    assert not again.offers(context.session_key, context.query, set(rest), context.now)
