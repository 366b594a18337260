"""Who is in which arm: a pure function of the experiment's name and the unit's key, the same for ever on every machine.

Nothing is kept, so nothing can be lost; raising the traffic lets units in and moves nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from recommender.experiments.definitions import Arm, Experiment


def assign(experiment: Experiment, unit_key: str) -> Arm | None:
    """Return the unit's arm; None where it takes no part.

    Args:
        experiment: only its name, shares, traffic and layer matter.
        unit_key: pseudonymous key of the shopper or session.
    """
    layer = experiment.layer
    if layer is not None and not layer.start <= position(f"layer:{layer.name}", unit_key) < layer.end:
        return None
    if position(f"traffic:{experiment.name}", unit_key) >= experiment.traffic:
        return None
    place = position(f"arm:{experiment.name}", unit_key)
    for arm in experiment.arms:
        if place < arm.share:
            return arm
        place -= arm.share
    return experiment.arms[-1]


def assigned(
    experiments: Sequence[Experiment], shopper_key: str, session_key: str
) -> tuple[tuple[Experiment, Arm], ...]:
    """Return every experiment that this shopper takes part in now, with the arm."""
    found = ((e, assign(e, shopper_key if e.unit == "shopper" else session_key)) for e in experiments)
    return tuple((experiment, arm) for experiment, arm in found if arm is not None)


def position(salt: str, unit_key: str) -> float:
    """Return a number in [0, 1), even over units and independent between salts (the first 53 bits of BLAKE2b)."""
    digest = blake2b(f"{salt}|{unit_key}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53
