"""Worlds, agents and their meeting, on worlds small enough to know the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from recommender.bandit import agents
from recommender.bandit.agents import AGENTS, HeadAgent, Shown
from recommender.bandit.contest import SHIPPED, SHIPPED_PARAMS, play_with, settings_of
from recommender.bandit.explorers import EXPLORERS, inverse_gap, pick
from recommender.bandit.play import play
from recommender.bandit.simulators import CONTINUE, SIMULATORS, WINDOW, Offer
from recommender.policies.inverse_gap import InverseGap, growing_gamma

SEEDS = [3, 4]


@dataclass
class Recorder:
    """Shows the same slots always and writes down what it is told."""

    slots: int
    corrects: bool = True
    learned: list[tuple[int, float, float]] = field(default_factory=list)
    corrected: list[tuple[int, float]] = field(default_factory=list)
    foresees: bool = False
    judged: list[tuple[float, float, float]] = field(default_factory=list)

    def act(self, offer: Offer, slots: int) -> Shown:
        chosen = np.tile(np.arange(slots), (len(offer.phi), 1))
        foreseen = np.tile(np.arange(slots)[None, :, None], (len(offer.phi), 1, 2)) / 10.0
        return Shown(chosen, np.full(chosen.shape, 1.0 / offer.phi.shape[1]), foreseen if self.foresees else None)

    def learn(self, offer: Offer, chosen: np.ndarray, p: np.ndarray, reward: np.ndarray, weight: np.ndarray) -> None:
        self.learned += list(zip(chosen.tolist(), reward.tolist(), weight.tolist(), strict=True))

    def correct(self, offer: Offer, chosen: np.ndarray, reward: np.ndarray, days: int) -> None:
        self.corrected += list(zip(chosen.tolist(), reward.tolist(), strict=True))

    def judge(self, foreseen: np.ndarray, clicked: np.ndarray, weight: np.ndarray) -> None:
        self.judged += list(zip(foreseen[:, 1].tolist(), clicked.tolist(), weight.tolist(), strict=True))

    def end_day(self) -> None:
        pass


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_seed_is_the_same_shop_whatever_stands_beside_it(name: str) -> None:
    alone, beside = SIMULATORS[name]([4], 60), SIMULATORS[name](SEEDS, 60)
    for t in (0, 59):
        assert (alone.offer(t).phi[0] == beside.offer(t).phi[1]).all()
        assert alone.offer(t).chance[0] == pytest.approx(beside.offer(t).chance[1])
        assert (alone.luck(t)[0] == beside.luck(t)[1]).all()
    assert alone.offer(0).phi.shape[-1] == alone.d
    assert bool(alone.offer(0).base.any()) == alone.has_base


def test_linear_chances_are_linear_in_the_features_and_hidden_ones_are_not() -> None:
    for name, linear in (("linear", True), ("misspecified", False)):
        world = SIMULATORS[name]([1], 300)
        offers = [world.offer(t) for t in range(300)]
        phi, chance = (np.concatenate([getattr(o, what)[0] for o in offers]) for what in ("phi", "chance"))
        left = chance - phi @ np.linalg.lstsq(phi, chance, rcond=None)[0]
        # A few chances are cut off at 1 %.
        assert (np.quantile(np.abs(left), 0.95) < 1e-3) == linear


def test_every_late_click_is_counted_once_in_each_way() -> None:
    world = SIMULATORS["delayed"]([1], 900)
    at_once = Recorder(1)
    played = play(world, at_once, 900)
    clicks = sum(reward for _, reward in at_once.corrected)
    assert len(at_once.learned) == 900
    assert all(reward == 0.0 for _, reward, _ in at_once.learned)
    assert clicks == pytest.approx(played.reward[0], rel=0.25)
    closed, mixed = Recorder(1), Recorder(1)
    play(world, closed, 900, counting="closed")
    play(world, mixed, 900, counting="clicks_at_once")
    assert len(closed.learned) == 900 - WINDOW
    assert sum(reward for _, reward, _ in closed.learned) <= clicks
    assert sum(reward * weight for _, reward, weight in mixed.learned) == clicks


def test_an_agent_that_cannot_correct_is_told_when_it_is_known() -> None:
    agent = Recorder(1, corrects=False)
    play(SIMULATORS["delayed"]([1], 400), agent, 400)
    assert agent.corrected == []
    assert {reward for _, reward, weight in agent.learned if weight} == {0.0, 1.0}


def test_a_cascade_is_learned_down_to_the_click_and_discounted_without_one() -> None:
    agent = Recorder(4)
    play(SIMULATORS["cascade"]([1], 300), agent, 300)
    slates = [agent.learned[i : i + 4] for i in range(0, len(agent.learned), 4)]
    without = [[w for _, _, w in slate] for slate in slates if not any(reward for _, reward, _ in slate)]
    assert without
    assert without[0] == pytest.approx([CONTINUE**slot for slot in range(4)])
    for slate in slates:
        rewards = [reward for _, reward, _ in slate]
        if any(rewards):
            place = rewards.index(1.0)
            assert [weight for _, _, weight in slate] == [1.0] * (place + 1) + [0.0] * (3 - place)


def test_heads_are_judged_once_per_slot_by_what_is_known_in_the_end() -> None:
    agent = Recorder(4, foresees=True)
    play(SIMULATORS["cascade"]([1], 100), agent, 100)
    assert [(clicked, weight) for _, clicked, weight in agent.judged] == [(r, w) for _, r, w in agent.learned]
    assert [foreseen for foreseen, _, _ in agent.judged[:4]] == [0.0, 0.1, 0.2, 0.3]
    late = Recorder(1, foresees=True)
    play(SIMULATORS["delayed"]([1], 900), late, 900)
    assert len(late.judged) == 900 - WINDOW
    assert 0 < sum(clicked for _, clicked, _ in late.judged) <= sum(reward for _, reward in late.corrected)


def test_several_memories_lose_less_where_tastes_change(monkeypatch: pytest.MonkeyPatch) -> None:
    several = play_with("drifting", SHIPPED, [SHIPPED_PARAMS] * 3, range(3), 3000)
    monkeypatch.setattr(agents, "KEPT", (1.0,))
    one = play_with("drifting", SHIPPED, [SHIPPED_PARAMS] * 3, range(3), 3000)
    assert several.regret.sum() < 0.8 * one.regret.sum()


def test_a_policy_that_knows_nothing_earns_the_mean_chance_and_true_weights() -> None:
    world = SIMULATORS["linear"](SEEDS, 500)
    played = play(world, Recorder(1), 500)
    best = sum(world.offer(t).chance.max(axis=1) for t in range(500))
    assert played.reward + played.regret == pytest.approx(best)
    assert played.mean_weight == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_explorer_has_probabilities_that_sum_to_one_and_learns(name: str) -> None:
    space = EXPLORERS[name].space
    params = {key: np.full(2, np.sqrt(low * high)) for key, (low, high) in space.items()}
    scores = np.array([[0.3, -np.inf, 0.25, 0.1], [0.0, 0.1, 0.0, 0.2]])
    got = EXPLORERS[name].probabilities(scores, {key: value[:, None] for key, value in params.items()}, 9)
    assert got.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert got[0, 1] == 0.0
    world = SIMULATORS["linear"](SEEDS, 600)
    played = play(world, AGENTS.get(name, HeadAgent)(name, params, world.d, np.random.default_rng(1)), 600)
    at_random = play(SIMULATORS["linear"](SEEDS, 600), Recorder(1), 600)
    assert played.regret.sum() < 0.7 * at_random.regret.sum()


def test_the_rows_of_the_bench_are_the_policy_of_the_shop() -> None:
    """But for the floor: the bench draws a share of slots evenly among all, the shop lifts whoever stands below it."""
    scores = np.array([[0.31, 0.3, 0.1]])
    params = {"scale": np.array([[20.0]]), "floor": np.array([[0.02]])}
    shop = InverseGap(growing_gamma(20.0, 99), share=1.0, width=99, reach=1e9, floor=0.0).probabilities(scores[0])
    without = inverse_gap(scores, {"scale": params["scale"]}, 99)[0]
    assert without == pytest.approx(shop)
    assert inverse_gap(scores, params, 99)[0] == pytest.approx(0.98 * without + 0.02 / 3)


def test_pick_draws_by_the_probabilities() -> None:
    probabilities = np.array([[0.2, 0.5, 0.3, 0.0]] * 3)
    assert pick(probabilities, np.array([0.1, 0.69, 1.0 - 2**-53])).tolist() == [0, 1, 2]


def test_settings_are_within_their_ranges_and_start_in_the_middle() -> None:
    tried = settings_of("ours", 5)
    assert len(tried) == 5
    for name, (low, high) in EXPLORERS["ours"].space.items():
        assert tried[0][name] == pytest.approx(np.sqrt(low * high))
        assert all(low <= setting[name] <= high * (1 + 1e-12) for setting in tried)


def test_ours_learns_more_than_epsilon_greedy_and_logs_true_probabilities() -> None:
    seeds = range(4)
    ours = play_with("linear", SHIPPED, [SHIPPED_PARAMS] * 4, seeds, 1500)
    plain = {"precision": 20.0, "forgets": 0.01, "epsilon": 0.1}
    rival = play_with("linear", "epsilon_greedy", [plain] * 4, seeds, 1500)
    assert ours.reward.sum() > rival.reward.sum()
    assert ours.mean_weight.mean() == pytest.approx(1.0, abs=0.25)
