"""What in a supported sentence rests on which fact: each claim with its source."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.evidence import Claim, OrdersFact
from assistant.grounding.claims import DATE, month_day
from assistant.grounding.facts import Facts
from assistant.grounding.fields import field_held
from assistant.grounding.flags import flags_said
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.numbers import words_around
from assistant.grounding.policies import section_of
from assistant.grounding.quantities import figures
from assistant.grounding.reading import as_stated, quoted_section, without_titles
from assistant.grounding.subjects import Subject, subject_of
from assistant.grounding.tables import as_sentences, is_row
from assistant.grounding.translated import in_english
from retrieval.filters import fold, states_word

_MOMENTS = ("placed_at", "shipped_at", "delivered_at", "expected_at", "cancelled_at")


def links_of(sentence: str, facts: Facts, lexicon: Lexicon) -> tuple[Claim, ...]:
    """Name the source of each claim of a sentence that was found supported.

    Args:
        sentence: one sentence of a reply.
        facts: what it was checked against.
        lexicon: the catalogue's names and values.
    """
    if is_row(sentence):
        cells = as_sentences(sentence, facts.before)
        return tuple(dict.fromkeys(claim for cell in cells for claim in links_of(cell, facts, lexicon)))
    said = in_english(sentence, facts, lexicon)
    section = quoted_section(sentence, facts) or section_of(without_titles(said, facts), facts.rules)
    if section is not None:
        return (Claim("policy", sentence.strip(), section.id),)
    subject = subject_of(as_stated(said, facts, lexicon), facts, lexicon)
    rows = [*_products(subject), *_numbers(subject, facts), *_flags(subject, facts), *_values(subject, lexicon)]
    return tuple(dict.fromkeys([*rows, *_days(said, facts)]))


def _products(subject: Subject) -> Iterator[Claim]:
    for mention in subject.mentions:
        yield Claim("product", mention.words, f"{mention.sheet.product.id}#title")


def _numbers(subject: Subject, facts: Facts) -> Iterator[Claim]:
    found = figures(DATE.sub(lambda match: " " * len(match.group()), subject.rest))
    for place, figure in enumerate(found):
        money = figure.any.family == "money"
        for sheet in subject.about_at(figure.start) if subject.mentions else subject.about:
            text = subject.rest[figure.start : figure.end].strip()
            price = sheet.field("price")
            field = (
                (price if figure.holds(price.numbers) else None)
                if money
                else field_held(figure, sheet.fields, words_around(subject.rest, found, place))
            )
            if field is not None:
                yield Claim("amount" if money else "number", text, f"{sheet.product.id}#{field.name}")


def _flags(subject: Subject, facts: Facts) -> Iterator[Claim]:
    for part, about, name in flags_said(subject, facts):
        for sheet in about:
            if any(field.name == name for field in sheet.fields):
                yield Claim("flag", part.strip(), f"{sheet.product.id}#{name}")


def _values(subject: Subject, lexicon: Lexicon) -> Iterator[Claim]:
    said = fold(subject.rest)
    for sheet in subject.about if subject.certain else ():
        for field in sheet.fields:
            if isinstance(field.value, str) and field.text in lexicon.values and states_word(said, field.text):
                yield Claim("value", field.text, f"{sheet.product.id}#{field.name}")


def _days(sentence: str, facts: Facts) -> Iterator[Claim]:
    orders = [order for fact in facts.evidence if isinstance(fact, OrdersFact) for order in fact.orders]
    for match in DATE.finditer(sentence):
        for order in orders:
            for name in _MOMENTS:
                moment = getattr(order, name)
                if moment is not None and (moment.month, moment.day) == month_day(match):
                    yield Claim("date", match.group(), f"{order.id}#{name}")
