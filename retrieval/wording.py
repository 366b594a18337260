"""The words of a need that are left for ranking, and those that the catalogue does not know.

Knows positions and marks; what the words mean was decided before.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from retrieval.linking import Link
from retrieval.reading import Mark, Reading
from retrieval.vocabulary import Vocabulary
from retrieval.words import ADJECTIVES, STOP, TALK, UNLIKE, Token, has_digit, is_cjk

_COUNTS = ("one", "two", "three")
_JOINTS = ("-", "/", ".", "&", "'")


def text_for_ranking(reading: Reading, dropped: Set[int]) -> str:
    """Join the words that say what is wanted, in the order said; hyphens inside words are kept."""
    linked = _linked(reading)
    text, last = "", -2
    for i, token in enumerate(reading.tokens):
        if reading.marks[i] is not None or i in dropped:
            continue
        # "xbox one" is a name, "the red one" is not.
        counts = token.folded in _COUNTS and last == i - 1 and last not in linked
        if token.folded in STOP and i not in linked and not counts:
            continue
        text += (_joint(reading, i) if last == i - 1 else " ") + token.text
        last = i
    return text.strip()


def unclaimed(reading: Reading, claimed: Set[int]) -> tuple[str, ...]:
    """Return what was said that no wish was made of: stretches of neighbouring words, in the order said."""
    phrases: list[str] = [""]
    for i, token in enumerate(reading.tokens):
        hyphenated = "-" in (_joint(reading, i), _joint(reading, i + 1))
        weight = len(token.text) > 1 or token.text.isdigit() or is_cjk(token.text) or hyphenated
        if i in claimed or reading.marks[i] is not None or not weight or {token.folded, token.key} & (STOP | TALK):
            phrases.append("")
        else:
            if has_digit(token.text) and phrases[-1] and has_digit(phrases[-1].split()[-1]):
                phrases.append("")  # "27 4k" are two things
            phrases[-1] += (_joint(reading, i) if phrases[-1] else "") + token.text
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))


def set_aside(reading: Reading, dropped: Set[int], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the words that stand nowhere in the catalogue; hyphenated ones whole."""
    linked = _linked(reading)
    aside: list[str] = []
    i = 0
    while i < len(reading.tokens):
        end = i + 1
        while end < len(reading.tokens) and _joint(reading, end) == "-":
            end += 1
        group = range(i, end)
        measured = any(m.start <= reading.tokens[i].start < m.end for m in reading.measures)
        if (
            not measured
            and not any(reading.marks[k] is not None or k in dropped or k in linked for k in group)
            and _is_unknown([reading.tokens[k] for k in group], vocabulary)
        ):
            aside.append(reading.text[reading.tokens[i].start : reading.tokens[end - 1].end].casefold())
        i = end
    return tuple(aside)


def whole(reading: Reading, aside: Sequence[str], thing: str | None, claimed: Set[int]) -> tuple[str, ...]:
    """Name an unknown thing as it was called: "usb-c hub" where only "hub" stands nowhere in the catalogue; without
    the words that a wish was made of."""
    said = (thing or "").casefold()
    if not any(said.endswith(word) for word in aside):
        return tuple(aside)
    start = reading.text.casefold().find(said)
    wished = (reading.tokens[i].end for i in claimed)
    name = reading.text[max([start, *(end for end in wished if end < start + len(said))]) : start + len(said)]
    name = name.strip(" -").casefold()
    return tuple(dict.fromkeys(name if word in name else word for word in aside))


def is_imitated(reading: Reading, link: Link) -> bool:
    """Whether a word before a value says that it is none ("faux leather"); not one that turns a limit round."""
    before = link.start - 1
    return (
        before >= 0 and reading.tokens[before].key in UNLIKE and reading.marks[before] not in (Mark.PRICE, Mark.FILLER)
    )


def unlinked_noun_after(reading: Reading, link: Link, vocabulary: Vocabulary) -> bool:
    """Whether a word follows that the name may only qualify, as "laptop" does in "laptop stand"."""
    last, position = reading.tokens[link.end - 1], link.end
    if position >= len(reading.tokens) or (link.names_kind and last.folded != last.key) or is_cjk(last.text):
        return False
    after = reading.tokens[position]
    free = reading.marks[position] is None and position not in _linked(reading)
    adjacent = reading.text[last.end : after.start] in (" ", "-")
    plain = {after.key, after.folded} & (STOP | ADJECTIVES) or after.key in vocabulary.attribute_words
    return free and adjacent and after.text.isalpha() and not plain


def is_part_of_word(reading: Reading, link: Link) -> bool:
    """Whether a hyphen joins a name to a word that is no value ("long" in "long-sleeve")."""
    linked = {i for other in reading.links if not other.names_kind for i in range(other.start, other.end)}
    count = len(reading.tokens)
    before = link.start > 0 and link.start - 1 not in linked and _joint(reading, link.start) == "-"
    return before or (link.end < count and link.end not in linked and _joint(reading, link.end) == "-")


def _linked(reading: Reading) -> set[int]:
    return {position for link in reading.links for position in range(link.start, link.end)}


def _joint(reading: Reading, position: int) -> str:
    """What stands between a word and the one before it: a hyphen or the like, nothing, or else a space."""
    if not 0 < position < len(reading.tokens):
        return " "
    between = reading.text[reading.tokens[position - 1].end : reading.tokens[position].start]
    return between if between in _JOINTS or (not between and is_cjk(reading.tokens[position].text)) else " "


def _is_unknown(group: list[Token], vocabulary: Vocabulary) -> bool:
    plain = STOP | ADJECTIVES | TALK
    words = [t for t in group if len(t.text) > 1 and not t.text.isdigit() and not {t.folded, t.key} & plain]
    whole = "".join(token.key for token in group)
    if not words or any(token.text[0].isdigit() for token in group) or whole in vocabulary.word_keys:
        return False
    return not any(vocabulary.knows(token.text) for token in words)
