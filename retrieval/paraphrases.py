"""What people say for what shops state: "it has to survive water" is waterproof, "I run on asphalt" wants the road.

Two ways: a short list of shop English, and the words that a yes/no attribute's name is made of, in any of their forms
("that I can dim" for dimmable). Whether the wanted kind of product states it, and what comes of it, is decided
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retrieval.words import STOP, Token

_WATER = r"(?:water|rain|(?:a |the )?showers?|(?:a |the )?downpours?|splash(?:es|ing)?|puddles?)"
_SAID: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        rf"(?:surviv\w+|withst[ao]nds?|withstanding|stands? up to|stands?|resists?|handles?|takes?|copes? with)"
        rf" {_WATER}"
        rf"|gets? (?:it |them )?wet|(?:keeps?|stays?)(?: me| my feet| everything| the \w+)? dry"
        rf"|(?:keeps?|lets?)(?: the)? {_WATER} out|(?:for|in|under) (?:the |heavy |pouring )?(?:showers?|rain|wet|pool)"
        rf"|(?:go(?:es)?|used?|worn|wear) in(?:to)?(?: the)? (?:water|rain|showers?|pool)|it rains|rain ?proof",
        ("waterproof", "water resistant", "water repellent"),
    ),
    (
        r"(?:go(?:es)?|put|pop|throw|toss|wash(?:ed)?|clean(?:ed)?)(?: (?:it|them|this|these|that))?"
        r" (?:in(?:to|side)?) (?:the |a |my )?(?:washer|washing machine|machine|laundry)",
        ("machine washable", "washable"),
    ),
    (
        r"(?:go(?:es)?|put|pop|wash(?:ed)?|clean(?:ed)?)(?: (?:it|them|this|these|that))?"
        r" (?:in(?:to)?) (?:the |a |my )?dishwasher",
        ("dishwasher safe",),
    ),
    (
        r"asphalt|pavements?|tarmac|concrete paths?|(?:on|in|for) (?:the |city |paved )?(?:streets?|sidewalks?|roads?)"
        r"|in (?:the |a )?(?:city|town)",
        ("road",),
    ),
    (
        r"off[- ]?road|(?:forest|mountain|dirt|muddy|gravel) (?:paths?|trails?|tracks?)|in the (?:woods|forest)",
        ("trail",),
    ),
    (r"(?:open|peep)[- ]toe(?:d|s)?", ("not closed toe",)),
    (r"wired|with (?:a )?(?:cable|cord)", ("not wireless",)),
    (r"unlined", ("not lined",)),
    (r"wooden", ("wood",)),
    (r"wooll?en", ("wool",)),
    (r"(?:a )?pairs?(?! of)|in pairs|two of them|(?:one )?for each (?:hand|arm)", ("pair",)),
    (r"(?:no|without(?: an?y?)?) (?:cables?|cords?|wires?)|cordless|cable[- ]free", ("wireless",)),
    (r"(?:dr(?:y|ies)|dry) (?:really |very |so )?(?:fast|quickly|quick)|fast[- ]drying", ("quick drying",)),
    (r"silent|quiet|noiseless|(?:makes? no|without(?: any)?) noise", ("silent", "silent clicks", "quiet", "low noise")),
    (r"(?:make|take|for) (?:phone |video )?calls|talk (?:on the phone|into)", ("microphone",)),
)
_PATTERNS = tuple((re.compile(rf"(?<![\w-])(?:{said})(?![\w-])", re.IGNORECASE), meant) for said, meant in _SAID)
NOT = "not "
"""Before what shops call it: what is meant is that they say no to it."""
_REACH = 4
"""The most words between the first and the last word of a name that is said in pieces ("wash it in the machine")."""
_SHORTEST_ROOT = 3
_ENDINGS = ("able", "ible", "ings", "ing", "ies", "es", "ed", "s", "e")
_SURE_ENDINGS = ("able", "ible")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Words that may say what a shop states.

    Args:
        start, end: character offsets.
        meant: what shops call it, most likely first; "not closed toe" is said no.
    """

    start: int
    end: int
    meant: tuple[str, ...]


def find_paraphrases(text: str) -> list[Paraphrase]:
    """Find what is said in other words, in order of the list of them."""
    return [Paraphrase(*match.span(), meant) for pattern, meant in _PATTERNS for match in pattern.finditer(text)]


def root(word: str) -> str:
    """Cut a folded word to what its forms share ("dimmable", "dimming", "dims": "dim"); a guess, and no stem of its
    own."""
    cut = word
    for ending in _ENDINGS:
        cut_to = word.removesuffix(ending) + ("y" if ending == "ies" else "")
        if word.endswith(ending) and len(cut_to) >= _SHORTEST_ROOT:
            cut = cut_to
            break
    cut = cut.removesuffix("e")
    return cut[:-1] if len(cut) > _SHORTEST_ROOT and cut[-1] == cut[-2] and cut[-1] not in "aeiou" else cut


def roots_of(flag: str) -> frozenset[str]:
    """The roots that say a yes/no attribute ("machine_washable": machine, wash); none of a single word that is no verb
    with an ending ("silent"), for then only the word itself says it."""
    parts = [word for word in flag.casefold().split("_") if word not in STOP and word not in ("is", "has")]
    if len(parts) == 1 and not parts[0].endswith(_SURE_ENDINGS):
        return frozenset()
    return frozenset(map(root, parts))


def find_in_pieces(
    words: Sequence[Token], usable: Collection[int], flags: Collection[str]
) -> list[tuple[str, set[int]]]:
    """Find yes/no attributes whose name is said in other forms and with words between.

    Args:
        words: of the message.
        usable: positions that mean nothing else yet.
        flags: names of attributes.

    Returns:
        Each with the positions that say it; those said in the most words first.
    """
    said = {i: root(words[i].key) for i in sorted(usable)}
    found = []
    for flag in flags:
        wanted = roots_of(flag)
        at = {i for i, stem in said.items() if stem in wanted}
        if wanted and {said[i] for i in at} == wanted and max(at) - min(at) <= _REACH + len(wanted) - 1:
            found.append((flag, at))
    return sorted(found, key=lambda row: (-len(row[1]), row[0]))
