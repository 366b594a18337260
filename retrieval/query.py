"""Read a shopper's words: which kind of product, brand, attributes, price, order; what is refused, what is misspelt.

Everything about products comes from the catalogue's vocabulary. A wish becomes a filter only where the shopper stated
it and the catalogue can answer it; every other word stays in the text, which ranks and never excludes. No language
model takes part.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from retrieval.chinese.reading import ChineseReader
from retrieval.chinese.script import is_chinese
from retrieval.choices import Choices
from retrieval.filters import AttributeIn, BrandIn, CategoryIn, Constraint
from retrieval.linking import Linker
from retrieval.needs import split_needs
from retrieval.reading import Reading, scan, spell
from retrieval.refinement import Refinement, begins_anew, beside, is_broader, names_another_thing, prepare, within
from retrieval.results import Sort, Understanding
from retrieval.typed import in_own_words
from retrieval.units import find_unit
from retrieval.vocabulary import AttributeStats, Vocabulary
from retrieval.wishes import bare_size, shelves, understand
from retrieval.words import ADJECTIVES, GENERIC_HEADS, TALK, clean, has_digit, tokens


class QueryReader:
    """Understand messages against one catalogue.

    Args:
        vocabulary: of the catalogue.
        currency: the shop's ISO 4217 code; amounts in other currencies are set aside.
    """

    def __init__(self, vocabulary: Vocabulary, currency: str) -> None:
        vocabulary.prepare()
        self._vocabulary = vocabulary
        self._currency = currency
        if vocabulary.cjk_keys:
            self._chinese  # noqa: B018 - built now, so that the first message does not wait for it

    @cached_property
    def _chinese(self) -> ChineseReader:
        return ChineseReader(self._vocabulary, self._currency)

    def _scan(self, text: str) -> Reading:
        return self._chinese.scan(text) if is_chinese(text) else scan(text, self._vocabulary, self._currency)

    def read(self, text: str) -> tuple[Understanding, ...]:
        """Read one message.

        Args:
            text: anything; only the first 2,000 characters are read.

        Returns:
            One understanding per need, in the order said: at least one, at most four.
        """
        reading = self._scan(text)
        return tuple(understand(need, self._vocabulary, self._currency) for need in split_needs(reading))

    def corrected(self, text: str) -> str:
        """Return a message with its misspelt words corrected, as `read` reads it: "wireles mouse" to "wireless mouse".

        Words of the language and of the catalogue, units, currencies and part numbers stay.
        """
        return spell(clean(text), self._vocabulary)[0]

    def read_typed(self, wishes: Sequence[Constraint]) -> tuple[Constraint, ...]:
        """Bring wishes that come typed into the catalogue's own words and units, as if they had been said.

        A range whose unit does not convert into that of its attribute keeps its own.
        """
        return tuple(in_own_words(wish, self._vocabulary, self.corrected) for wish in wishes)

    def spelt(self, text: str) -> tuple[str, dict[str, str]]:
        """Return a message with its misspelt words put right, and misspelt word -> word used; Chinese as it is."""
        return (text, {}) if is_chinese(text) else spell(clean(text), self._vocabulary)

    def names_thing(self, phrase: str) -> bool:
        """Whether a phrase ends with a word of the catalogue that tells what a thing is, not what it is like: no
        adjective and no stated value ("laptop", but not "ceramic" or "wide")."""
        *_, last = tokens(phrase)
        link = Linker(self._vocabulary).find(last.key)
        like = link is not None and bool(link.values or link.heads or link.flags)
        plain = {last.key, last.folded} & (ADJECTIVES | GENERIC_HEADS | TALK)
        return self._vocabulary.knows(last.text) and not like and not plain and not has_digit(last.text)

    def unit_of(self, name: str) -> str | None:
        """The unit in which the catalogue states an attribute; None where it has none."""
        stats = self._vocabulary.attributes.get(name)
        return stats.unit if stats else None

    def number_called(self, word: str, dimension: str, kinds: Collection[str]) -> AttributeStats | None:
        """Find what products state in numbers under a name with this word, e.g. "age_from" for "age".

        Args:
            word: folded.
            dimension: of its unit, e.g. "age".
            kinds: wanted categories or departments; where there are any, enough of their products must state it.
        """
        choices = Choices(self._vocabulary, shelves(tuple(kinds), self._vocabulary))
        called = [stats for stats in self._vocabulary.numeric if word in stats.name.split("_")]
        usable = (
            stats
            for stats in called
            if (unit := find_unit(stats.unit or "")) is not None
            and unit.dimension == dimension
            and (not kinds or choices.share_of(stats) >= choices.coverage)
        )
        return max(usable, key=lambda stats: stats.count, default=None)

    def read_within(self, text: str, constraints: tuple[Constraint, ...]) -> Understanding:
        """Read one need whose wishes, or some of them, are known: their kind of product tells what its words mean."""
        reading = self._scan(text)
        return understand(split_needs(reading)[0], self._vocabulary, self._currency, constraints)

    def read_refinement(self, text: str, need_text: str, constraints: tuple[Constraint, ...]) -> Refinement:
        """Read a follow-up message.

        Args:
            text: e.g. "something cheaper, not Acme".
            need_text: words of the need so far, e.g. "hiking boots".
            constraints: wishes that hold so far.

        Returns:
            What changes. A message that names another kind of product starts a new need.
        """
        left = prepare(text, constraints, need_text)
        rest, step = left.rest, left.step
        known = self._with_kind(need_text, constraints)
        rest = bare_size(rest, known, self._vocabulary)
        reading = self._scan(rest)
        needs = split_needs(reading)
        understood = understand(needs[0], self._vocabulary, self._currency, known)
        new = self._is_new(rest, understood, need_text, constraints) or len(needs) > 1
        held = {constraint.key: constraint for constraint in constraints}
        changed = tuple(
            c for c in understood.constraints if held.get(c.key) != c and not is_broader(c, constraints, text)
        )
        kept = [wish for wish in constraints if wish.key not in left.dropped]
        changed = within(beside(changed, constraints, left.dropped, text), kept, text)
        return Refinement(
            text=understood.text,
            constraints=changed,
            dropped=tuple(key for key in left.dropped if key not in {c.key for c in changed}),
            sort=None if understood.sort is Sort.RELEVANCE else understood.sort,
            price_step=None if any(c.kind == "price" for c in changed) else step,
            starts_new_need=new,
            understanding=understood,
            dropped_words=left.dropped_words,
        )

    def _with_kind(self, need_text: str, constraints: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        """The wishes so far, with the kind of product that the need's words name where no wish says it."""
        if not need_text or any(c.key == "category" for c in constraints):
            return constraints
        return (*constraints, *(c for c in self.read(need_text)[0].constraints if c.key == "category"))

    def _is_new(
        self, text: str, understood: Understanding, need_text: str, constraints: tuple[Constraint, ...]
    ) -> bool:
        if begins_anew(text):
            return True
        before, after = _wanted_kinds(self._with_kind(need_text, constraints)), _wanted_kinds(understood.constraints)
        if after:
            # A need without any thing yet ("a gift under 50", "Acme") is only narrowed by naming one.
            return before.isdisjoint(after) and bool(before or _says_more(need_text, constraints))
        if understood.category_stated:
            said = {token.key for token in tokens(need_text)}
            return not all(token.key in said for token in tokens(understood.text))
        values = any(isinstance(wish, AttributeIn | BrandIn) for wish in understood.constraints)
        known = bool(self._vocabulary.categories) or values
        return not known and names_another_thing(text, understood.text, need_text)


def _says_more(need_text: str, constraints: tuple[Constraint, ...]) -> bool:
    """Whether a need's words say more than its wishes."""
    wished = {token.key for constraint in constraints for token in tokens(constraint.label())}
    return any(token.key not in wished for token in tokens(need_text))


def _wanted_kinds(constraints: tuple[Constraint, ...]) -> frozenset[str]:
    wanted = (wish for wish in constraints if isinstance(wish, CategoryIn) and not wish.exclude)
    return frozenset(value for wish in wanted for value in wish.values)
