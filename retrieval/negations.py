"""Negations that turn a comparison round: "not over 2 kg", "won't cost me more than 80", "no tents above $200".

A negation belongs to the comparison that it stands nearest to; an earlier one ("not green and not over 200") refuses
names, and turns nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from retrieval.words import word_set

_FAR = 6
"""The most words between a negation and the comparison that it turns round."""
NOT = (
    r"(?:not|no|nor|neither|never|nothing|none|cannot|without|refuse|avoid(?:ing)?|exclud(?:e|ing)|except|hate|dislike|"
    r"other than|apart from|(?:any|every)thing but|(?:hide|skip)(?= (?:any|every|all|the|those|items?|products?))|"
    r"stop(?= (?:show|giv|offer|suggest|includ))|[^\W\d_]+n't|n't|"
    r"(?:do|wo|ca|is|are|should|does|would|must|could)nt)(?![\w'])"
)
_BETWEEN = rf"(?P<between>(?: (?!{NOT})[^\W\d]+){{0,{_FAR}}}?)"
NEGATED = rf"(?P<negation>{NOT}){_BETWEEN} "
"""A pattern: a negation, and words up to the comparison; `find_reach` tells whether it reaches over them."""
_IN_FRONT = re.compile(rf"(?<!\w){NEGATED}\Z", re.IGNORECASE)
_PARTS_ONLY = "without"
_SHOWING = ("show", "showing", "give", "giving", "offer", "offering", "suggest", "suggesting", "include")
_LINKING = word_set(
    """to be cost costs costing spend spending pay paying go going goes run come want like need me us it that which is
    are any anything stuff things products items ones show give offer suggest see get really have exceed priced price
    i you much a an the can will would should must do does at for even ever those them something weigh weighs weighing
    measure measures showing giving offering suggesting include one"""
)
_WANTING = frozenset(("want", "need", "like"))
_ARTICLES = ("a", "an")
_OR = ("or", "nor")
_WORD = re.compile(r"[^\W\d]+")


@dataclass(frozen=True, slots=True)
class Reach:
    """A negation that turns a comparison round.

    Args:
        start: character offset from which the words belong to the comparison.
        negation: where the negation stands, with what links it, if names of its own follow ("no | green tents | over
            200"); None where it belongs to the comparison's own words, or refuses what stands before an "or" too.
    """

    start: int
    negation: tuple[int, int] | None = None


def find_reach(match: re.Match[str], is_thing: Callable[[str], bool]) -> Reach | None:
    """Find how a negation reaches the comparison behind it.

    Args:
        match: of a pattern with `NEGATED` in it.
        is_thing: whether a word names a kind of product.

    Returns:
        None where it does not reach so far: "no wool over $50" refuses the wool.
    """
    at = match.start("between")
    words = [(at + found.start(), found[0].casefold()) for found in _WORD.finditer(match["between"])]
    names = [i for i, (_, word) in enumerate(words) if word not in _LINKING]
    if not names:
        return Reach(match.start())
    comparison, last = match.end("between") + 1, words[names[-1]]
    if last[1] in _OR:
        return Reach(last[0])  # "not green or over 200" refuses either
    led = [word for _, word in words[: names[0]]]
    one_of_them = not _WANTING.isdisjoint(led) and led[-1] in _ARTICLES  # "don't want a kettle over $50"
    thing = is_thing(words[-1][1]) and match["negation"].casefold() != _PARTS_ONLY
    if not (thing or one_of_them or words[0][1] in _SHOWING):
        return None
    joint = words[names[-2]] if len(names) > 2 and words[names[-2]][1] in _OR else None
    if joint and not is_thing(words[names[-3]][1]):
        return Reach(comparison, (joint[0], last[0]))  # "no wool or tents over 200" refuses the wool
    return Reach(comparison, (match.start(), words[names[0]][0]))


def find_reach_before(text: str, end: int, is_thing: Callable[[str], bool]) -> Reach | None:
    """The same for the words before a comparison that stands at `end`."""
    match = _IN_FRONT.search(text[:end])
    return find_reach(match, is_thing) if match else None
