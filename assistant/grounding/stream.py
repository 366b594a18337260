"""A draft as it streams in, cut into sentences as soon as one is whole. Knows no evidence.

Where a text is cut depends only on the text up to the first letter behind the cut, so that it is cut alike whatever
pieces it comes in.
"""

from __future__ import annotations

import re
from itertools import pairwise

_SHORT = (
    r"e\.g|i\.e|approx|ca|etc|vs|no|nr|mr|mrs|ms|dr|st|inkl|zzgl|bzw|usw|max|min|z\.b|d\.h|u\.a|p\.ej|aprox|sr|sra|art"
    r"|abs|std|tel|resp|incl|excl|fig|vol|ed"
)
_SHORT_END = re.compile(rf"(?<!\w)(?:{_SHORT}|(?<!\d )[^\W\d_])\.$", re.I)
"""A single letter is one too ("z. B."), but for a unit ("1500 g.")."""
_ORDINAL_END = re.compile(r"(?:^\W*|\b(?:am|ab|bis|zum|vom|der|den|dem|des|die|das|im|und|nr) )\d{1,2}\.$", re.I)
"""A day ("am 3. Mai"), a German ordinal, a number of a list; not "there are 7."."""
_ANSWER = re.compile(
    r"(?:^|[:：])\W*(?:yes|no|ja|nein|doch|sí|si|no|是的?|不是?|对|没有|不?可以|不?会|不?能|不?行)\W*$", re.I
)
# In Chinese no space stands behind a stop; "？**：" is the end of a title in bold.
_CUT = re.compile(
    r"(?<=[.!?…])[\"”’)\]*_]*\s+(?=\S)|(?<=[。！？])[”」』）\"]*\s*(?=[*_]*[^\s”」』）\"*_：，])|\n\s*(?=\S)"
)


def split_sentences(text: str) -> list[str]:
    """Cut a text behind its sentences; the parts, joined, are the text.

    No cut stands behind a stop within bold words ("**Black toner. Fits T420** at $5") or one that ends a title
    ("**A long title…** at $5"), a short form ("approx. 5"), a number of a
    day ("am 3. Mai"), and a mere yes or no, which says nothing without the sentence behind it.
    """
    cuts = [0]
    for match in _CUT.finditer(text):
        said = text[cuts[-1] : match.start()]
        following = text[match.end()]
        in_title = following.islower() and (match.group().startswith("*") or said.endswith("…"))
        in_bold = (said + match.group()).count("**") % 2 == 1
        if "\n" in match.group() or not (in_bold or in_title or _goes_on(said.rstrip('"”’)]*_'), following)):
            cuts.append(match.end())
    return [text[a:b] for a, b in pairwise([*cuts, len(text)]) if a < b]


def _goes_on(said: str, following: str) -> bool:
    """Whether a sentence goes on behind its stop."""
    if _ANSWER.search(said):
        return True
    if _SHORT_END.search(said):
        return True
    return following.isalpha() and _ORDINAL_END.search(said) is not None
