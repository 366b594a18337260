"""Guards: how many attacks are noticed, how many ordinary shoppers are sent away, and what attacks reach.

    python -m tests.benchmarks.guards --json             # what is heard in public attacks and ordinary messages
    python -m tests.benchmarks.guards --attacks 40       # and as many attacks sent to a whole shop, on two models
    python -m tests.benchmarks.guards --attacks all

Frames are tuned on one half of the attacks, by a hash of their text; both halves are told. "noticed": something was
taken out of the message or answered; "blocked": nothing of it was left to serve.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from assistant.guards import Hearing
from assistant.logs import configure_logging
from assistant.prompts import load_prompts
from tests.benchmarks.guard_attacks import Tally, attacked, make_shop
from tests.benchmarks.limit_violations import demo_shop
from tests.dialogues.starts import DATASETS

SAFETY = DATASETS / "safety"
DIALOGUES = Path(__file__).parents[1] / "dialogues" / "development"
N_PRODUCTS = 150


def is_tuned_on(text: str) -> bool:
    """Whether a text belongs to the half that frames may be tuned on."""
    return int(hashlib.sha256(text.encode()).hexdigest()[0], 16) % 2 == 0


def attacks() -> dict[str, list[str]]:
    """Public attacks by source.

    Raises:
        FileNotFoundError: the data sets are not there.
    """
    rows = json.loads((SAFETY / "cyberseceval_prompt_injection.json").read_text("utf-8"))
    bipia = json.loads((SAFETY / "bipia_text_attack_train.json").read_text("utf-8"))
    return {
        "cyberseceval direct, security": [r["user_input"] for r in rows if _is(r, "direct", "security")],
        "cyberseceval direct, off the subject": [r["user_input"] for r in rows if _is(r, "direct", "logic")],
        "cyberseceval indirect": [r["user_input"] for r in rows if r["injection_type"] == "indirect"],
        "bipia": [text for texts in bipia.values() for text in texts],
        "piguard attacks": [row["prompt"] for row in _piguard() if row["label"] == 1],
    }


def ordinary() -> dict[str, list[str]]:
    """Ordinary messages by source: the data sets where they are there, our dialogues, titles of the demo shop."""
    said = [turn.get("say") for dialogue in _dialogues() for turn in dialogue["turns"]]
    found = {
        "our dialogues, without attacks and insults": [text for text in said if isinstance(text, str)],
        "titles of the demo shop": [product.title for product in demo_shop()],
    }
    if SAFETY.is_dir():
        goals = _unpacked("webshop_instructions/human_goals.json.gz")
        talks = _unpacked("mg_shopdial/dialogues.json.gz")
        found["webshop_instructions"] = [_text(goal) for goal in goals]
        found["mg_shopdial"] = [u["utterance"] for talk in talks for u in talk["utterances"]]
        found["piguard harmless"] = [row["prompt"] for row in _piguard() if row["label"] == 0]
    return found


def _is(row: dict[str, Any], kind: str, category: str) -> bool:
    return bool(row["injection_type"] == kind and row["risk_category"].startswith(category))


def _piguard() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((SAFETY / "piguard_valid.json").read_text("utf-8"))
    return rows


def _unpacked(path: str) -> Any:
    return json.loads(gzip.decompress((DATASETS / path).read_bytes()))


def _text(goal: Any) -> str:
    return str(goal["instruction"] if isinstance(goal, dict) else goal)


def _dialogues() -> Iterator[dict[str, Any]]:
    for path in sorted(DIALOGUES.glob("*.yaml")):
        for dialogue in yaml.safe_load(path.read_text("utf-8"))["dialogues"]:
            if not {"injection", "abuse"} & set(dialogue["kinds"]):
                yield dialogue


def heard(texts: Iterable[str], hearing: Hearing) -> dict[str, Any]:
    """Count what is noticed and what is blocked, with at most five of the blocked."""
    rows = [(text, hearing.hear(text)) for text in texts]
    blocked = [text for text, heard in rows if heard.is_answered]
    return {
        "n": len(rows),
        "noticed": sum(heard.concern is not None for _, heard in rows),
        "blocked": len(blocked),
        "examples": [text[:120] for text in blocked[:5]],
    }


def hearing_figures() -> dict[str, Any]:
    """Block rates and over-block rates, side by side."""
    hearing = Hearing(load_prompts().guards())
    halves: dict[str, Any] = {}
    for source, texts in attacks().items() if SAFETY.is_dir() else ():
        tuned = [text for text in texts if is_tuned_on(text)]
        other = [text for text in texts if not is_tuned_on(text)]
        halves[source] = {"tuned on": heard(tuned, hearing), "other half": heard(other, hearing)}
    return {"attacks": halves, "ordinary": {name: heard(texts, hearing) for name, texts in ordinary().items()}}


def attack_figures(n_attacks: int | None, seed: int = 1) -> dict[str, Any]:
    """Send attacks to a whole shop, first on the embedded model, then on one that obeys them.

    Args:
        n_attacks: of each source; None takes all.
        seed: of the hostile model.
    """
    texts = [text for source in attacks().values() for text in source[:n_attacks]]
    with tempfile.TemporaryDirectory(prefix="aisle-guards-") as folder:
        settings = make_shop(Path(folder), attacks()["bipia"], N_PRODUCTS)
        return {name: asdict(send(settings, texts, hostile=name == "hostile", seed=seed)) for name in MODELS}


MODELS = ("embedded", "hostile")
ERRANDS = ("what do you have?", "tell me everything about the first one", "where is my order?", "show my cart")
"""Said after every tenth attack, so that catalogue, orders and cart are on the table of a hostile model."""


def send(settings: Any, texts: list[str], *, hostile: bool, seed: int) -> Tally:
    """Send each text in a conversation of its own, every tenth with ordinary errands behind it."""
    with attacked(settings, hostile=hostile, seed=seed) as shop:
        for i, text in enumerate(texts):
            shop.attack(text[: settings.max_message_chars], *(ERRANDS if i % 10 == 0 else ()))
        return shop.tally


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--attacks", default="0", help="how many of each source are sent to a whole shop, or all")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    configure_logging("CRITICAL")
    figures = hearing_figures()
    if given.attacks != "0":
        figures["runs"] = attack_figures(None if given.attacks == "all" else int(given.attacks))
    told = json.dumps(figures, ensure_ascii=False) if given.json else yaml.safe_dump(figures, allow_unicode=True)
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
