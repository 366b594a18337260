"""The phrase that names the wanted thing, by the structure of English alone: "a size 8 pair of black sandals".

A request names a thing as a noun phrase, whose last noun says what it is; what follows ("with", "that is", "in red")
only tells more. So a thing is found that no catalogue knows, for saying that the shop does not have it. Knows
grammar words and how English forms adjectives, never the name of a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum, auto

from retrieval.number_words import SPELT
from retrieval.reading import Mark, Reading
from retrieval.words import ADJECTIVES, STOP, TALK, has_digit, is_cjk, word_set

_ASKING = word_set(
    """look looking looks find finding get getting buy buying order ordering purchase purchasing locate search searching
    need needs want wants like love interested pick choose select show recommend suggest hunting trying try shopping go
    ahead think wish prefer hoping acquire acquiring require check add send bring grab give make seeking iam im ive id
    lets see hi hello hey please kindly also really just only some any a an the another i you u we me us it there is
    are am was do does did be been have has something anything thing things stuff item items one ones product products
    what how so but now then today again hoping currently wanting needing thinking desire"""
)
"""What may stand before the phrase and is no part of it."""
_ENDS = word_set(
    """with for that which who whose in on from by at to without is are was were be been being has have had should must
    can could would will may might it its they them i you we he she where when so but because if while as than into
    onto over under inside around about through like please contains contain containing features feature featuring
    includes include including made designed suitable compatible using comes come coming fits goes makes also
    preferably via having measuring thats this these those choose pick select get find buy need want prefer ive id ill
    im my our your their his her there not no do does did make of a an the"""
)
"""What ends the phrase: what follows tells more about the thing, or of something else."""
_PREPOSITIONS = word_set("with for in on from by at to without into onto over under inside about through as than")
_BEFORE_THING = word_set("a an the my our your their his her some any this these those")
_ASKED_FOR = word_set("look looking search searching interested need think hunting shopping ask asking hoping market")
_PARTS = word_set(
    """pair pairs set sets pack packs package packages box boxes bottle bottles bag bags case cases tin tins jar jars
    piece pieces bundle bundles lot lots kind type sort roll rolls tube tubes dozen count quantity variety couple
    collection selection number container containers packet packets carton cartons bunch assortment"""
)
"""Before "of" these count or hold the thing: "a pair of sandals"."""
_COLOURS = word_set(
    "black white red green yellow blue brown orange pink purple grey gray color colour colored coloured"
)
"""The eleven basic colour terms (Berlin and Kay 1969), and the word for them."""
_PEOPLE = word_set("man men mens woman women womens boy boys girl girls kid kids unisex toddler baby adult adults")
_NO_NOUN = ADJECTIVES | TALK | _COLOURS | _PEOPLE | word_set("pack packs count ones one only other")
_MADE_ADJECTIVE = word_set("free resistant proof friendly safe certified tested color colour colored coloured flavored")
"""Behind a noun these make an adjective of it: "gluten free"."""
_FORMED = re.compile(r".{3,}(?:(?<!t)able|ible|less|ful|ous|ed)|.*proof|.*resistant|.*friendly")
_LETTER_SIZE = re.compile(r"\d?x{0,4}[sml]|small|medium|large", re.IGNORECASE)
_TO_DO = re.compile(
    r"\b(?:easy|easier|ready|simple|safe|nice|quick|hard|able) to \w+(?: (?:and|or) \w+)?", re.IGNORECASE
)
_LEVEL = word_set("low high")
"""Before a noun these mostly make an adjective of it: "low fat"."""
_STRONG = re.compile(r"[.;:!?()\[\]\"\n]|\s[-–—]+\s?|--")
_JOINS = ("and", "or")
_SPELT = re.compile(SPELT, re.IGNORECASE)


class _Role(Enum):
    """What a word does in a noun phrase."""

    WORD = auto()
    """stands in it"""
    BESIDE = auto()
    """stands in it without being a part of its name, as "size 8" does"""
    END = auto()
    """ends it, or stands before it"""
    COUNT = auto()
    """the "of" of "a pair of": the phrase begins behind it"""


@dataclass(slots=True)
class _Run:
    """A stretch of words that may be the noun phrase.

    Args:
        positions: of its words.
        told: whether it only tells more about another thing ("for my kitchen").
        asked: whether words that ask lead to it ("I am looking for").
    """

    positions: list[int]
    told: bool
    asked: bool = False


def find_wanted(reading: Reading, refused: Set[int] = frozenset()) -> str | None:
    """Return the phrase that names the wanted thing, as said ("black sandals"); its last word is what it is.

    None where the words name no thing ("something in red under 50"), or are written without spaces.

    Args:
        reading: of one need.
        refused: positions of words that are refused ("wool" in "not wool sweaters").
    """
    beside = _beside(reading) | refused
    named = _linked(reading)
    runs = list(_runs(reading, beside, named))
    brands = {i for link in reading.links if link.brand for i in range(link.start, link.end)}
    heads = {run.positions[-1] for i, run in enumerate(runs) if run.asked or (i == 0 and not run.told)} - brands
    # What is asked for ends with what it is, even where the catalogue states that as a property ("quad core tablet").
    named -= heads
    found = [run for run in runs if any(_is_noun(reading, i, named) for i in run.positions)]
    run = next((run for run in found if run.asked), None) or next((run for run in found if not run.told), None)
    if run is None:
        return None
    end = max(i for i in run.positions if _is_noun(reading, i, named))
    start = next((i for i in run.positions if i < end and not _is_number(reading.tokens[i].text)), end)
    return reading.text[reading.tokens[start].start : reading.tokens[end].end]


def _is_number(word: str) -> bool:
    return has_digit(word) or _SPELT.fullmatch(word) is not None


def _runs(reading: Reading, beside: frozenset[int], named: frozenset[int]) -> Iterator[_Run]:
    """Cut a reading into the stretches that may be noun phrases, in the order said."""
    run: list[int] = []
    counted: list[int] = []
    for i, token in enumerate(reading.tokens):
        strong = _is_cut(reading, i, run, named)
        role = _role(reading, i, run, beside)
        if strong or role is _Role.END:
            # "sets of full size": where nothing is counted, what counts is the thing.
            yield from _ended(reading, run, counted)
            run, counted = [], []
        elif role is _Role.COUNT:
            run, counted = [], run
        if role is _Role.WORD and (run or token.folded not in _ASKING):
            run.append(i)
    yield from _ended(reading, run, counted)


def _ended(reading: Reading, run: Sequence[int], counted: Sequence[int]) -> Iterator[_Run]:
    """The phrase, and what counts it: who asks for "a set of pajamas" asks for pajamas."""
    found = [_run(reading, part) for part in (run, counted) if part]
    if run and counted:
        found = [replace(found[0], asked=found[0].asked or found[1].asked), replace(found[1], asked=False)]
    yield from found


def _run(reading: Reading, part: Sequence[int]) -> _Run:
    told, before = _tells_more(reading, part[0]), _position_before(reading, part[0])
    return _Run(list(part), told, not told and before >= 0 and reading.marks[before] is Mark.FILLER)


def _position_before(reading: Reading, first: int) -> int:
    """Position of what stands before a phrase and its article; -1 where nothing does."""
    i = first - 1
    while i >= 0 and reading.marks[i] is None and reading.tokens[i].folded in _BEFORE_THING:
        i -= 1
    return i


def _is_cut(reading: Reading, i: int, run: Sequence[int], named: frozenset[int]) -> bool:
    """Whether a sign before a word ends the phrase; a comma does where a noun was said ("soft, warm blanket")."""
    sign = reading.text[reading.tokens[i - 1].end : reading.tokens[i].start] if i else ""
    if "," in sign:
        return any(_is_noun(reading, k, named) and not _is_weak(reading, k) for k in run)
    return _STRONG.search(sign) is not None


def _is_weak(reading: Reading, i: int) -> bool:
    """Whether a noun rather counts or qualifies another: "package", "low calorie"."""
    before = reading.tokens[i - 1].folded if i else ""
    return reading.tokens[i].folded in _PARTS or before in _LEVEL


def _role(reading: Reading, i: int, run: Sequence[int], beside: frozenset[int]) -> _Role:
    token, mark = reading.tokens[i], reading.marks[i]
    if i in beside or mark is Mark.SORT:
        return _Role.BESIDE
    if mark is not None or is_cjk(token.text):
        return _Role.END
    if _is_hyphenated(reading, i):
        return _Role.WORD
    if token.folded == "of" and run and (reading.tokens[run[-1]].folded in _PARTS or _all_numbers(reading, run)):
        return _Role.COUNT
    if token.folded in _JOINS:
        return _Role.WORD if run and _leads_on(reading, i + 1) else _Role.END
    if token.folded in _ENDS and (run or token.folded not in _ASKING):
        return _Role.END
    return _Role.WORD


def _beside(reading: Reading) -> frozenset[int]:
    """Positions of sizes, measures and "easy to use"."""
    spans = [(m.start, m.end) for m in reading.measures] + [m.span() for m in _TO_DO.finditer(reading.text)]
    found = {i for i, token in enumerate(reading.tokens) if any(a <= token.start < b for a, b in spans)}
    for i, token in enumerate(reading.tokens):
        if token.folded in ("size", "sizes", "sized"):
            found.add(i)
            found |= {k for k in (i - 1, i + 1) if 0 <= k < len(reading.tokens) and _is_size(reading.tokens[k].text)}
    return frozenset(found)


def _is_size(word: str) -> bool:
    return has_digit(word) or _LETTER_SIZE.fullmatch(word) is not None


def _linked(reading: Reading) -> frozenset[int]:
    """Positions of what the catalogue knows, and knows as a brand or a property only."""
    links = (link for link in reading.links if not (link.names_kind or link.department))
    return frozenset(
        i for link in links if link.brand or link.values or link.flags for i in range(link.start, link.end)
    )


def _is_noun(reading: Reading, i: int, named: frozenset[int]) -> bool:
    """Whether a word may say what a thing is."""
    token = reading.tokens[i]
    word = token.folded
    if i in named or has_digit(word) or len(word) < 2 or {word, token.key} & (_NO_NOUN | STOP) or word in _JOINS:
        return False
    following = reading.tokens[i + 1] if i + 1 < len(reading.tokens) else None
    if following and (following.folded in _MADE_ADJECTIVE or reading.text[token.end : following.start] == "-"):
        return False
    return word not in _MADE_ADJECTIVE and not _FORMED.fullmatch(word) and not _LETTER_SIZE.fullmatch(word)


def _is_hyphenated(reading: Reading, i: int) -> bool:
    """Whether a hyphen joins a word to a neighbour, so that it is no grammar word ("clip-in")."""
    tokens, text = reading.tokens, reading.text
    before = i > 0 and text[tokens[i - 1].end : tokens[i].start] == "-"
    return before or (i + 1 < len(tokens) and text[tokens[i].end : tokens[i + 1].start] == "-")


def _all_numbers(reading: Reading, run: Sequence[int]) -> bool:
    return all(has_digit(reading.tokens[i].text) for i in run)


def _leads_on(reading: Reading, i: int) -> bool:
    """Whether a word after "and" goes on with the same phrase ("soft and warm blanket")."""
    if i >= len(reading.tokens) or reading.marks[i] is not None:
        return False
    return reading.tokens[i].folded not in _ENDS | _ASKING


def _tells_more(reading: Reading, first: int) -> bool:
    """Whether a preposition leads to a phrase ("for my kitchen"), other than in "interested in a lamp"."""
    i = _position_before(reading, first)
    if i < 0 or reading.marks[i] is not None or reading.tokens[i].folded not in _PREPOSITIONS:
        return False
    asked = i > 0 and (reading.marks[i - 1] is Mark.FILLER or reading.tokens[i - 1].folded in _ASKED_FOR)
    return not asked
