"""The knowledge graph of one catalogue: which products fit, belong to, follow, vary or are bought with which.

Mined once, at import, and joined with the relations that the shop itself states; those win over what is mined of the
same two products. Read when it is first asked for. Every answer holds the evidence that made it.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.mining.families import successor_relations, variant_relations
from retrieval.mining.kinds import kinds_of
from retrieval.mining.names import before_cue
from retrieval.mining.shared import shared_relations
from retrieval.mining.stated import stated_relations
from retrieval.product import Product
from retrieval.relations import (
    Bought,
    Relation,
    RelationKind,
    read_relations,
    relation_from_json,
    relation_to_json,
)
from retrieval.storage import STATED_RELATIONS
from retrieval.words import word_key, words

BOTH_WAYS = frozenset([RelationKind.FITS_WITH, RelationKind.VARIANT_OF, RelationKind.BOUGHT_WITH])
"""Kinds that hold from the target's side just as well."""
_BELONGS = frozenset([RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF])


@dataclass(frozen=True, slots=True)
class Related:
    """A product that stands in a relation to the one asked about.

    Args:
        product_id: the other product.
        relation: what holds, with its evidence.
        is_source: whether the other product is the relation's source: in "accessory of", the accessory; in "replaces",
            the newer one.
    """

    product_id: str
    relation: Relation
    is_source: bool


class Graph:
    """Relations by product; read-only once built.

    Args:
        relations: of one catalogue; the first of two that say the same counts.
    """

    def __init__(self, relations: Iterable[Relation]) -> None:
        self._of: defaultdict[str, list[Related]] = defaultdict(list)
        for relation in relations:
            self._of[relation.source_id].append(Related(relation.target_id, relation, False))
            self._of[relation.target_id].append(Related(relation.source_id, relation, True))

    def related(
        self, product_id: str, kinds: Collection[RelationKind] | None = None, k: int = 20
    ) -> tuple[Related, ...]:
        """Return what is related to a product, in the order of the kinds and then of the file.

        Args:
            product_id: the product asked about; an unknown one has no relations.
            kinds: wanted ones; None wants all.
            k: the most of each kind and direction, 1 or more.
        """
        found: defaultdict[tuple[RelationKind, bool], list[Related]] = defaultdict(list)
        for related in self._of.get(product_id, ()):
            kind = related.relation.kind
            group = found[kind, related.is_source and kind not in BOTH_WAYS]
            if (kinds is None or kind in kinds) and len(group) < k:
                group.append(related)
        order = {kind: place for place, kind in enumerate(RelationKind)}
        groups = sorted(found.items(), key=lambda group: (order[group[0][0]], not group[0][1]))
        return tuple(related for _, group in groups for related in group)


def mine_relations(products: Sequence[Product], modifiers: Collection[str]) -> Iterator[Relation]:
    """Find the relations of a catalogue in what its products state.

    Args:
        products: the catalogue.
        modifiers: word keys of stated values; see Vocabulary.modifiers.
    """
    named = [[word_key(word) for word in words(before_cue(product.title))] for product in products]
    kinds = kinds_of(products, named, modifiers)
    yield from stated_relations(products, kinds)
    yield from shared_relations(products)
    yield from successor_relations(products, kinds)
    yield from variant_relations(products, kinds)


def join_relations(*sources: Iterable[Relation]) -> Iterator[Relation]:
    """Join relations; of two that say the same of two products, that of the earlier source is kept."""
    seen: set[tuple[object, frozenset[str]]] = set()
    for relations in sources:
        for relation in relations:
            what = "belongs" if relation.kind in _BELONGS else relation.kind
            key = (what, frozenset((relation.source_id, relation.target_id)))
            if key not in seen:
                seen.add(key)
                yield relation


def write_relations(path: Path, relations: Iterable[Relation]) -> int:
    """Write relations as packed JSON lines; the same relations give the same bytes.

    Returns:
        How many there are.
    """
    count = 0
    with path.open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        for relation in relations:
            packed.write(f"{relation_to_json(relation)}\n".encode())
            count += 1
    return count


def load_relations(path: Path) -> Iterator[Relation]:
    """Read what `write_relations` wrote, of a file whose checksum was checked."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(relation_from_json, file)


def keep_counted(relations: Iterable[Relation], folder: Path) -> None:
    """Put relations that were counted in baskets beside a catalogue, in place of those that were; what the shop states
    otherwise stays.

    Args:
        relations: with `Bought` as their evidence.
        folder: of the catalogue.

    Raises:
        ImportFailed: the file of the shop's own relations cannot be read; nothing was changed.
    """
    path = folder / STATED_RELATIONS
    stated = read_relations(path) if path.exists() else ()
    own = [relation for relation in stated if not any(isinstance(one, Bought) for one in relation.evidence)]
    keep_stated([*own, *relations], folder)


def keep_stated(relations: Iterable[Relation], folder: Path) -> None:
    """Put the shop's own relations beside its catalogue, in place of those that were there.

    Args:
        relations: as the shop states them; those of products that the catalogue does not hold are passed over later.
        folder: of the catalogue.
    """
    new = folder / f"{STATED_RELATIONS}.new"
    new.write_text("".join(f"{relation_to_json(relation)}\n" for relation in relations), encoding="utf-8")
    new.replace(folder / STATED_RELATIONS)
