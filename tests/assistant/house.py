"""Sessions and conversations over one data folder that can be closed and opened again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.conversations import Conversations
from assistant.errors import SessionMissing
from assistant.session import Sessions
from assistant.store import SqlEventLog, open_store
from assistant.store.answers import Lookups
from assistant.support.lookups import lookups_for
from assistant.support.policies import Policies
from assistant.turn import Principal
from tests.assistant.support.shop import Shop
from tests.fakes.clock import ManualClock


@dataclass
class House:
    """Everything that a conversation needs, over one data folder that can be closed and opened again."""

    folder: Path
    clock: ManualClock

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.store = open_store(self.folder, self.clock)
        self.shop = Shop(self.store, self.clock)
        self.shop.has_orders({})
        self.sessions = Sessions(self.store, self.clock, demo=True)
        self.conversations = Conversations(self.store, self.clock, self.lookups)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def lookups(self, principal: Principal) -> Lookups:
        return lookups_for(
            principal,
            find_product=self.shop.catalogue.get,
            orders=self.shop.orders,
            actions=self.shop.actions,
            policies=Policies(self.folder),
            log=SqlEventLog(self.store),
        )


def said_missing(call: Callable[[], object]) -> str:
    """What the shopper is told where something is not there or not theirs."""
    with pytest.raises(SessionMissing) as missing:
        call()
    return str(missing.value)
