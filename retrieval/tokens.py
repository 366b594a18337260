"""Text to search tokens: stems, numbers with units, part numbers whole and in pieces, CJK as overlapping pairs.

The same function cuts products and queries. Knows nothing of the catalogue.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

MAX_QUERY_CHARS = 1_000
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[-./+'’][^\W_{_CJK}]+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_SPLIT = re.compile(r"[-./+'’]")
_UNITS = frozenset(
    "kb mb gb tb mm cm m km in inch hz khz mhz ghz w kw mw v mv a ma mah wh kg g mg ml l dpi ppm lm db fps mp".split()  # noqa: SIM905
)
_local = threading.local()


def tokenise(text: str) -> list[str]:
    """Cut text into tokens.

    Returns:
        Tokens in order, with repetitions. "DV7-1211EA" gives "dv71211ea", "dv7", "1211ea"; "16 GB" and "16GB" both give
        "16gb"; "无线鼠标" gives its overlapping pairs.
    """
    tokens: list[str] = []
    number = ""
    for match in _PIECE.finditer(unicodedata.normalize("NFKC", text).casefold()):
        piece = match.group()
        if number and piece in _UNITS:
            tokens.append(number + piece)
        tokens.extend(_tokens_of(piece))
        number = piece if piece.replace(".", "", 1).isdigit() else ""
    return tokens


@lru_cache(maxsize=200_000)
def _tokens_of(piece: str) -> tuple[str, ...]:
    if _IS_CJK.match(piece):
        return tuple(piece[i : i + 2] for i in range(len(piece) - 1)) or (piece,)
    parts = [part for part in _SPLIT.split(piece) if part]
    if len(parts) == 1:
        return (_stem(piece),)
    if parts[1:] == ["s"]:
        return (_stem(parts[0]),)
    if all(part.isdigit() for part in parts) and "." in piece:
        return (piece,)
    whole = "".join(parts)
    return (whole, *(_stem(part) for part in parts))


def _stem(word: str) -> str:
    if not word.isalpha():
        return word
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        # A PyStemmer object may not be shared by threads.
        stemmer = _local.stemmer = Stemmer.Stemmer("english")
    return str(stemmer.stemWord(word))


_FUNCTION_WORDS = frozenset(
    _stem(word)
    for word in (  # noqa: SIM905 - a list of words reads better as words
        "a an and any are as at be by can could do for from get give good has have i im in is it its like looking "
        "me my need of on one or please show some something that the their them there these they this those to us want "
        "we what which will with would you your"
    ).split()
)


def content_tokens(text: str) -> list[str]:
    """Cut a query into tokens and leave out function words, unless it consists of nothing else."""
    tokens = tokenise(text)
    return [token for token in tokens if token not in _FUNCTION_WORDS] or tokens
