"""Policies: which candidate fills the next slot, with which exact probability.

To add one: a file of its own and a line in POLICIES (docs/add-bandit-policy.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from recommender.errors import RecommenderError
from recommender.policies.base import Policy
from recommender.policies.epsilon_greedy import EpsilonGreedy
from recommender.policies.greedy import Greedy
from recommender.policies.inverse_gap import InverseGap
from recommender.policies.plackett_luce import PlackettLuce
from recommender.policies.thompson import Thompson

POLICIES: Final[Mapping[str, Callable[..., Policy]]] = {
    "greedy": Greedy,
    "inverse_gap": InverseGap,
    "plackett_luce": PlackettLuce,
    "epsilon_greedy": EpsilonGreedy,
    "thompson": Thompson,
}
"""Name -> class; its parameters, if any, are keyword arguments with the names of `params`."""


def make_policy(name: str, params: Mapping[str, float] | None = None) -> Policy:
    """Build a policy, e.g. from what a decision logged.

    Args:
        name: key of POLICIES, with or without its version ("greedy/1").
        params: as in Policy.params; the class's own defaults without them.

    Raises:
        RecommenderError: there is no policy of that name and version.
    """
    make = POLICIES.get(name.split("/", maxsplit=1)[0])
    policy = None if make is None else make(**(params or {}))
    if policy is None or ("/" in name and policy.name != name):
        raise RecommenderError(f"There is no policy {name!r}; there are {sorted(POLICIES)}.")
    return policy
