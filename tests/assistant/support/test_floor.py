"""The floor, walked through whole: every order of actions of a shopper, the assistant and two of the staff."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from assistant.errors import Refused
from assistant.support.floor import ARROWS, Entry, FloorState, move, next_floor
from assistant.turn import Agent, Floor

NORA = Agent("a1", "Nora")
OLA = Agent("a2", "Ola", "admin")
STAFF = (NORA, OLA)


@dataclass(frozen=True)
class World:
    """All that matters: the floor, whether a turn of the assistant is running, and who spoke last."""

    state: FloorState = field(default_factory=FloorState)
    turn_running: bool = False
    spoke: str = ""


def steps(world: World) -> Iterator[tuple[str, World]]:
    """Every action that is allowed now, and the world after it."""
    for action, agent in _moves():
        try:
            state = move(world.state, action, agent)
        except Refused:
            continue
        # As the store does it: giving an agent the floor cuts the running turn in the same step.
        cut = state.agent is not None and state.agent != world.state.agent
        who = agent.name if agent else "shopper or assistant"
        yield f"{action} by {who}", replace(world, state=state, turn_running=world.turn_running and not cut)
    if world.state.assistant_speaks and not world.turn_running:
        yield "a message is answered", replace(world, turn_running=True)
    if world.turn_running:
        yield "the assistant says a word", replace(world, spoke="assistant")
        yield "the turn ends", replace(world, turn_running=False)
    for agent in STAFF:
        if world.state.agent_speaks(agent):
            yield f"{agent.name} replies", replace(world, spoke=agent.name)


def _moves() -> Iterator[tuple[str, Agent | None]]:
    yield from (("request", None), ("cancel", None))
    for agent in STAFF:
        yield from ((action, agent) for action in ("take", "relieve", "hand_back"))


def explore() -> dict[World, dict[str, World]]:
    """Breadth first through everything that can happen."""
    seen: dict[World, dict[str, World]] = {}
    waiting = deque([World()])
    while waiting:
        world = waiting.popleft()
        if world in seen:
            continue
        seen[world] = dict(steps(world))
        waiting.extend(seen[world].values())
    return seen


WORLDS = explore()


def speakers(world: World) -> list[str]:
    """Who may speak to the shopper."""
    agents = [agent.name for agent in STAFF if world.state.agent_speaks(agent)]
    return agents + (["assistant"] if world.state.assistant_speaks or world.turn_running else [])


def test_the_walk_comes_through_every_floor_with_each_of_the_staff() -> None:
    assert {world.state for world in WORLDS} == {
        FloorState(),
        FloorState(Floor.QUEUE),
        FloorState(Floor.AGENT, NORA),
        FloorState(Floor.AGENT, OLA),
    }


def test_there_is_never_more_and_never_less_than_one_speaker() -> None:
    assert [world for world in WORLDS if len(speakers(world)) != 1] == []


def test_whoever_speaks_may() -> None:
    for world, after in WORLDS.items():
        for action, then in after.items():
            if then.spoke != world.spoke:
                assert then.spoke in speakers(world), (world, action)


def test_a_promise_always_has_its_entry_and_an_agents_floor_its_one_agent() -> None:
    for world in WORLDS:
        floor = world.state.floor
        assert (floor is Floor.QUEUE) == (world.state.entry is Entry.WAITING)
        assert (floor is Floor.AGENT) == (world.state.entry is Entry.TAKEN)
        assert (floor is Floor.AGENT) == (world.state.agent is not None)


def test_no_state_is_a_dead_end() -> None:
    """From everywhere the shopper can be with the assistant again, and with a person."""
    for goal in (Floor.ASSISTANT, Floor.AGENT):
        good = {world for world in WORLDS if world.state.floor is goal}
        while more := {w for w, after in WORLDS.items() if w not in good and any(x in good for x in after.values())}:
            good |= more
        assert good == set(WORLDS)


def test_a_colleague_cannot_take_what_is_taken_and_is_told_by_whom() -> None:
    taken = move(FloorState(Floor.QUEUE), "take", NORA)
    for action in ("take", "hand_back"):
        with pytest.raises(Refused, match="Nora is talking with this shopper") as refused:
            move(taken, action, OLA)
        assert refused.value.code == "taken"
    assert move(taken, "take", NORA) == taken


def test_only_an_admin_relieves_a_colleague() -> None:
    with pytest.raises(Refused) as refused:
        move(FloorState(Floor.AGENT, OLA), "relieve", NORA)
    assert refused.value.code == "admins_only"
    assert move(FloorState(Floor.AGENT, NORA), "relieve", OLA) == FloorState(Floor.AGENT, OLA)


@pytest.mark.parametrize("floor", Floor)
@pytest.mark.parametrize("action", ["request", "cancel", "take", "relieve", "hand_back", "anything"])
def test_the_floor_moves_along_arrows_only(floor: Floor, action: str) -> None:
    if (floor, action) in ARROWS:
        assert next_floor(floor, action) is ARROWS[floor, action]
    else:
        with pytest.raises(Refused) as refused:
            next_floor(floor, action)
        assert refused.value.code == "not_possible_now"
