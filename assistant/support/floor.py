"""Who has the floor: a small state machine, pure, so that a test can walk through all of it.

The state moves only along `ARROWS`. Whoever keeps it writes the floor, its agent and the queue entry of one state in
one transaction; that is all the store has to do for the promise "a person will answer" to be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.errors import Refused
from assistant.turn import Agent, Floor

ARROWS: Mapping[tuple[Floor, str], Floor] = {
    (Floor.ASSISTANT, "request"): Floor.QUEUE,
    (Floor.QUEUE, "request"): Floor.QUEUE,
    (Floor.QUEUE, "cancel"): Floor.ASSISTANT,
    (Floor.ASSISTANT, "take"): Floor.AGENT,
    (Floor.QUEUE, "take"): Floor.AGENT,
    (Floor.AGENT, "relieve"): Floor.AGENT,
    (Floor.AGENT, "hand_back"): Floor.ASSISTANT,
}
"""(who has the floor, what happens) -> who has it then.

A shopper requests and cancels, an agent takes and hands back; an admin relieves a colleague, so that a conversation is
not held by somebody who has gone home.
"""


class Entry(StrEnum):
    """How a conversation stands in the queue."""

    NONE = "none"
    WAITING = "waiting"
    TAKEN = "taken"


_ENTRIES: Mapping[Floor, Entry] = {
    Floor.ASSISTANT: Entry.NONE,
    Floor.QUEUE: Entry.WAITING,
    Floor.AGENT: Entry.TAKEN,
}


@dataclass(frozen=True, slots=True)
class FloorState:
    """One state of the machine.

    Args:
        floor: who speaks to the shopper.
        agent: who of the staff does; None where no agent has the floor.
    """

    floor: Floor = Floor.ASSISTANT
    agent: Agent | None = None

    @property
    def entry(self) -> Entry:
        """How the conversation stands in the queue: the promise and the entry cannot part."""
        return _ENTRIES[self.floor]

    @property
    def assistant_speaks(self) -> bool:
        """Whether the assistant may: also while the shopper waits, never beside an agent."""
        return self.floor is not Floor.AGENT

    def agent_speaks(self, agent: Agent) -> bool:
        """Whether this agent may."""
        return self.agent is not None and self.agent.id == agent.id


def next_floor(floor: Floor, action: str) -> Floor:
    """Return who has the floor after an action.

    Args:
        floor: who has it now.
        action: "request", "cancel", "take", "relieve" or "hand_back".

    Raises:
        Refused: "not_possible_now" where no arrow leads there.
    """
    try:
        return ARROWS[floor, action]
    except KeyError:
        raise Refused("not_possible_now", _SENTENCES.get((floor, action), "That is not possible now.")) from None


def move(state: FloorState, action: str, agent: Agent | None = None) -> FloorState:
    """Return the state after an action.

    Args:
        state: the state now.
        action: as in `next_floor`.
        agent: who acts; None where the shopper or the assistant does.

    Raises:
        Refused: "not_possible_now"; "taken" where a colleague has the floor; "admins_only".
    """
    if action in ("take", "hand_back") and state.agent is not None and agent is not None:
        if not state.agent_speaks(agent):
            raise taken(state.agent)
        if action == "take":
            return state  # two tabs of one agent
    if action == "relieve" and (agent is None or agent.role != "admin"):
        raise Refused("admins_only", "Only an admin can take a conversation from a colleague.")
    floor = next_floor(state.floor, action)
    return FloorState(floor, agent if floor is Floor.AGENT else None)


def taken(holder: Agent) -> Refused:
    """Return the refusal for an agent who comes second."""
    return Refused("taken", f"{holder.name} is talking with this shopper.")


_SENTENCES = {
    (Floor.AGENT, "request"): "You are talking to a person already.",
    (Floor.AGENT, "cancel"): "A person has taken over already; please tell them.",
    (Floor.ASSISTANT, "cancel"): "You are not waiting for a person.",
    (Floor.ASSISTANT, "hand_back"): "The assistant is talking with this shopper already.",
    (Floor.QUEUE, "hand_back"): "Nobody has taken this conversation yet.",
}
