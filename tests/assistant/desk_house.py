"""The desk over a small shop: no catalogue, no model, everything else as it is."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assistant.conversations import Conversations
from assistant.counted import Counted
from assistant.desk import Desk
from assistant.live import Live
from assistant.purchasing import Purchasing
from assistant.rooms import Rooms
from assistant.session import Session, Sessions
from assistant.store import SqlEventLog
from assistant.store.erasing import Eraser
from assistant.store.staff import open_staff_store
from assistant.support.handoff import HandOff
from assistant.support.identity import Customers
from assistant.support.inbox import Inbox
from assistant.support.policies import Policies
from assistant.support.purchases import PurchaseBook
from assistant.support.staff import Staff
from assistant.turn import Answer, Focus, Need
from recommender.data.settings import KnownTraffic
from tests.assistant.house import House
from tests.assistant.support.shop import order
from tests.fakes.clock import ManualClock

PASSWORD = "a long enough one"


class DeskHouse(House):
    """Nora is an agent, Ola an admin; Mara (C-1) and Otto (C-2) each have an order."""

    def open(self) -> None:
        super().open()
        self.shop.has_orders({"C-1": (order(20001),), "C-2": (order(20002, title="Otto's Secret Lamp"),)})
        self.live = Live()
        self.sessions = Sessions(self.store, self.clock, demo=True)
        self.handoff = HandOff(self.store, self.clock, self.live)
        self.conversations = Conversations(self.store, self.clock, self.lookups, self.live)
        self.staff = Staff(open_staff_store(self.folder, self.clock), self.clock)
        self.pool = ThreadPoolExecutor(4)
        rooms = Rooms(
            sessions=self.sessions,
            conversations=self.conversations,
            customers=Customers(self.store),
            carts=self.shop.carts,
            orders=self.shop.orders,
            actions=self.shop.actions,
            handoff=self.handoff,
            live=self.live,
            policies=Policies(self.folder),
            purchasing=Purchasing(
                PurchaseBook(self.store, self.clock),
                SqlEventLog(self.store),
                self.shop.by_variant,
                self.shop.catalogue.get,
                self.clock,
            ),
            eraser=Eraser(self.store),
            counted=Counted(SqlEventLog(self.store), KnownTraffic, lambda: self.clock().timestamp()),
            pool=self.pool,
        )
        self.desk = Desk(rooms, self.staff, Inbox(self.store, self.clock), lambda: asyncio.sleep(0), 4000)

    def close(self) -> None:
        """Let everything go."""
        self.desk.close()
        self.pool.shutdown()
        self.store.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def visit(self, customer_id: str | None = None) -> Session:
        """A shopper who has come in."""
        session = self.sessions.open(None)
        return self.sessions.sign_in(session.principal, customer_id) if customer_id else session

    def says(self, session: Session, text: str, answer: str | None = None) -> None:
        """Let a shopper say something, and the assistant answer where there is an answer."""
        message_id = f"m-{self.clock().timestamp()}-{text[:20]}"
        where = (session.principal, session.conversation_id, message_id)
        self.conversations.append_user(*where, text)
        if answer is not None:
            self.conversations.append_answer(*where, Answer(answer), need=Need(), focus=Focus())

    def add_staff(self) -> None:
        """Open Nora's and Ola's accounts."""
        self.staff.add("Nora", "agent", PASSWORD)
        self.staff.add("Ola", "admin", PASSWORD)


def open_house(folder: Path) -> DeskHouse:
    """Open a house with its staff."""
    house = DeskHouse(folder, ManualClock())
    house.add_staff()
    return house
