"""Runs dialogues on the embedded model, or on any endpoint, and says which pass.

    python -m tests.dialogues.run
    python -m tests.dialogues.run --only de- --keep FOLDER
    python -m tests.dialogues.run --llm http://127.0.0.1:8000/v1 --model NAME --json

The set "held_out" is run once, at the end (see README.md).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from assistant.logs import configure_logging
from tests.dialogues.play import Outcome, Player
from tests.dialogues.script import SETS, Dialogue, dialogues
from tests.dialogues.shops import ICECAT, Houses
from tests.dialogues.starts import present


def can_be_played(dialogue: Dialogue) -> bool:
    """Whether the data sets that it needs are beside the repository."""
    return (not dialogue.starts or present()) and (dialogue.shop == "demo" or ICECAT.is_file())


def play_all(chosen: Iterable[Dialogue], houses: Houses) -> Iterator[tuple[Dialogue, Outcome]]:
    """Play dialogues one after another.

    Args:
        chosen: dialogues that can be played.
        houses: their shops.

    Yields:
        Each with how it went.
    """
    with asyncio.Runner() as runner:
        for number, dialogue in enumerate(chosen):
            player = Player(dialogue, houses.of(dialogue), runner, f"{dialogue.id}-{number}")
            yield dialogue, player.play()
            houses.leave(dialogue)


def main(arguments: list[str] | None = None) -> int:
    """Run a set; the exit code is 0 where all passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.dialogues.run", description=__doc__)
    parser.add_argument("--set", choices=SETS, default=SETS[0])
    parser.add_argument("--only", nargs="+", default=[""], metavar="PREFIX", help="only ids that begin so")
    parser.add_argument("--llm", metavar="URL", help="an OpenAI-compatible endpoint in place of the embedded model")
    parser.add_argument("--model", default="aisle", metavar="NAME", help="its name at the endpoint")
    parser.add_argument("--api-key", default="none", metavar="KEY")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the shops there, so that the next run is quick"
    )
    parser.add_argument("--json", action="store_true", help="one object with every transcript")
    options = parser.parse_args(arguments)
    configure_logging("ERROR")
    chosen = [dialogue for dialogue in dialogues(options.set) if dialogue.id.startswith(tuple(options.only))]
    played = [dialogue for dialogue in chosen if can_be_played(dialogue)]
    with tempfile.TemporaryDirectory() as scratch:
        houses = Houses(options.keep or Path(scratch), options.llm, options.model, options.api_key)
        began, outcomes = time.process_time(), []
        try:
            for dialogue, outcome in play_all(played, houses):
                outcomes.append((dialogue, outcome))
                if not options.json:
                    _tell(outcome)
        finally:
            houses.close()
    report = _report(outcomes, len(chosen), time.process_time() - began)
    report["model"] = options.model if options.llm else "embedded"
    print(json.dumps(report, ensure_ascii=False) if options.json else _summary(report))  # noqa: T201
    return 0 if report["passed"] == len(chosen) else 1


def _tell(outcome: Outcome) -> None:
    print(f"{'pass' if outcome.passed else 'FAIL'} {outcome.id}", flush=True)  # noqa: T201
    if not outcome.passed:
        print(*(f"     {line}" for line in outcome.transcript), sep="\n")  # noqa: T201
        print(*(f"  !! turn {outcome.turn}: {problem}" for problem in outcome.problems), sep="\n")  # noqa: T201


def _report(outcomes: list[tuple[Dialogue, Outcome]], n_chosen: int, cpu_s: float) -> dict[str, object]:
    return {
        "dialogues": n_chosen,
        "played": len(outcomes),
        "passed": sum(outcome.passed for _, outcome in outcomes),
        "cpu_s": round(cpu_s, 1),
        "languages": _shares(outcomes, lambda dialogue: [dialogue.language]),
        "shops": _shares(outcomes, lambda dialogue: [dialogue.shop]),
        "kinds": _shares(outcomes, lambda dialogue: dialogue.kinds),
        "outcomes": [asdict(outcome) | {"passed": outcome.passed} for _, outcome in outcomes],
    }


def _shares(outcomes, parts) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Count as "passed of all", by part."""
    total = Counter(part for dialogue, _ in outcomes for part in parts(dialogue))
    passed = Counter(part for dialogue, outcome in outcomes if outcome.passed for part in parts(dialogue))
    return {part: f"{passed[part]} of {total[part]}" for part in sorted(total)}


def _summary(report: dict[str, object]) -> str:
    lines = [f"{report['passed']} of {report['played']} passed ({report['dialogues']} chosen), {report['cpu_s']} s CPU"]
    lines += [f"{name}: {report[name]}" for name in ("languages", "shops", "kinds")]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
