"""Who explores: which policy draws a slate, on which stream, and what forbids to try anything out.

Decided before anything is drawn and from the past alone, so the probabilities that are logged stay exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from recommender.decay import Recent
from recommender.events import DecisionContext, SlateItem, Stream
from recommender.owner_rules import NO_RULES, OwnerRules
from recommender.policies import make_policy
from recommender.policies.base import Policy
from recommender.reasons import Code
from recommender.settings import DAY_S, RecommenderSettings

_HOLDOUT_SALT: Final = "aisle-holdout/1"


@dataclass(frozen=True, slots=True)
class Controls:
    """What people may change while the shop is open; asked for with every decision.

    Args:
        rules: of the owner.
        learned: False is the kill switch: the settings' weights decide, without the click model, the learned stack or
            the bandit, and nothing is tried out.
    """

    rules: OwnerRules = field(default=NO_RULES)
    learned: bool = True


ControlSource = Callable[[], Controls]


@dataclass(frozen=True, slots=True)
class Exploring:
    """How a slate is drawn.

    Args:
        policy: gives the probabilities.
        stream: which part of the traffic it belongs to.
        guards: what forbids exploring, e.g. ("no_explore:checkout",).
    """

    policy: Policy
    stream: Stream
    guards: tuple[str, ...]


class ExploredSlots:
    """When somebody (`BehaviourState.unit`) was last shown something above its place.

    Args:
        settings: how many may be shown to one in a day.
    """

    def __init__(self, settings: RecommenderSettings) -> None:
        self._most = settings.explored_per_day
        self._times: Recent[str, deque[float]] = Recent(settings.max_shoppers, lambda: deque(maxlen=self._most or 1))

    def full(self, unit: str, now: float) -> bool:
        """Tell whether somebody has had the day's share."""
        times = self._times.find(unit)
        if times is None or len(times) < self._most:
            return self._most == 0
        return now - times[0] < DAY_S

    def note(self, unit: str, now: float, items: Sequence[SlateItem]) -> None:
        """Count slots that showed an item above its place.

        Args:
            unit: to whom.
            now: epoch seconds.
            items: the slate.
        """
        tried = sum(any(reason.code == Code.TRYING_NEW for reason in item.reasons) for item in items)
        if tried:
            self._times.touch(unit).extend([now] * tried)


def how_to_draw(
    context: DecisionContext, settings: RecommenderSettings, controls: Controls, *, restricted: bool, capped: bool
) -> Exploring:
    """Decide how a slate is drawn.

    Args:
        context: for whom and where.
        settings: numbers.
        controls: the kill switch.
        restricted: whether an item with an age limit is among the candidates.
        capped: whether the shopper has had the day's share of trials.
    """
    forbidden = _forbidden(context, settings, controls, restricted=restricted, capped=capped)
    if forbidden:
        return Exploring(make_policy("greedy"), "live", (f"no_explore:{forbidden}",))
    if in_holdout(context.session_key, settings.holdout_share):
        return Exploring(evenly(settings), "uniform", ())
    return Exploring(make_policy(settings.policy, settings.policy_params), "live", ())


def in_holdout(session_key: str, share: float) -> bool:
    """Tell whether a session belongs to the hold-out: always the same answer for one session."""
    digest = blake2b(f"{_HOLDOUT_SALT}|{session_key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2.0**64


def evenly(settings: RecommenderSettings) -> Policy:
    """Return the hold-out's policy: inverse gaps without a gap's weight draw evenly from the short list."""
    width, reach = float(settings.holdout_width), settings.holdout_reach
    return make_policy("inverse_gap", {"gamma": 0.0, "share": 1.0, "width": width, "reach": reach})


def _forbidden(
    context: DecisionContext, settings: RecommenderSettings, controls: Controls, *, restricted: bool, capped: bool
) -> str:
    if context.keep_order:
        return "order_asked_for"
    if not context.explore:
        return "asked_not_to"
    if not controls.learned:
        return "switched_off"
    if not settings.explore:
        return "setting"
    if context.intent in settings.quiet_intents:
        return f"intent_{context.intent}"
    if context.surface in settings.quiet_surfaces:
        return f"surface_{context.surface}"
    if restricted:
        return "restricted"
    return "cap" if capped else ""
