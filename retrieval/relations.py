"""How products stand to each other: what fits with what, is an accessory, a variant or a successor, is bought together.

A relation is stated with the evidence that made it, so that whoever shows it can say why. Knows neither how relations
are found nor who asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from retrieval.errors import ImportFailed
from retrieval.product_json import MAX_ID, MAX_SHORT

Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=MAX_SHORT)]


class RelationKind(StrEnum):
    """What the source is to the target; a variant and what is bought with it are so both ways."""

    FITS_WITH = "fits_with"
    ACCESSORY_OF = "accessory_of"
    REPLACES = "replaces"
    VARIANT_OF = "variant_of"
    BOUGHT_WITH = "bought_with"


class Evidence(BaseModel):
    """One thing that both products state, or the one of the other, and that makes the relation true.

    Args:
        source_attribute, source_value: what the source states, e.g. "filter_diameter", "67 mm"; or "title",
            "Acme X200" of a title "Lamp for Acme X200".
        target_attribute, target_value: what the target states; "name" for the words by which it is called.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_attribute: Short
    source_value: Short
    target_attribute: Short
    target_value: Short


class Bought(BaseModel):
    """How often both products were bought together.

    Args:
        together: baskets that hold both.
        source_baskets, target_baskets: baskets that hold the source, and the target.
        baskets: all baskets that were counted.
        lift: how many times as often as by chance.
        chance: probability of so many by chance alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    together: Annotated[int, Field(ge=1)]
    source_baskets: Annotated[int, Field(ge=1)]
    target_baskets: Annotated[int, Field(ge=1)]
    baskets: Annotated[int, Field(ge=1)]
    lift: Annotated[float, Field(gt=0)]
    chance: Annotated[float, Field(ge=0, le=1)]


class Relation(BaseModel):
    """One product to another, e.g. a lens filter that is an accessory of a lens.

    Args:
        kind: what the source is to the target.
        source_id, target_id: product ids.
        evidence: one piece or more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: RelationKind
    source_id: Id
    target_id: Id
    evidence: Annotated[tuple[Evidence | Bought, ...], Field(min_length=1, max_length=20)]


def relation_to_json(relation: Relation) -> str:
    """Write a relation as one line of JSON, without its line end."""
    return json.dumps(relation.model_dump(mode="json"), ensure_ascii=False)


def relation_from_json(line: str) -> Relation:
    """Read what `relation_to_json` wrote.

    Raises:
        ValidationError: it is no relation.
    """
    return Relation.model_validate_json(line)


def read_relations(path: Path, known_ids: Iterable[str] | None = None) -> tuple[Relation, ...]:
    """Read relations from JSON lines.

    Args:
        path: of a file as `relation_to_json` writes its lines; empty lines are passed over.
        known_ids: ids of the catalogue; a relation to or from any other product is left out. None keeps all.

    Raises:
        ImportFailed: the file cannot be read, or a line of it is no relation; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise ImportFailed(f"{path.name} cannot be read: check that it is there and is UTF-8 text.") from problem
    known = None if known_ids is None else frozenset(known_ids)
    relations = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            relation = relation_from_json(line)
        except ValidationError as problem:
            raise ImportFailed(f"Line {number} of {path.name} is no relation: correct it or leave it out.") from problem
        if known is None or {relation.source_id, relation.target_id} <= known:
            relations.append(relation)
    return tuple(relations)
