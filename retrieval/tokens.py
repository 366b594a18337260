"""Text to search tokens: stems, numbers with units, part numbers whole and in pieces, CJK as overlapping pairs.

The same rules cut products and queries. Knows nothing of the catalogue.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

MAX_TEXT_CHARS = 60_000
_SHORT_TEXT = 40
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_UNIT_OF = {
    **{unit: unit for unit in ("kb", "mb", "gb", "tb", "mm", "cm", "m", "km", "hz", "khz", "mhz", "ghz", "w", "kw")},
    **{unit: unit for unit in ("v", "kv", "va", "ma", "mah", "wh", "kwh", "g", "kg", "mg", "l", "ml", "oz", "lb")},
    **{unit: unit for unit in ("dpi", "ppm", "lm", "db", "fps", "mp")},
    **dict.fromkeys(("inch", "inches", '"', "″", "”"), "inch"),
    **dict.fromkeys(("feet", "foot", "ft"), "ft"),
    **dict.fromkeys(("gigabyte", "gigabytes"), "gb"),
    **dict.fromkeys(("watt", "watts"), "w"),
}
_MEASURE = re.compile(
    r"(?<![\w.,])(\d+(?:\.\d+)?)[\s-]?("
    + "|".join(re.escape(unit) for unit in sorted(_UNIT_OF, key=len, reverse=True))
    + r")(?!\w)"
)
_PIECE = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[-./+'’][^\W_{_CJK}]+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_IS_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_IS_MEASURE = re.compile(r"(\d+(?:\.\d+)?)([^\W\d]+)")
_SPLIT = re.compile(r"[-./+'’]")
_local = threading.local()


def tokenise(text: str) -> list[str]:
    """Cut a product's text into tokens.

    Returns:
        Tokens in order, with repetitions. "DV7-1211EA" gives "dv71211ea", "dv7", "1211ea"; "16 GB" and "16GB" give
        "16gb" and "16"; "无线鼠标" gives its overlapping pairs.
    """
    return list(_short_tokens(text)) if len(text) <= _SHORT_TEXT else _cut(text)


@lru_cache(maxsize=200_000)
def _short_tokens(text: str) -> tuple[str, ...]:
    """Brands, kinds and values of attributes come many times in a catalogue."""
    return tuple(_cut(text))


def _cut(text: str) -> list[str]:
    tokens: list[str] = []
    for piece in _pieces(text):
        tokens.extend(_tokens_of(piece))
        measure = _IS_MEASURE.fullmatch(piece) if piece[0].isdigit() else None
        if measure is not None and measure.group(2) in _UNIT_OF:
            tokens.append(measure.group(1))
    return tokens


def query_tokens(text: str) -> list[str]:
    """Cut a query into distinct tokens, without function words unless it consists of nothing else."""
    tokens = list(dict.fromkeys(token for piece in _pieces(text) for token in _tokens_of(piece)))
    return [token for token in tokens if token not in _function_stems()] or tokens


def _pieces(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT_CHARS]).casefold()
    joined = _MEASURE.sub(lambda found: f"{found.group(1)}{_UNIT_OF[found.group(2)]} ", folded)
    return _PIECE.findall(joined)


@lru_cache(maxsize=100_000)
def _tokens_of(piece: str) -> tuple[str, ...]:
    if _IS_CJK.match(piece):
        return tuple(piece[i : i + 2] for i in range(len(piece) - 1)) or (piece,)
    if _IS_NUMBER.fullmatch(piece) or _IS_MEASURE.fullmatch(piece):
        return (piece,)
    parts = [part for part in _SPLIT.split(piece) if part]
    if len(parts) == 1 or parts[1:] == ["s"]:
        return (_stem(parts[0]),)
    return tuple(dict.fromkeys(("".join(parts), *(_stem(part) for part in parts))))


def _stem(word: str) -> str:
    if not word.isalpha():
        return word
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        # A PyStemmer object may not be shared by threads.
        stemmer = _local.stemmer = Stemmer.Stemmer("english")
    return str(stemmer.stemWord(word))


_FUNCTION_WORDS = (
    "a an and any are as at be by can could do for from get give good has have i im in is it its like looking me my "
    "need of on one or please show some something that the their them there these they this those to us want we what "
    "which will with would you your"
)


@lru_cache(maxsize=1)
def _function_stems() -> frozenset[str]:
    return frozenset(_stem(word) for word in _FUNCTION_WORDS.split())
