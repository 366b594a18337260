"""What turns took, in words for the staff. Pure: no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.telemetry import Spread, TurnCosts
from assistant.turn import TurnCost

_REASONS = {
    "late": "was late",
    "unreachable": "could not be reached",
    "cut": "broke off",
    "broken": "sent something unreadable",
    "bad_call": "called a tool wrongly",
    "too_many_calls": "called too many tools",
    "empty": "said nothing",
    "budget": "had used its tokens",
    "resting": "is left alone for a while",
}
_REPAIRS = {"stood": "with success", "in_vain": "in vain", "stopped": "until the turn was stopped"}
_STATES = {"closed": "is asked", "half_open": "is being tried again", "open": "is left alone, it failed too often"}
_STAGES = {
    "guards": "Checks of the message",
    "model": "Model",
    "tools": "Tools",
    "search": "of these: search",
    "rank": "of these: ranking",
    "ground": "Checks of the reply",
    "store": "Keeping",
}


@dataclass(frozen=True, slots=True)
class CostsView:
    """The owner's table: `pairs` of a name and a value, `rows` of a name, the middle and the slow end."""

    turns: int
    pairs: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...]


def cost_words(cost: TurnCost | None) -> str:
    """Say in one line who answered and what it took; "" where it was not measured."""
    if cost is None or not cost.model:
        return ""
    who = "the embedded model" if cost.model == "embedded" else cost.model
    parts = [f"By {who}" + (f": the endpoint {reason_words(cost.fell_back)}" if cost.fell_back else "")]
    parts.append(f"{cost.seconds:.2f} s")
    if cost.first_token_s is not None:
        parts.append(f"first token {cost.first_token_s:.2f} s")
    parts.append(f"{_counted(cost.model_calls, 'model call')}, {_counted(cost.tool_calls, 'tool')}")
    if cost.repair:
        parts.append(f"asked again {repair_words(cost.repair)}")
    if cost.tokens_in or cost.tokens_out:
        parts.append(f"{cost.tokens_in:,} + {cost.tokens_out:,} tokens")
    return " · ".join(parts)


def reason_words(reason: str) -> str:
    """Why an endpoint did not answer, e.g. "was late"."""
    if reason.startswith("status_"):
        return f"answered with status {reason.removeprefix('status_')}"
    return _REASONS.get(reason, "failed")


def repair_words(outcome: str) -> str:
    """What came of asking an endpoint again for what nothing holds, e.g. "in vain"."""
    return _REPAIRS.get(outcome) or f"but it {reason_words(outcome)}"


def costs_view(costs: TurnCosts) -> CostsView:
    """Write what the latest turns took."""
    pairs = [("Answered by", _listed(costs.models))]
    if costs.endpoint:
        pairs.append(("The endpoint", _STATES.get(costs.endpoint, costs.endpoint)))
    if costs.fallbacks:
        pairs.append(("Not by the endpoint because it", _listed([(reason_words(r), n) for r, n in costs.fallbacks])))
    if costs.repairs:
        pairs.append(("Asked again for what nothing holds", _listed([(repair_words(o), n) for o, n in costs.repairs])))
    pairs.append(("Calls a turn", f"{costs.model_calls:.1f} of the model, {costs.tool_calls:.1f} of tools"))
    if costs.tokens_in or costs.tokens_out:
        cached = f" (of these {costs.tokens_cached:,.0f} from its cache)" if costs.tokens_cached else ""
        pairs.append(("Tokens a turn", f"{costs.tokens_in:,.0f} in{cached}, {costs.tokens_out:,.0f} out"))
    whole = [
        ("Whole turn", costs.seconds),
        ("First card or word", costs.first_shown),
        ("First token of the endpoint", costs.first_token),
    ]
    by_name = dict(costs.stages)
    stages = [(words, by_name.get(name)) for name, words in _STAGES.items()]
    rows = [(name, *_ms(spread)) for name, spread in (*whole, *stages) if spread is not None]
    return CostsView(costs.turns, tuple(pairs), tuple(rows))


def _ms(spread: Spread) -> tuple[str, str]:
    return f"{1000 * spread.p50:,.0f} ms", f"{1000 * spread.p95:,.0f} ms"


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in counts)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
