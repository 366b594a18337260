"""Whether a shopper's words ask for a change of the cart: a deed needs words for the deed beside what they point at.

English, or what a phrasebook made of another language, in any order of words. Knows words, not meaning: it keeps a
model that obeys somebody else from taking talk about "the first inquiry" for a request; which product is meant is
found elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import takewhile

from assistant.counting import MIDDLE, NUMBERS, PLACE, pieces, things_counted
from assistant.references import with_extremes_as_places
from retrieval.words import tokens, word_key, word_set

_GET = r"(?:add|buy|order|purchase|get|grab|take|have|choose|pick|reserve)"
_PUT = r"(?:put|throw|place|pop|chuck|stick|drop|fill)"
_CART = r"(?:cart|basket|bag|trolley)"
_POLITE = (
    r"(?:(?:please|pls|plz|ok|okay|yes|yeah|yep|great|good|fine|perfect|no|so|then|and|also|but|now|well|actually|just"
    r"|cool|alright|right|hm+|oh|or|rather|instead|maybe|hi|hello|hey|kindly)\b[,.!]*\s*)*"
)
_ADDS = re.compile(
    rf"^\W*{_POLITE}(?:{_GET}|gimme|(?:give|send|bring|sell|hand|get) (?:me|us)|(?:go|going) (?:with|for))\b"
    rf"|\b(?:i|we)\s*(?:['’]?(?:ll|d)|will|would|wanna|(?:am|['’]?m|are|['’]?re) (?:going to|gonna))\s+"
    rf"(?:(?:just|also|rather|then|love to|like to|prefer to)\s+)*(?:{_GET}|go (?:with|for)|want|need|prefer)\b"
    rf"|\b(?:i|we)\s*(?:['’]?d|would)\s+(?:also\s+|really\s+)?(?:like|love)\b(?!\s+(?:you|to)\b)"
    rf"|\b(?:i|we|and|also)\s+(?:(?:really|also|just|do)\s+)*(?:want|need|choose|pick|prefer|take)\b"
    rf"(?!\s+(?:you\b|to\s+(?!{_GET}\b|{_PUT}\b)))"
    rf"|\b(?:can|could|may|will|would|shall|should|might)\s+(?:i|we|you|u)\s+(?:(?:please|also|just|then)\s+)*{_GET}\b"
    rf"|\b(?:let me|let['’]?s|let us|to)\s+(?:(?:just|also)\s+)*(?:{_GET}|go (?:with|for))\b"
    rf"|\b(?:taking|getting|buying|ordering|going (?:with|for)|decided (?:on|for)|settled (?:on|for)|go ahead with)\b"
    rf"|\b{_GET} (?:i|we)\b|\bmake (?:it|that|them)\b|\banother\b|\ban extra\b"
    rf"|\b(?:\d{{1,2}}|{'|'.join(NUMBERS)})\s+(?:more|extra)\b"
    rf"|\b(?:in|into|to|inside|on)\s+(?:the |my |a |our )?(?:shopping )?{_CART}\b|\b{_PUT}\b.*\b{_CART}\b",
    re.I | re.S,
)
_REMOVE = r"(?:remove|delete|drop|discard|scrap|dump|clear|empty|cancel|kick|get rid of|throw|skip|toss|leave out)"
_TAKES_OUT = re.compile(
    rf"^\W*{_POLITE}(?:(?:can|could|would|will|may) (?:you|we|i) (?:please )?)?"
    rf"(?:(?:i|we)(?: want|['’]d like| would like| need) to |let['’]?s |you can )?"
    rf"(?:{_REMOVE}\b|(?:take|get|leave|put|pull|kick)\b.*\b(?:out|off|away|back|from|less|fewer)\b"
    rf"|(?:take|get) (?:just |only )?(?:\d{{1,2}}|{'|'.join(NUMBERS)})\b"
    rf"|(?:\d{{1,2}}|{'|'.join(NUMBERS)}) (?:less|fewer)\b)"
    r"|\b(?:not|don['’]?t|no longer)\b.{0,12}\b(?:want|need|like)\b(?!\s+to\b)",
    re.I | re.S,
)
_IN_CART = word_set("it that this them these those one both all everything cart basket bag trolley two three")
_COUNTS = re.compile(rf"\d|\b(?:{'|'.join(NUMBERS)}|double|twice|thrice|once|halve|half|another|single)\b", re.I)
_SETS = re.compile(
    rf"(?:^|[,;.!?])\W*{_POLITE}(?:(?:i|we)\s+(?:only\s+)?(?:want|need|take|prefer)\b(?!\s+(?:you|to)\b)"
    r"|(?:can|could|would|will) (?:you|we|i) (?:please )?(?:make|change|set|update|have|get)"
    r"|make|change|set|update|adjust|increase|reduce|lower|raise|double|halve|take|get|give me)\b",
    re.I,
)
_PLAIN = word_set(
    """add buy order purchase get grab take have choose pick reserve put throw place pop chuck stick drop gimme give
    send go with for want need like love prefer would will can could may shall make let lets let's need wanna i i'll ill
    i'd id i'm we we'll we'd me us my you please pls plz thanks thank cheers ok okay yes yeah yep sure great good fine
    perfect so then also just and or now well actually rather instead maybe too again more another extra only both all
    each every of from before the a an this that these those it them one ones same item items product products number
    numbers no nr option in into to on inside cart basket bag trolley shopping be is are that's it's as do here there
    piece pieces pair pairs pcs unit units time times x set sets pack packs twice thrice once colour color size former
    latter last next any whichever whatever either other size right hello hi hey oh hm hmm best quantity"""
)
_OUT = word_set("remove delete drop discard scrap dump clear empty cancel out away less fewer")
_BESIDE_OUT = word_set("can not do don't off back get rid any everything")
_FEWER = word_set("enough plenty more less fewer better nah nope not should were")
_NO_THING = _PLAIN | {word_key(number) for number in NUMBERS}


def asks_to_add(text: str, vocabulary: Collection[str]) -> bool:
    """Whether a part of a message asks to have something put into the cart.

    Args:
        text: the part, e.g. "I'll take the second", "the second please, in red".
        vocabulary: keys of the words that the products pointed at are called by (`word_key`).

    Returns:
        True where it says so, or where it says nothing else than what is pointed at.
    """
    if _ADDS.search(text):
        return True
    return not text.rstrip().endswith("?") and _only_points(text, vocabulary)


def counts_these(text: str, vocabulary: Collection[str]) -> bool:
    """Whether the places of a text count products: "the first", "the second tent"; "the first inquiry" does not.

    Args:
        text: a part of a message.
        vocabulary: keys of the words for what is on the table and what was looked for.
    """
    things = [[key for key in keys if key not in _NO_THING] for keys in things_counted(text)]
    return not things or any(not keys or any(key in vocabulary for key in keys) for keys in things)


def asks_to_take_out(words: str, vocabulary: Collection[str]) -> bool:
    """Whether a part of a message asks to have something taken out of the cart, and says what.

    Args:
        words: the message.
        vocabulary: keys of the words that the products of the cart are called by.
    """
    known = {*vocabulary, *_OUT, *_BESIDE_OUT}
    for text in (piece.text for piece in pieces(words)):
        says_so = _TAKES_OUT.search(text) is not None
        if says_so and _points(text, vocabulary):
            return True
        if (says_so or not _keys(text).isdisjoint(_OUT)) and _only_points(text, known):
            return True
    return False


def asks_for_number(words: str, vocabulary: Collection[str]) -> bool:
    """Whether a part of a message asks for another number of pieces: "make it 5", "the lamp to two", "3 of them".

    Args:
        words: the message.
        vocabulary: keys of the words that the products of the cart are called by.
    """
    texts = [piece.text for piece in pieces(words)]
    if any(_COUNTS.search(text) and _SETS.search(text) and _points(text, vocabulary) for text in texts):
        return True
    # A number alone counts only where the message begins with it: "(2020)." in a text is none.
    known = {*vocabulary, *_FEWER}
    return any(_COUNTS.search(text) for text in takewhile(lambda text: _only_points(text, known), texts))


def _points(text: str, vocabulary: Collection[str]) -> bool:
    return PLACE.search(text) is not None or not _keys(text).isdisjoint({*vocabulary, *_IN_CART})


def _only_points(text: str, vocabulary: Collection[str]) -> bool:
    rest = MIDDLE.sub(" ", PLACE.sub(" ", with_extremes_as_places(text)))
    return all(key in _NO_THING or key in vocabulary or key.replace(".", "").isdigit() for key in _keys(rest))


def _keys(text: str) -> set[str]:
    return {token.key for token in tokens(text)}
