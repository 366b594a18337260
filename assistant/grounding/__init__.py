"""Reply against evidence: a sentence that says what the evidence does not hold is not sent.

Checked are: amounts of money, numbers, dates, links, names of products and brands, stated values (a colour, a
material), stock, policies, and things said to be done. A sentence that fails is left out; where nothing is left, the
composed reply from the same evidence takes its place. Checks look at words, not at meaning: a false claim in words
that the catalogue does not use passes here.
"""

from assistant.grounding.checks import unsupported
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.links import links_of
from assistant.grounding.repeating import tells_more
from assistant.grounding.stream import split_sentences

__all__ = ["Facts", "Lexicon", "links_of", "split_sentences", "tells_more", "unsupported"]
