"""Let an agent meet a world: steps, clicks, late clicks, cascades; what it earned and what it missed per row."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from recommender.bandit.agents import Agent, Shown
from recommender.bandit.simulators import CONTINUE, DAYS, WINDOW, Offer, World
from recommender.item_table import FloatArray, IntArray

Counting = Literal["corrected", "closed", "clicks_at_once"]
"""When outcomes are counted that come late: all at once and corrected by a click; all when the window closes;
or clicks at once and the rest when the window closes."""
_LAST: Final = 0.1
"""Simple regret is the mean regret over this last share of the steps."""


@dataclass(frozen=True, slots=True)
class Played:
    """One agent in one world, per row (seed).

    Args:
        reward: (rows,) expected reward of what was shown, summed: luck of the clicks does not count.
        regret: (rows,) what the best choice would have had more.
        simple_regret: (rows,) mean regret per step at the end.
        mean_weight: (rows,) mean importance weight of the uniform policy; 1 where logged probabilities are true and
            none is 0.
    """

    reward: FloatArray
    regret: FloatArray
    simple_regret: FloatArray
    mean_weight: FloatArray


@dataclass(frozen=True, slots=True)
class _Open:
    """An impression whose outcome is not known to the agent yet."""

    t: int
    offer: Offer
    shown: Shown
    clicked: FloatArray


def play(
    world: World,
    agent: Agent,
    steps: int,
    *,
    counting: Counting = "corrected",
) -> Played:
    """Play all steps.

    Args:
        world, agent: with the same rows.
        steps: as the world was made for.
        counting: where clicks come late; an agent that cannot correct counts clicks at once, the rest at the window.
    """
    if world.delayed and counting == "corrected" and not agent.corrects:
        counting = "clicks_at_once"
    ledger = _Ledger(agent, counting, max(1, steps // DAYS))
    kept = []
    for t in range(steps):
        offer = world.offer(t)
        shown = agent.act(offer, world.slots)
        kept.append(_judged(offer, shown, world.slots))
        if world.delayed:
            ledger.show(t, offer, shown, _clicks(world, t, offer, shown), t + world.delay(t))
        else:
            _learn_now(agent, world, t, offer, shown)
        if (t + 1) % ledger.day == 0:
            agent.end_day()
    table = np.array(kept)
    last = max(1, int(_LAST * steps))
    return Played(table[:, 0].sum(0), table[:, 1].sum(0), table[-last:, 1].mean(0), table[:, 2].mean(0))


class _Ledger:
    """Counts late outcomes in one of three ways."""

    def __init__(self, agent: Agent, counting: Counting, day: int) -> None:
        self._agent, self._counting, self.day = agent, counting, day
        self._open: deque[_Open] = deque()
        self._due: dict[int, list[tuple[_Open, FloatArray]]] = {}

    def show(self, t: int, offer: Offer, shown: Shown, clicked: FloatArray, due: IntArray) -> None:
        one = _Open(t, offer, shown, clicked * (due - t <= WINDOW))
        if self._counting == "corrected":
            self._learn(one, np.zeros(len(due)), np.ones(len(due)))
        self._open.append(one)
        for step in np.unique(due[one.clicked > 0]):
            self._due.setdefault(int(step), []).append((one, one.clicked * (due == step)))
        clicks = self._due.pop(t, ())
        if self._counting != "closed":
            self._click(t, clicks)
        if t - self._open[0].t >= WINDOW:
            self._close(self._open.popleft())

    def _click(self, t: int, clicks: Sequence[tuple[_Open, FloatArray]]) -> None:
        for one, now in clicks:
            if self._counting == "corrected":
                self._agent.correct(one.offer, one.shown.chosen[:, 0], now, t // self.day - one.t // self.day)
            else:
                self._learn(one, np.ones(len(now)), now)

    def _close(self, one: _Open) -> None:
        if one.shown.foreseen is not None:
            self._agent.judge(one.shown.foreseen[:, 0], one.clicked, np.ones(len(one.clicked)))
        if self._counting == "closed":
            self._learn(one, one.clicked, np.ones(len(one.clicked)))
        elif self._counting == "clicks_at_once":
            self._learn(one, np.zeros(len(one.clicked)), 1.0 - one.clicked)

    def _learn(self, one: _Open, reward: FloatArray, weight: FloatArray) -> None:
        self._agent.learn(one.offer, one.shown.chosen[:, 0], one.shown.probabilities[:, 0], reward, weight)


def _clicks(world: World, t: int, offer: Offer, shown: Shown) -> FloatArray:
    rows = np.arange(len(offer.chance))
    first = shown.chosen[:, 0]
    return (world.luck(t)[rows, first] < offer.chance[rows, first]).astype(np.float64)


def _learn_now(agent: Agent, world: World, t: int, offer: Offer, shown: Shown) -> None:
    """Count each slot down to the click; below it nothing was seen, and without a click perhaps not even so far."""
    rows = np.arange(len(offer.chance))
    looks = world.looks(t) if world.slots > 1 else np.ones(len(rows), dtype=np.int64)
    going = np.ones(len(rows), dtype=bool)
    clicked = np.zeros((world.slots, len(rows)), dtype=bool)
    for slot in range(world.slots):
        place = shown.chosen[:, slot]
        clicked[slot] = going & (slot < looks) & (world.luck(t)[rows, place] < offer.chance[rows, place])
        going &= ~clicked[slot]
    for slot in range(world.slots):
        above = ~clicked[:slot].any(axis=0)
        certain = clicked[slot:].any(axis=0)
        weight: FloatArray = above.astype(np.float64) * np.where(certain, 1.0, CONTINUE**slot)
        agent.learn(offer, shown.chosen[:, slot], shown.probabilities[:, slot], clicked[slot] * 1.0, weight)
        if shown.foreseen is not None:
            agent.judge(shown.foreseen[:, slot], clicked[slot] * 1.0, weight)


def _judged(offer: Offer, shown: Shown, slots: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    ideal = -np.sort(-offer.chance, axis=1)[:, :slots]
    got = _cascaded(np.take_along_axis(offer.chance, shown.chosen, axis=1))
    weight = 1.0 / (offer.chance.shape[1] * shown.probabilities[:, 0])
    return got, _cascaded(ideal) - got, weight


def _cascaded(chances: FloatArray) -> FloatArray:
    """Return the chance of a click in a slate read from the top; for one slot its own (Craswell et al. 2008)."""
    passed = np.cumprod(1.0 - chances, axis=1)
    before = np.concatenate([np.ones((len(chances), 1)), passed[:, :-1]], axis=1)
    clicked: FloatArray = (chances * before * CONTINUE ** np.arange(chances.shape[1])).sum(axis=1)
    return clicked
