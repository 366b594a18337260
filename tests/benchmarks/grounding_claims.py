"""What grounding lets through of planted wrong claims, and what it loses of true ones.

    python -m tests.benchmarks.grounding_claims
    python -m tests.benchmarks.grounding_claims --examples 3 --json

The 300 claims written by hand are kept out of tuning: `--by-hand` is for the one count at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping

from assistant.grounding import Facts, Lexicon, unsupported
from tests.benchmarks.grounding_planter import KINDS, LANGUAGES, Claim, Planter, World, written_by_hand

SEED = 20261126
N = 2000


def removed(claim: Claim, lexicons: Mapping[str, Lexicon]) -> str | None:
    """Feed a claim to the checker.

    Args:
        claim: with its evidence.
        lexicons: shop -> names and values of its catalogue.

    Returns:
        For which kind of claim it was removed; None where it was let through.
    """
    facts = Facts(claim.evidence, before=claim.before, language=claim.language)
    return unsupported(claim.sentence, facts, lexicons[claim.shop])


def count(claims: Iterable[Claim], lexicons: Mapping[str, Lexicon]) -> tuple[Counter[tuple[str, ...]], list[Claim]]:
    """Count the mistakes of the checker.

    Returns:
        (kind, language, shop, "all" or "mistaken") -> claims; and the claims with a mistake: wrong ones that were let
        through, true ones that were removed.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    mistaken: list[Claim] = []
    for claim in claims:
        of = (claim.kind, claim.language, claim.shop)
        counts[(*of, "all")] += 1
        if (removed(claim, lexicons) is None) is claim.wrong:
            counts[(*of, "mistaken")] += 1
            mistaken.append(claim)
    return counts, mistaken


def shares(counts: Counter[tuple[str, ...]], place: int | None = None) -> dict[str, tuple[int, int]]:
    """Add up: part -> (mistaken, all).

    Args:
        counts: from `count`.
        place: 0 by kind, 1 by language, 2 by shop; None for the whole.
    """
    added: dict[str, list[int]] = {}
    for key, n in counts.items():
        part = added.setdefault("all" if place is None else key[place], [0, 0])
        part[key[3] == "all"] += n
    return {part: (row[0], row[1]) for part, row in sorted(added.items())}


def main(arguments: list[str] | None = None) -> int:
    """Count and tell; the exit code is 0 whatever the counts are."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.grounding_claims", description=__doc__)
    parser.add_argument("-n", type=int, default=N, help="claims of each sort")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--examples", type=int, default=0, help="mistakes to show of each kind")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--by-hand", action="store_true", help="also the claims kept out of tuning: once, at the end")
    options = parser.parse_args(arguments)
    world = World.open()
    lexicons = {"demo": Lexicon.of(world.demo), "icecat": Lexicon.of(world.icecat)}
    planter = Planter(world, options.seed)
    sets = {
        "wrong let through": planter.plant(options.n, wrong=True),
        "true lost": planter.plant(options.n, wrong=False),
    }
    if options.by_hand:
        sets["by hand let through"] = written_by_hand(world)
    report: dict[str, object] = {"seed": options.seed, "icecat": bool(world.icecat)}
    for name, claims in sets.items():
        began = time.process_time()
        counts, mistaken = count(claims, lexicons)
        report[name] = {
            "all": shares(counts)["all"],
            "kinds": shares(counts, 0),
            "languages": shares(counts, 1),
            "shops": shares(counts, 2),
            "cells": {f"{kind} {lang}": _cell(counts, kind, lang) for kind in KINDS for lang in LANGUAGES},
            "cpu_s": round(time.process_time() - began, 1),
            "examples": [f"{c.kind} {c.language}: {c.before}| {c.sentence}" for c in _some(mistaken, options.examples)],
        }
    print(json.dumps(report, ensure_ascii=False) if options.json else _table(report))  # noqa: T201
    return 0


def _cell(counts: Counter[tuple[str, ...]], kind: str, language: str) -> tuple[int, int]:
    """(mistaken, all) of a kind in a language."""
    n_all = sum(n for key, n in counts.items() if key[:2] == (kind, language) and key[3] == "all")
    n_mistaken = sum(n for key, n in counts.items() if key[:2] == (kind, language) and key[3] == "mistaken")
    return n_mistaken, n_all


def _some(claims: list[Claim], n: int) -> list[Claim]:
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for claim in claims:
        seen[claim.kind, claim.language] += 1
        if seen[claim.kind, claim.language] <= n:
            found.append(claim)
    return found


def _table(report: Mapping[str, object]) -> str:
    lines = [f"seed {report['seed']}, Icecat {'with' if report['icecat'] else 'without'}"]
    for name, part in report.items():
        if not isinstance(part, dict):
            continue
        lines.append(f"\n{name}: {part['all'][0]} of {part['all'][1]} ({part['cpu_s']} s CPU)")
        lines.append(f"{'':16}" + "".join(f"{language:>12}" for language in LANGUAGES) + f"{'all':>12}")
        for kind in KINDS:
            cells = [part["cells"][f"{kind} {language}"] for language in LANGUAGES] + [part["kinds"].get(kind, (0, 0))]
            lines.append(f"{kind:16}" + "".join(f"{f'{bad} of {n}':>12}" for bad, n in cells))
        cells = [part["languages"].get(language, (0, 0)) for language in LANGUAGES]
        lines.append(f"{'all':16}" + "".join(f"{f'{bad} of {n}':>12}" for bad, n in cells))
        lines.append("shops: " + ", ".join(f"{shop} {bad} of {n}" for shop, (bad, n) in part["shops"].items()))
        lines += [f"  {example}" for example in part["examples"]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
