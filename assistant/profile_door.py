"""What a shopper's pages do with their profile: show it, agree or object, change it, erase it. Part of the one door.

Whose profile it is follows from the session, never from what a page sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from assistant.errors import Refused
from assistant.floorplan import Floorplan
from assistant.rooms import Rooms
from assistant.tools.profile_facts import entry_named, profile_fact
from assistant.tools.profiling import Profiling
from assistant.turn import Principal, ProfileFact
from recommender.profiles.edits import Edit, EditKind

T = TypeVar("T")


def removal(entry_id: str) -> Edit:
    """The edit that removes one thing that a profile shows.

    Args:
        entry_id: as in ProfileLine, e.g. "likes:colour=red".

    Raises:
        Refused: it names nothing of the kind.
    """
    named = entry_named(entry_id)
    if named is None:
        raise Refused("no_such_entry", "There is nothing of the kind to forget.")
    kind = EditKind.WELCOME if entry_id.startswith("avoids:") else EditKind.FORGET
    return Edit(kind, *named)


class ShopperProfiles:
    """Profiles for pages. Built by the assistant.

    Args:
        rooms: the store's.
        open_shop: waits until the shop is open; raises TurnRefused where it does not open.
    """

    def __init__(self, rooms: Rooms, open_shop: Callable[[], Awaitable[Floorplan]]) -> None:
        self._rooms = rooms
        self._open_shop = open_shop

    async def show(self, principal: Principal) -> ProfileFact:
        """What is known of the shopper, as they may see and change it."""
        return await self._do(principal, lambda profiling: None)

    async def keep(self, principal: Principal, keep: bool) -> ProfileFact:
        """Keep the shopper's choice about a profile; a no erases what was learned.

        Raises:
            Refused: this shop keeps no profiles.
        """

        def change(profiling: Profiling) -> None:
            if keep and profiling.mode == "off":
                raise Refused("profiles_off", "This shop keeps no profiles.")
            profiling.choose(principal, keep)
            if not keep:
                profiling.erase(principal, self._rooms.eraser)

        return await self._do(principal, change)

    async def edit(self, principal: Principal, edit: Edit) -> ProfileFact:
        """Change one thing: forget a value, take a stated dislike back, pause learning or go on."""
        return await self._do(principal, lambda profiling: profiling.edit(principal, edit))

    async def erase(self, principal: Principal) -> ProfileFact:
        """Forget everything that was learned about the shopper, in the log too; their choice about a profile stays."""

        def change(profiling: Profiling) -> None:
            # First the edit: should the erasure break, nothing of it is learned again at the next start.
            profiling.edit(principal, Edit(EditKind.RESET))
            profiling.erase(principal, self._rooms.eraser)

        return await self._do(principal, change)

    async def join(self, guest: Principal, customer: Principal) -> None:
        """Let what a guest did become part of the customer's profile, where both may be kept."""
        await self._do(customer, lambda profiling: profiling.join(guest, customer))

    async def begin_afresh(self, principal: Principal) -> None:
        """Let a new conversation be for the shopper again."""
        await self._do(principal, lambda profiling: profiling.begin_afresh(principal))

    async def _do(self, principal: Principal, change: Callable[[Profiling], None]) -> ProfileFact:
        shop = (await self._open_shop()).shop

        def work() -> ProfileFact:
            change(shop.profiling)
            return profile_fact(shop.profiling, principal, shop.retrieval.catalogue.currency)

        return await asyncio.get_running_loop().run_in_executor(self._rooms.pool, work)
