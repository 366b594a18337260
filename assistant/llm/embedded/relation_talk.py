"""Questions about how products stand to each other: "what lens fits it", "does the Arno fit the Nashira".

Words become the arguments of `find_related`; what stands to what, the tool asks of the catalogue.
"""

from __future__ import annotations

import re
from typing import Any

from assistant.counting import is_bare
from assistant.llm.embedded.needs import wanted_kinds
from assistant.llm.state import TurnState
from assistant.references import Table, named, resolve
from assistant.titles import TitleIndex
from retrieval.filters import PriceRange, fold
from retrieval.product import Money, Product
from retrieval.query import QueryReader
from retrieval.words import STOP, tokens

_LEAD = r"^\W*(?:(?:and|but|ok|okay|so|also|well|hm+|thanks|please|hi|hey)\b\W*)*"
_FITS = (
    r"(?:fits?|suits?|match(?:es)?|(?:works?|goes|go|pairs?) (?:well )?(?:with|on|for)|belongs? (?:to|with)"
    r"|(?:is |are |be )?compatible with|to (?:use|go|pair) with)(?: (?:in|into|on|onto|to|with)\b)?"
)
_ABOUT_TWO = re.compile(
    rf"{_LEAD}(?:does|do|did|will|would|is|are|can|could)\s+(?P<one>.+?)\s+(?:also |even )?{_FITS}\s+(?P<of>.+?)\W*$",
    re.I,
)
_WHICH = re.compile(
    rf"{_LEAD}(?:what|which)\s+(?:(?P<kind>.*?)\s+)?(?:(?:would|will|can|could|do|does|should)\s+)?(?:also )?{_FITS}"
    r"\s+(?P<of>.+?)\W*$",
    re.I,
)
_ACCESSORIES = re.compile(r"\baccessor(?:y|ies)\b.*?\b(?:for|to|with|of)\s+(?P<of>.+?)\W*$", re.I)
_BOUGHT = re.compile(
    r"\b(?:buy|bought|take|took|get|got|order|ordered|purchased?)\s+(?:together )?(?:with|alongside)\s+(?P<of>.+?)\W*$",
    re.I,
)
_FOR_IT = re.compile(
    rf"{_LEAD}(?P<kind>.+?)\s+(?:for|(?:that |which |to )?(?:fits?|match(?:es)?|suits?|go(?:es)? with|works? with)"
    r"|compatible with)\s+(?P<of>.+?)\W*$",
    re.I,
)
_NEWER = re.compile(
    rf"{_LEAD}(?:is there|are there|do you have|have you got|got|any|does .{{1,40}} have)\b.*?"
    r"\b(?:newer|more recent|successor|replacement)\b(?P<of>.*?)\W*$",
    re.I,
)
_HEADCOUNT = re.compile(r"\d+|two|three|four|five|six|seven|eight", re.I)
""" "Tents for 2" are for two persons, and for no second thing."""
_FOR_WHOM = re.compile(r"^(?:an?|my|your|our|his|her|their|some|any|most|all|true)\b", re.I)
_THING = re.compile(r"(?:it|them|this|that|these|those|this one|that one)", re.I)
_ONE_OF_IT = re.compile(
    r"^\s*(?:(?:one|model|models|version|versions|generation)\b\s*)?(?:(?:of|than|to|for)\b\s*)?", re.I
)


