"""For somebody of an age: "a gift for a 6 year old" wants what the shop states for that age.

Words only; which number of the catalogue states an age is asked of its reader.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from retrieval.filters import AttributeRange
from retrieval.query import QueryReader

_WHO = (
    r"(?:child(?:ren)?|kids?|boys?|girls?|toddlers?|son|daughter|nephew|niece|grand(?:son|daughter|child)"
    r"|brother|sister)"
)
_AGE: Final = re.compile(
    rf"\b(?:for )?(?:an?|my|our|his|her|the|their)?\s*(?:{_WHO} )?(?:of |who is |that is |who['’]s |is |aged? )?"
    r"(?P<age>\d{1,2})(?:[\s-]*(?:years?|yrs?)(?:[\s-]*olds?)|[\s-]*y/?o\b)"
    rf"(?:\s+{_WHO})?\b"
    rf"|\b(?:for )?(?:an?|my|our|his|her|the|their)?\s*(?:{_WHO} )?(?:aged?|turning) (?P<turning>\d{{1,2}})\b"
    r"|\b(?:s?he|they)(?:['’]?s|['’]?re| is| are)(?: (?:only|just|now|about|almost))? (?P<being>\d{1,2})"
    r"(?=\W*$|[,.;!?]| and | so | now)",
    re.I,
)
_OLDEST: Final = 17
_YOUNGER: Final = 0.5
"""What is for children from half an age on still pleases at that age; what is for babies does not."""


def cut_age(words: str) -> tuple[str, int | None]:
    """Return the words without the age that they say, and the age in years; None where they say none of a child."""
    match = _AGE.search(words)
    age = int(match["age"] or match["turning"] or match["being"]) if match else 0
    if match is None or not 0 < age <= _OLDEST:
        return words, None
    return " ".join(f"{words[: match.start()]} {words[match.end() :]}".split()), age


def age_wish(age: int, kinds: Collection[str], reader: QueryReader) -> AttributeRange | None:
    """Return the wish for things of an age; None where the wanted kinds state no ages.

    Args:
        age: in years.
        kinds: wanted categories or departments, as the catalogue writes them; empty for anything.
        reader: of the catalogue.
    """
    stats = reader.number_called("age", "age", kinds)
    return AttributeRange(stats.name, float(int(age * _YOUNGER)), float(age), "years") if stats else None
