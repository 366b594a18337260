"""Whose turn it is: in one conversation, one message is answered at a time. Knows nothing of what a turn does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.errors import TurnRefused


class TurnQueue:
    """Lets one turn run at a time in each conversation; the others wait in order, up to a bound."""

    def __init__(self, max_waiting: int = 3) -> None:
        """Args:
        max_waiting: turns of one conversation that may wait behind the running one (0 or more).
        """
        self._max_waiting = max_waiting
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, conversation_id: str) -> AsyncIterator[None]:
        """Wait for the conversation's turn and hold it; for one event loop.

        Raises:
            TurnRefused: too many messages wait already.
        """
        lane = self._lanes.setdefault(conversation_id, _Lane())
        if lane.users > self._max_waiting:
            raise TurnRefused("I am still answering your earlier messages; please wait a moment.")
        lane.users += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.users -= 1
            if lane.users == 0:
                del self._lanes[conversation_id]

    def __len__(self) -> int:
        """Return the number of conversations with a turn running or waiting."""
        return len(self._lanes)


class _Lane:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
