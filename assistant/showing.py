"""What of a turn's slates the shopper saw in the end, told to the recommender: that is what counts.

The model, grounding and the rules are part of the policy: a slate that was decided but never drawn, or drawn in part,
must not teach anything about what nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from assistant.errors import StoreError
from assistant.tools.context import ShopperContext
from assistant.turn import EvidenceFound, SlateFact, TurnEvent

log = structlog.get_logger()


def tell_shown(context: ShopperContext, drawn: Iterable[TurnEvent]) -> None:
    """Record what was shown where it differs from what was chosen; a second call tells nothing new.

    Args:
        context: of the turn; its ledger knows what was decided.
        drawn: what the turn has shown.
    """
    seen: dict[str, dict[str, None]] = {}
    for event in drawn:
        for fact in event.fact.items if isinstance(event, EvidenceFound) and isinstance(event.fact, SlateFact) else ():
            if fact.decision_id is not None:
                seen.setdefault(fact.decision_id, {})[fact.product.id] = None
    with context.ledger.lock:
        decided, context.ledger.decided = context.ledger.decided, []
    for decision in decided:
        try:
            context.shop.recommender.shown(decision, tuple(seen.get(decision.decision_id, ())))
        except StoreError as problem:
            # The answer is out already; what is not corrected counts as shown.
            log.error("shown.not_kept", decision=decision.decision_id, reason=str(problem))
