"""What is made of a refused material without being called so: merino is wool, and suede is leather.

Used for refusals, and for what is said of a taste: who asks for wool may mean no cashmere, and who refuses wool means
merino too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from retrieval.filters import fold
from retrieval.vocabulary import Vocabulary

_MADE_OF: Final[Mapping[str, frozenset[str]]] = {
    "wool": frozenset(("merino", "cashmere", "lambswool", "mohair", "alpaca", "angora")),
    "leather": frozenset(("suede", "nubuck", "nappa")),
}


def is_made_of(value: str, materials: Collection[str]) -> bool:
    """Tell whether a value is of one of these materials without being called so: suede of "leather".

    Args:
        value: as the catalogue states it.
        materials: word keys.
    """
    words = fold(value).split()
    return any(word in _MADE_OF.get(material, ()) for material in materials for word in words)


def stated_made_of(key: str, name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the stated values of an attribute that are made of a material and not called by it.

    Args:
        key: of the material, e.g. "wool".
        name: of the attribute, e.g. "material".
        vocabulary: of the catalogue.
    """
    made = _MADE_OF.get(key, frozenset())
    uses = (use for uses in vocabulary.values.values() for use in uses) if made else ()
    found = (use.value for use in uses if use.name == name and not made.isdisjoint(fold(use.value).split()))
    return tuple(dict.fromkeys(found))