class RelationTalk:
    """Recognises questions about relations.

    Args:
        reader: the catalogue's query reader.
        titles: of the catalogue.
    """

    def __init__(self, reader: QueryReader, titles: TitleIndex) -> None:
        self._reader = reader
        self._titles = titles

    def find(self, clause: str, state: TurnState) -> dict[str, Any] | None:
        """The arguments of `find_related`; None where no relation of a product on the table, or named, is asked for."""
        if newer := _NEWER.search(clause):
            said = _ONE_OF_IT.sub("", newer["of"])
            product = self._meant(said or "it", state)
            return _arguments(product, state, what="newer") if product else None
        if match := _ABOUT_TWO.match(clause):
            return self._about_two(match, state)
        asked = ((_BOUGHT, "bought_with"), (_ACCESSORIES, "accessories"), (_WHICH, "fits"))
        for pattern, what in asked:
            match = pattern.search(clause)
            product = self._meant(match["of"], state) if match else None
            if match and product:
                kind = self._kind(match.groupdict().get("kind") or "")
                asks_of_kind = what == "fits" and not kind
                return _arguments(product, state, what="goes_with" if asks_of_kind else what, of_kind=kind)
        return self._for_it(clause, state)

    def narrowed(self, clause: str, state: TurnState) -> dict[str, Any] | None:
        """The arguments for what was found to go with a product, within a limit that a clause says and nothing else.

        What is shown is then of one kind, which is not looked for, and the product that it goes with is talked about.
        """
        one, kinds = state.in_focus, {product.category for product in state.shown}
        limit = self._reader.read(clause)[0]
        wishes = [wish for wish in limit.constraints if isinstance(wish, PriceRange) and wish.max_minor is not None]
        if one is None or len(kinds) != 1 or limit.text or len(wishes) != 1 or len(limit.constraints) != 1:
            return None
        (kind,), (wish,) = kinds, wishes
        wanted = wanted_kinds(state.need.constraints)
        if kind is None or fold(kind) in wanted or not wanted & _kinds_of(one):
            return None
        most = float(Money(wish.max_minor or 0, wish.currency).amount)
        return {"which": one.id, "what": "fits", "of_kind": kind, "price_max": most}

    def _about_two(self, match: re.Match[str], state: TurnState) -> dict[str, Any] | None:
        other = self._meant(match["of"], state)
        if other is None:
            return None
        one = self._meant(match["one"], state)
        if one is not None and one.id != other.id:
            return _arguments(other, state, what="fits", other=_pointer(one, state))
        kind = self._kind(match["one"]) if one is None else ""
        return _arguments(other, state, what="fits", of_kind=kind) if self._kinds(kind) else None

    def _for_it(self, clause: str, state: TurnState) -> dict[str, Any] | None:
        """ "A strap for it", "case for the second": a kind of thing, other than the product's, for one product."""
        match = _FOR_IT.match(clause)
        if (
            match is None
            or _HEADCOUNT.fullmatch(match["of"])
            or not (_THING.fullmatch(match["of"]) or is_bare(match["of"]) or self._named(match["of"]))
        ):
            return None
        product, kinds = self._meant(match["of"], state), self._kinds(match["kind"])
        if product is None or not kinds or kinds & _kinds_of(product):
            return None
        return _arguments(product, state, what="fits", of_kind=self._kind(match["kind"]))

    def _named(self, words: str) -> bool:
        return named(words, Table(()), self._titles).product is not None

    def _meant(self, words: str, state: TurnState) -> Product | None:
        """The one product that words mean, and that is of the kind which they name."""
        if _FOR_WHOM.match(words.strip()):
            return None
        found = resolve(words, Table(state.shown, state.in_focus, state.page), self._titles)
        kinds = self._kinds(words)
        return found[0] if len(found) == 1 and (not kinds or kinds & _kinds_of(found[0])) else None

    def _kinds(self, words: str) -> set[str]:
        return {kind for reading in self._reader.read(words) for kind in wanted_kinds(reading.constraints)}

    def _kind(self, words: str) -> str:
        """What of the words tells a kind of thing; "" where nothing does ("which one")."""
        return " ".join(token.text for token in tokens(words) if not {token.key, token.folded} & STOP)


def _arguments(product: Product, state: TurnState, **more: str) -> dict[str, Any]:
    return {"which": _pointer(product, state), **{name: value for name, value in more.items() if value}}


def _pointer(product: Product, state: TurnState) -> str:
    """Words that the tool resolves to this product and no other."""
    on_table = (*state.shown, state.in_focus, state.page)
    return product.id if any(one is not None and one.id == product.id for one in on_table) else product.title


def _kinds_of(product: Product) -> set[str]:
    return {fold(name) for name in (product.category, product.department) if name}
