"""What a shopper changes in their own profile: events like any other, so that replaying the log repeats them.

An edit travels in an event of the type EDIT, whose item id is the edit's text, e.g. "forget:colour=Red". Knows no
profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ANONYMOUS: Final = "a:"
"""Keys that begin so belong to visits without consent: they count for the crowd, and nobody has a profile there."""
ERASED: Final = "e:"
"""Keys that begin so were drawn when their shopper was erased: they belong to nobody."""
YES, NO = "yes", "no"


class EditKind(StrEnum):
    """The closed set of edits; what stands behind a kind is in its text after the colon."""

    CONSENT = "consent"
    """value "yes" or "no": whether a profile may be kept; "no" forgets it."""
    JOIN = "join"
    """value: key of the guest whose profile becomes part of this shopper's."""
    FORGET = "forget"
    """field and value: not learned from what was; later behaviour may teach it anew."""
    AVOID = "avoid"
    """field and value: a lasting dislike, stated."""
    WELCOME = "welcome"
    """field and value: the stated dislike is taken back."""
    PAUSE = "pause"
    RESUME = "resume"
    RESET = "reset"
    """Everything is forgotten, stated dislikes too; consent stays."""
    GIFT = "gift"
    """value "yes" or "no": whether this visit is for somebody else."""


_KINDS: Final = frozenset(kind.value for kind in EditKind)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change.

    Args:
        kind: what is changed.
        field: "category", "department", "brand", "price" or an attribute's name; "" where the kind needs none.
        value: as the catalogue writes it, e.g. "Red"; "" where the kind needs none.
    """

    kind: EditKind
    field: str = ""
    value: str = ""

    def to_text(self) -> str:
        """Write the edit as an event's item id."""
        return f"{self.kind}:{self.field}={self.value}"

    @classmethod
    def from_text(cls, text: str) -> Edit | None:
        """Read an event's item id; None for anything that is no edit (a newer version's, say)."""
        kind, _, rest = text.partition(":")
        field, _, value = rest.partition("=")
        return cls(EditKind(kind), field, value) if kind in _KINDS else None


def anonymous_key(session_key: str) -> str:
    """Return the key under which a visit without consent counts for the crowd."""
    return ANONYMOUS + session_key


def may_profile(shopper_key: str) -> bool:
    """Tell whether a profile may be kept under a key."""
    return not shopper_key.startswith(ANONYMOUS)
