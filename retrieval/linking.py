"""Link the words of a message to the catalogue's own vocabulary: longest phrase first.

Finds what a stretch of words could mean (kind of product, brand, value, yes/no attribute); the reader decides what of
it becomes a wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from retrieval.vocabulary import ValueUse, Vocabulary
from retrieval.words import STOP, Token, has_digit, is_cjk, word_key

_LONGEST = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of words (token positions, end excluded) and everything the catalogue calls like that.

    Args:
        start, end: token positions.
        key: the folded phrase.
        categories: where it names a kind of product.
        department, type, brand: where it names one (brand by its key).
        values: stated values that are called so.
        heads: stated values that end with it ("navy blue" for "blue").
        flags: yes/no attributes that are called so.
    """

    start: int
    end: int
    key: str
    categories: tuple[str, ...] = ()
    department: str | None = None
    type: str | None = None
    brand: str | None = None
    values: tuple[ValueUse, ...] = ()
    heads: tuple[ValueUse, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def names_kind(self) -> bool:
        """Whether it names a kind of product."""
        return bool(self.categories or self.type)


@dataclass(slots=True)
class Linker:
    """Find links in the tokens of one message."""

    vocabulary: Vocabulary
    _longest: int = field(default=_LONGEST)

    def links(self, tokens: Sequence[Token], text: str) -> tuple[Link, ...]:
        """Return links from left to right, none overlapping; the longest phrase wins."""
        found: list[Link] = []
        position = 0
        while position < len(tokens):
            link = self._longest_at(tokens, position, text)
            if link is None:
                position += 1
            else:
                found.append(link)
                position = link.end
        return tuple(found)

    def _longest_at(self, tokens: Sequence[Token], start: int, text: str) -> Link | None:
        end = min(len(tokens), start + self._longest)
        for stop in range(start + 1, end):
            between = text[tokens[stop - 1].end : tokens[stop].start]
            if any(sign in between for sign in ",;:.!?()\n"):
                end = stop
                break
        for stop in range(end, start, -1):
            phrase = tokens[start:stop]
            if phrase[-1].folded in STOP and len(phrase) > 1 and phrase[0].folded in STOP:
                continue
            link = self.find("".join(token.key for token in phrase), start, stop)
            if link is None or (stop == start + 1 and phrase[0].folded in STOP):
                continue
            if self._repeats_kind(link, phrase):
                continue  # "black toner cartridge" stated as a value says no more than "toner cartridge"
            return link
        return None

    def _repeats_kind(self, link: Link, phrase: Sequence[Token]) -> bool:
        """Whether a phrase is only a value, and ends with the name of a kind of product that states it."""
        if link.names_kind or link.brand or link.department or not link.values:
            return False
        stated_by = {kind for use in link.values for kind in use.by_kind}
        v = self.vocabulary
        for start in range(1, len(phrase)):
            key = "".join(token.key for token in phrase[start:])
            kinds = {*v.category_endings.get(key, ()), v.type_keys.get(key)}
            if kinds & stated_by or v.type_keys.get(key):
                return True
        return False

    def find(self, key: str, start: int = 0, end: int = 1) -> Link | None:
        """Return what the catalogue calls `key` (a phrase key); None where it calls nothing so."""
        v = self.vocabulary
        link = Link(
            start,
            end,
            key,
            categories=v.category_endings.get(key, ()),
            department=v.department_keys.get(key),
            type=v.type_keys.get(key),
            brand=key if key in v.brands else None,
            values=tuple(v.values.get(key, ())),
            heads=v.value_heads.get(key, ()),
            flags=v.flag_keys.get(key, ()),
        )
        if link.names_kind or link.department or link.brand or link.values or link.flags:
            return link
        return link if link.heads and end == start + 1 else None

    def split_run(self, token: Token) -> list[Token]:
        """Cut a run written without spaces at the catalogue's names in it, longest first."""
        if not is_cjk(token.text) or not self.vocabulary.cjk_keys:
            return [token]
        keys, text, cuts = self.vocabulary.cjk_keys, token.text, [0]
        position = 0
        while position < len(text):
            length = next(
                (
                    n
                    for n in range(min(12, len(text) - position), 0, -1)
                    if word_key(text[position : position + n]) in keys
                ),
                0,
            )
            if length:
                cuts += [position, position + length]
            position += length or 1
        cuts = sorted({*cuts, len(text)})
        return [Token(text[a:b], word_key(text[a:b]), token.start + a, token.start + b) for a, b in pairwise(cuts)]


def is_bare_number(link: Link) -> bool:
    """Whether a link is only a number or a single letter, which means something beside "size" alone."""
    return (len(link.key) == 1 and link.key.isascii()) or (
        has_digit(link.key) and not any(char.isalpha() for char in link.key)
    )
