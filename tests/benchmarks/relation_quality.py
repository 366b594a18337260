"""How good the mined relations are: against the demo shop's own, and as a sample of a catalogue to be checked by hand.

python -m tests.benchmarks.relation_quality --seed 11
python -m tests.benchmarks.relation_quality --catalogue icecat --sample 60     # of AISLE_DATA
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from assistant.config import Settings
from assistant.demo.catalogue import make_catalogue
from assistant.demo.relations import make_relations
from assistant.demo.spec import load_spec
from assistant.places import catalogues_folder
from retrieval.engine import Retrieval
from retrieval.graph import mine_relations
from retrieval.relations import Evidence, Relation, RelationKind

Pairs = dict[frozenset[str], Relation]


@dataclass(frozen=True, slots=True)
class Quality:
    """Mined pairs of products against true ones, whichever of the two is the source.

    Args:
        mined, true: pairs.
        right: pairs that are both.
        right_in_kind: those of the right kind and direction too.
        recall: share of the true pairs of a kind that were mined, as whatever kind.
        cpu_seconds: of mining.
    """

    mined: int
    true: int
    right: int
    right_in_kind: int
    recall: dict[str, float]
    cpu_seconds: float

    @property
    def precision(self) -> float:
        return self.right / self.mined


def demo_quality(seed: int) -> Quality:
    """Mine the demo shop of a seed and compare with the relations that it is made with; variants are not among them."""
    made = make_catalogue(load_spec(), seed=seed)
    true = _pairs(make_relations(made))
    started = time.process_time()
    mined = _pairs(mine_relations([each.product for each in made], ()))
    spent = time.process_time() - started
    mined = {pair: relation for pair, relation in mined.items() if relation.kind is not RelationKind.VARIANT_OF}
    right = mined.keys() & true.keys()
    same = [p for p in right if (mined[p].kind, mined[p].source_id) == (true[p].kind, true[p].source_id)]
    of_kind: defaultdict[str, list[bool]] = defaultdict(list)
    for pair, relation in true.items():
        of_kind[relation.kind.value].append(pair in mined)
    recall = {kind: round(sum(found) / len(found), 3) for kind, found in of_kind.items()}
    return Quality(len(mined), len(true), len(right), len(same), recall, round(spent, 2))


def _pairs(relations: Iterable[Relation]) -> Pairs:
    found: Pairs = {}
    for relation in relations:
        found.setdefault(frozenset((relation.source_id, relation.target_id)), relation)
    return found


def sample(name: str, size: int, seed: int) -> None:
    """Print some of the relations of an imported catalogue, of each kind, with their evidence."""
    retrieval = Retrieval.open(catalogues_folder(Settings()), name)
    products = retrieval.catalogue.products
    mined = list(mine_relations(retrieval.catalogue.rows, retrieval.vocabulary().modifiers))
    rng = random.Random(seed)
    for kind in RelationKind:
        own = [relation for relation in mined if relation.kind is kind]
        print(f"{kind}: {len(own)}", file=sys.stderr)  # noqa: T201
        for relation in rng.sample(own, min(size, len(own))):
            told = [
                f"{piece.source_attribute} {piece.source_value!r}, {piece.target_attribute} {piece.target_value!r}"
                for piece in relation.evidence
                if isinstance(piece, Evidence)
            ]
            titles = [products[id_].title for id_ in (relation.source_id, relation.target_id)]
            print(kind, *titles, "; ".join(told), sep=" | ")  # noqa: T201


def main() -> None:
    """Print figures as JSON, or a sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--catalogue")
    parser.add_argument("--sample", type=int, default=60)
    given = parser.parse_args()
    if given.catalogue:
        sample(given.catalogue, given.sample, given.seed)
        return
    quality = demo_quality(given.seed)
    print(json.dumps({**asdict(quality), "precision": round(quality.precision, 3)}))  # noqa: T201


if __name__ == "__main__":
    main()
