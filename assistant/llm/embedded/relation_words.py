"""What stands to a product in a relation, in words, with what makes it so."""

from __future__ import annotations

from assistant.evidence import SlateFact
from assistant.llm.embedded.wording import Wording, plain
from retrieval.filters import fold
from retrieval.product import attribute_label
from retrieval.relations import Bought, Evidence, Relation, RelationKind

_RELATED = {
    RelationKind.ACCESSORY_OF: ("related_accessory_of", "related_accessory_of_many"),
    RelationKind.FITS_WITH: ("related_fits_with", "related_fits_with_many"),
    RelationKind.REPLACES: ("related_replaces", "related_replaces_many"),
    RelationKind.VARIANT_OF: ("related_variant_of", "related_variant_of_many"),
    RelationKind.BOUGHT_WITH: ("related_bought_with", "related_bought_with_many"),
}
"""How one is told, and several."""
_FLAG = frozenset(["yes", "no", "true", "false"])


class RelationWords:
    """Writes sentences about relations.

    Args:
        wording: the templates.
    """

    def __init__(self, wording: Wording) -> None:
        self._say = wording

    def tell(self, slate: SlateFact) -> str:
        """Say what was found, by its first; of several, how many there are."""
        first = slate.items[0]
        relation = slate.relations[first.product.id]
        told = {"title": plain(first.product.title), "evidence": self.evidence(relation)}
        if slate.surface == "fits":
            return self._say("fits_yes", **told)
        told["price"] = self._say.money(first.variant.price)
        one, many = _RELATED[relation.kind]
        if len(slate.items) == 1:
            return self._say(one, **told)
        return self._say(many, count=f"{len(slate.items):,}", **told)

    def evidence(self, relation: Relation) -> str:
        """What makes a relation so, in the words of what both products state."""
        piece = relation.evidence[-1]
        if isinstance(piece, Bought):
            return self._say("evidence_bought", count=f"{piece.together:,}")
        if piece.target_attribute == "name":
            return self._say("evidence_said", value=plain(piece.source_value))
        flag = _flag(piece)
        if flag:
            return self._say("evidence_said", value=plain(flag))
        label = self._say.label(attribute_label(piece.source_attribute).lower())
        if piece.source_value == piece.target_value:
            return self._say("evidence_same", label=label, value=plain(piece.source_value))
        template = "evidence_after" if relation.kind is RelationKind.REPLACES else "evidence_differs"
        return self._say(template, label=label, value=plain(piece.source_value), other=plain(piece.target_value))


def _flag(piece: Evidence) -> str:
    """What one of the two states by a yes or no, e.g. "laptop sleeve: yes"; "" where neither does."""
    for name, value in (
        (piece.target_attribute, piece.target_value),
        (piece.source_attribute, piece.source_value),
    ):
        if fold(value) in _FLAG:
            return f"{attribute_label(name).lower()}: {value}"
    return ""
