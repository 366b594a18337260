"""What running experiments change in one turn: the arms that the shopper is in, put together.

Knows what an arm can set in this house, not who is in it nor how experiments are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.experiments.definitions import Arm, Experiment
from recommender.treatment import RankerChange, Treatment


@dataclass(frozen=True, slots=True)
class Arms:
    """One turn's treatment.

    Args:
        units: (experiment, unit key, arm) of all that the shopper is in.
        treatment: what it means for a decision; None without experiments.
        prompt: version of the prompts; "" for the shop's own.
        slate_size: number of cards; None for the shop's own.
        question_first: whether a clarifying question is put before any card is shown.
    """

    units: tuple[tuple[str, str, str], ...] = ()
    treatment: Treatment | None = None
    prompt: str = ""
    slate_size: int | None = None
    question_first: bool = False


NO_ARMS = Arms()


def arms_of(found: Sequence[tuple[Experiment, Arm]], shopper_key: str, session_key: str) -> Arms:
    """Put the arms together; experiments that set the same thing never share a unit.

    Args:
        found: each experiment that the shopper takes part in, with the arm.
        shopper_key, session_key: the units' keys.
    """
    if not found:
        return NO_ARMS
    keys = {"shopper": shopper_key, "session": session_key}
    # Of an interleaving everybody is in both arms: the log of each slate says whose each slot was.
    names = {e.name: e.arms[0].name if e.kind == "interleaving" else arm.name for e, arm in found}
    sets = [arm.sets for experiment, arm in found if experiment.kind == "ab"]
    return Arms(
        units=tuple((e.name, keys[e.unit], names[e.name]) for e, _ in found),
        treatment=_treatment(found, names),
        prompt=next((s.prompt for s in sets if s.prompt), ""),
        slate_size=next((s.slate_size for s in sets if s.slate_size), None),
        question_first=any(s.first == "question" for s in sets),
    )


def _treatment(found: Sequence[tuple[Experiment, Arm]], names: dict[str, str]) -> Treatment:
    mixing = next((experiment for experiment, _ in found if experiment.kind == "interleaving"), None)
    if mixing is not None:
        first, second = (arm.sets.ranker.change if arm.sets.ranker else RankerChange() for arm in mixing.arms)
        return Treatment(names, first, second, mixing.name)
    rankers = [arm.sets.ranker for _, arm in found if arm.sets.ranker]
    return Treatment(names, rankers[0].change if rankers else None)
