"""Experiments of tests."""

from __future__ import annotations

from typing import Any

from recommender.experiments.definitions import Arm, Experiment, Sets


def an_experiment(
    name: str = "cards", *, shares: tuple[float, float] = (0.5, 0.5), sets: Sets | None = None, **more: Any
) -> Experiment:
    """Two arms, of which the second shows three cards where nothing else is said."""
    arms = (
        Arm(name="control", share=shares[0]),
        Arm(name="treatment", share=shares[1], sets=sets or Sets(slate_size=3)),
    )
    return Experiment(name=name, hypothesis="Fewer cards are easier to choose from.", arms=arms, **more)
