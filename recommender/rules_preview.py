"""What rules would have done to slates that were decided: pure, over the rows that the log kept.

Shows the slate without exploring, before and after. What the rules of that time took away is not known to the row, so
a preview adds rules to those that stood; it does not show what removing one would bring back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recommender.events import Decision
from recommender.item_table import ItemTable
from recommender.owner_rules import CompiledRules, OwnerRules
from recommender.settings import RecommenderSettings
from recommender.slate import default_order, order_of, pinned_places


@dataclass(frozen=True, slots=True)
class Preview:
    """One slate before and after.

    Args:
        decision_id: of the slate.
        before, after: what is shown without exploring, in order.
        removed: candidates that the rules take away.
        guards: which rules acted.
    """

    decision_id: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    removed: tuple[str, ...]
    guards: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the shopper would have seen something else."""
        return self.before != self.after


def preview(
    rules: OwnerRules, decisions: Iterable[Decision], table: ItemTable, settings: RecommenderSettings
) -> tuple[Preview, ...]:
    """Try rules on slates.

    Args:
        rules: that are thought of.
        decisions: with any context; traces are not needed.
        table: the catalogue.
        settings: how much burying takes.
    """
    compiled = CompiledRules(rules, table)
    return tuple(_preview(compiled, decision, table, settings) for decision in decisions)


def _preview(compiled: CompiledRules, decision: Decision, table: ItemTable, settings: RecommenderSettings) -> Preview:
    context, ids = decision.context, decision.candidate_ids
    scores = np.array(decision.candidate_scores, dtype=np.float64)
    ruled = compiled.judge(context, ids, table.rows(ids))
    old_pins = pinned_places(decision)
    before = default_order(np.arange(len(ids)), context.k, old_pins)
    kept = np.flatnonzero(ruled.keep)
    lowered = (scores - settings.buried_penalty * ruled.buried)[kept]
    places = {int(i): place for place, i in enumerate(kept)}
    # A newer pin takes the place of an older one.
    pins = {slot: places[i] for slot, i in old_pins.items() if i in places} | {
        slot: places[i] for slot, i, _ in ruled.pins
    }
    after = default_order(order_of(context, lowered), context.k, _once(pins)) if len(kept) else ()
    return Preview(
        decision.decision_id,
        tuple(ids[i] for i in before),
        tuple(ids[int(kept[i])] for i in after),
        tuple(item_id for _, gone in ruled.removed for item_id in gone),
        ruled.guards,
    )


def _once(pins: dict[int, int]) -> dict[int, int]:
    """Keep each item's last pin."""
    latest = {i: slot for slot, i in pins.items()}
    return {slot: i for i, slot in latest.items()}
