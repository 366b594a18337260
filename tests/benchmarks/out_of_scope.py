"""What is no shop's business is refused, and what is stays: both counted together, through the embedded planner.

    python -m tests.benchmarks.out_of_scope                       # what is reported: clinc150's `val`, all wishes
    python -m tests.benchmarks.out_of_scope --part development    # what may be looked at: `train`, every other wish
    python -m tests.benchmarks.out_of_scope --json

Each sentence is a first message in the demo shop. Refused means: no step at all, and the words of a refusal; an answer
from the policies, or a look at orders, counts as a miss. Taken as shopping means: a search is among the steps.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.bootstrap import texts_folder
from assistant.config import Settings
from assistant.demo.catalogue import make_catalogue
from assistant.demo.spec import load_spec
from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.plan import Plan
from assistant.llm.embedded.planner import Planner
from assistant.llm.state import TurnState
from assistant.opening_talk import finds_in, table_talk
from assistant.prompts import load_prompts
from assistant.support.policies import Policies
from assistant.titles import TitleIndex
from retrieval.encoder import Encoder, load_encoder
from retrieval.engine import Retrieval
from retrieval.loader import import_products
from retrieval.query import QueryReader

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
CLINC = DATASETS / "clinc150"
WEBSHOP = DATASETS / "webshop_instructions" / "human_goals.json.gz"
_OTHER_DOMAINS = ("small_talk", "meta")
_OURS = frozenset(
    {
        *("order", "order_status", "shopping_list", "shopping_list_update", "order_checks", "redeem_rewards"),
        *("damaged_card", "card_declined", "measurement_conversion"),
    }
)
"""Intents that a shop may rightly answer; they are not counted."""
Part = Literal["development", "report"]
PARTS: tuple[Part, ...] = ("development", "report")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Args:
        name: what was counted.
        right, total: how many are right of how many.
        goal: least share that is right, 0 to 1.
        instead: what was done in place of the right thing: tools, or words -> how often.
        misses: the sentences, with what was done.
    """

    name: str
    right: int
    total: int
    goal: float
    instead: dict[str, int]
    misses: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share that is right, 0 to 1."""
        return self.right / max(1, self.total)


class Remembering:
    """An encoder that encodes the sentences to be measured at once and gives their vectors again.

    Args:
        encoder: does the work.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: dict[str, NDArray[np.float32]] = {}
        self.name, self.dim = encoder.name, encoder.dim

    def remember(self, texts: Sequence[str]) -> None:
        """Encode texts that will be asked for one by one."""
        self._kept.update(zip(texts, self._encoder.encode(texts), strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts; see Encoder.encode."""
        if all(text in self._kept for text in texts):
            return np.array([self._kept[text] for text in texts], np.float32).reshape(len(texts), self.dim)
        return self._encoder.encode(texts)

    def knows(self, text: str) -> bool:
        """See Encoder.knows."""
        return self._encoder.knows(text)


def demo_planner(folder: Path, encoder: Encoder) -> Planner:
    """Build the embedded planner on the demo shop's catalogue and policies, reading by meaning.

    Args:
        folder: an empty folder.
        encoder: for the intents, the policies and the search.
    """
    products = [made.product for made in make_catalogue(load_spec(), seed=7)]
    import_products(products, root=folder, name="demo", encoder=encoder, currency="USD")
    retrieval, settings, prompts = Retrieval.open(folder, "demo"), Settings(data=folder), load_prompts()
    retrieval.warm(encoder)
    intents = IntentReader(prompts.intents())
    intents.warm(encoder)
    policies = Policies(texts_folder(settings, "policies"), encoder.encode, guides=texts_folder(settings, "guides"))
    reader, titles = QueryReader(retrieval.vocabulary(), "USD"), TitleIndex(products)
    talk = table_talk(intents, reader, retrieval, policies, prompts, titles)
    return Planner(intents, reader, "USD", finds_in(retrieval), titles, talk)


def foreign_sentences(part: Part) -> list[str]:
    """Return sentences of clinc150 that no shop can answer, each once."""
    rows = json.loads(gzip.decompress((CLINC / "train_val.json.gz").read_bytes()))
    domains = json.loads((CLINC / "domains.json").read_text("utf-8"))
    left_out = _OURS.union(*(domains[name] for name in _OTHER_DOMAINS))
    within, without = ("train", "oos_train") if part == "development" else ("val", "oos_val")
    return [text for text, intent in (*rows[within], *rows[without]) if intent not in left_out]


def wishes(part: Part) -> list[str]:
    """Return wishes of webshop_instructions."""
    texts: list[str] = json.loads(gzip.decompress(WEBSHOP.read_bytes()))
    return texts[::2] if part == "development" else texts


def is_refused(plan: Plan) -> bool:
    """Whether nothing is looked up, and the words are those of a refusal."""
    return not plan.steps and "out_of_scope" in plan.talk


def is_shopping(plan: Plan) -> bool:
    """Whether something is searched."""
    return any(step.tool == "search_products" for step in plan.steps)


def measure(planner: Planner, encoder: Remembering, part: Part, each: int = 1) -> list[Figure]:
    """Count both figures.

    Args:
        planner, encoder: of the shop.
        part: which sentences.
        each: 1 for all of them, 10 for every tenth.
    """
    figures = []
    for name, texts, goal, right in (
        ("refused: clinc150", foreign_sentences(part)[::each], 0.95, is_refused),
        ("taken as shopping: webshop_instructions", wishes(part)[::each], 0.98, is_shopping),
    ):
        encoder.remember(texts)
        figures.append(_figure(f"{name}, {part}", planner, texts, goal, right))
    return figures


def _figure(name: str, planner: Planner, texts: Sequence[str], goal: float, right: Callable[[Plan], bool]) -> Figure:
    plans = [(text, planner.plan(TurnState(text))) for text in texts]
    wrong = [(text, _done(plan)) for text, plan in plans if not right(plan)]
    instead = Counter(done for _, done in wrong)
    misses = tuple(f"{done}: {text}" for text, done in wrong)
    return Figure(name, len(texts) - len(wrong), len(texts), goal, dict(instead.most_common()), misses)


def _done(plan: Plan) -> str:
    return " + ".join(dict.fromkeys(step.tool for step in plan.steps)) or " + ".join(plan.talk)


def main() -> None:
    """Print the table; the misses too where they may be looked at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, default="report")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    encoder = Remembering(load_encoder())
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(demo_planner(Path(folder), encoder), encoder, chosen.part)
    if chosen.json:
        rows = [{**asdict(figure), "share": figure.share, "misses": len(figure.misses)} for figure in figures]
        print(json.dumps(rows, indent=2))  # noqa: T201
        return
    print("| figure | right | of | share | goal | instead |\n|---|---|---|---|---|---|")  # noqa: T201
    for figure in figures:
        instead = ", ".join(f"{name} {count}" for name, count in figure.instead.items())
        print(  # noqa: T201
            f"| {figure.name} | {figure.right} | {figure.total} | {figure.share:.2%} | {figure.goal:.0%} | {instead} |"
        )
        for miss in figure.misses if chosen.part == "development" else ():
            print(f"missed, {miss}")  # noqa: T201


if __name__ == "__main__":
    main()
