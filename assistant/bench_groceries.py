"""What `aisle bench groceries` does: rules from a file of baskets, what they cost, printed."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

from assistant.bench_file import bench_file
from assistant.terminal import say
from recommender.selling.groceries import CONFIDENCE, SUPPORT, Cost, Mined, mine, read_baskets
from recommender.selling.rules import Rule

_TOP = 10


def bench_groceries(file: Path, *, as_json: bool) -> None:
    """Mine, and write what was found.

    Args:
        file: baskets; see `read_baskets`.
        as_json: for programs.

    Raises:
        LogUnusable: it holds no baskets.
    """
    bench_file(file, read_baskets, mine, _json, _write, as_json=as_json)


def _json(mined: Mined) -> dict[str, Any]:
    return {
        "baskets": mined.baskets,
        "items": mined.items,
        "support": SUPPORT,
        "confidence": CONFIDENCE,
        "rules": len(mined.rules),
        "seconds": mined.seconds,
        "top": [_rule_json(rule) for rule in mined.rules[:_TOP]],
        "cost_by_baskets": [_cost_json(cost) for cost in mined.by_size],
        "cost_by_support": [_cost_json(cost) for cost in mined.by_support],
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "antecedent": list(rule.antecedent),
        "consequent": rule.consequent,
        "together": rule.together,
        "support": rule.support,
        "confidence": rule.confidence,
        "lift": rule.lift,
        "conviction": rule.conviction if isfinite(rule.conviction) else None,
    }


def _cost_json(cost: Cost) -> dict[str, Any]:
    return {"baskets": cost.baskets, "support": cost.support, "sets": cost.sets, "seconds": cost.seconds}


def _write(mined: Mined) -> None:
    say(
        f"{len(mined.rules)} rules from {mined.baskets:,} baskets of {mined.items} items in {mined.seconds:.3f} s of "
        f"processor time (support {SUPPORT}, confidence {CONFIDENCE}, two items or more)."
    )
    say(f"{'lift':>6}{'conf.':>7}{'conv.':>7}{'baskets':>9}")
    for rule in mined.rules[:_TOP]:
        told = f"{' + '.join(rule.antecedent)} -> {rule.consequent}"
        say(f"{rule.lift:6.2f}{rule.confidence:7.2f}{rule.conviction:7.2f}{rule.together:9}  {told}")
    for what, costs in (("baskets", mined.by_size), ("support", mined.by_support)):
        say(f"Cost by {what}:")
        for cost in costs:
            say(f"  {cost.baskets:7,} baskets  support {cost.support:<6} {cost.sets:6,} sets  {cost.seconds:.3f} s")
