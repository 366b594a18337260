"""The turns that are being answered on this page now, so that a Stop reaches the right one.

Knows only whose turn it is and how to end it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

import structlog

from assistant.errors import AisleError
from assistant.turn import Failed, Principal, Stopped, TurnEvent

_log = structlog.get_logger(__name__)
_APOLOGY = "Something went wrong while answering. Your message is kept; please try again."

Key = tuple[str, str]


class RunningTurns:
    """Runs turns so that each can be stopped by the session that began it."""

    def __init__(self) -> None:
        self._tasks: dict[Key, set[asyncio.Task[None]]] = {}

    def stop(self, principal: Principal, message_id: str) -> bool:
        """Stop a turn of this session. Returns False where none of that id is running."""
        # A message sent twice is two tasks: one is being answered, the other waits for its answer.
        return sum(task.cancel() for task in self._tasks.get((principal.session_id, message_id), ())) > 0

    async def batches(
        self, principal: Principal, message_id: str, events: AsyncIterator[TurnEvent], pause_s: float
    ) -> AsyncGenerator[list[TurnEvent]]:
        """Yield the events of a turn in batches, at most one batch per `pause_s` seconds.

        A stopped turn ends with Stopped. Leaving the iteration stops the turn.
        """
        queue: asyncio.Queue[TurnEvent | None] = asyncio.Queue()
        key = (principal.session_id, message_id)
        task = asyncio.create_task(_pump(events, queue))
        self._tasks.setdefault(key, set()).add(task)
        try:
            open_ = True
            while open_:
                batch = [await queue.get()]
                await asyncio.sleep(pause_s)
                while not queue.empty():
                    batch.append(queue.get_nowait())
                open_ = None not in batch
                found = [event for event in batch if event is not None]
                if found:
                    yield found
        finally:
            self._tasks[key].discard(task)
            if not self._tasks[key]:
                del self._tasks[key]
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _pump(events: AsyncIterator[TurnEvent], queue: asyncio.Queue[TurnEvent | None]) -> None:
    try:
        async with aclosing(events) as opened:  # type: ignore[type-var]
            async for event in opened:
                queue.put_nowait(event)
    except asyncio.CancelledError:
        queue.put_nowait(Stopped())
    except AisleError as error:
        queue.put_nowait(Failed(str(error)))
    except Exception:  # noqa: BLE001 (the turn's last boundary: logged, answered with a plain apology)
        _log.exception("turn failed")
        queue.put_nowait(Failed(_APOLOGY))
    finally:
        queue.put_nowait(None)
