"""Words of a sentence about products that nobody has said: such a sentence tells something that no fact holds."""

from __future__ import annotations

from assistant.grounding.attributes import is_claim, speaks_of_products
from assistant.grounding.claims import DATE, LINK
from assistant.grounding.comparisons import without_orders
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import stem, stems_of, words_of
from assistant.grounding.quantities import without_figures
from assistant.grounding.subjects import UNSTATED, Subject, is_open


def claims_word(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a sentence about products has a telling word that nobody has said: neither they, nor the shopper, nor is
    it ordinary English.
    """
    if UNSTATED.search(subject.text) or is_open(subject) or not (facts.sheets and speaks_of_products(subject, facts)):
        return False
    known = stems_of(f"{facts.asked} {facts.shared}").union(
        *(sheet.known for sheet in subject.about), *(sheet.deniable for sheet in subject.about)
    )
    text = without_figures(without_orders(DATE.sub(" ", LINK.sub(" ", subject.rest))))
    return any(is_claim(word) and stem(word) not in known for word in words_of(text))
