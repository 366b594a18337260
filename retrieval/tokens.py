"""Text to search tokens: stems, numbers with units, part numbers whole and in pieces; Chinese by words and characters.

The same rules cut products and queries. Knows nothing of the catalogue.

Chinese, Japanese and Korean are found by overlapping pairs of characters, so that a word is found however the text
around it is cut. Chinese products have their words besides, and the character that each word ends with; a Chinese query
is cut into words first, so that no pair reaches from one word into the next.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

import Stemmer

from retrieval.chinese.particles import PARTICLES
from retrieval.chinese.script import has_han, is_chinese
from retrieval.chinese.segmenter import cut, cut_fine

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
_RUNS = re.compile(r"\d+|[^\W\d_]+")
_MODELS = re.compile(r"[^\W\d_]+\d+")
_TOKENS_OF_CHARACTER = 2
_SPLIT = re.compile(r"[-./+'’]")
_local = threading.local()


def tokenise(text: str) -> list[str]:
    """Cut a product's text into tokens.

    Returns:
        Tokens in order, with repetitions. "DV7-1211EA" gives "dv71211ea", "dv7", "1211ea"; "16 GB" and "16GB" give
        "16gb" and "16"; "登山包" gives its pairs 登山 and 山包, its words, and the character 包 that it ends with.
    """
    return list(_short_tokens(text)) if len(text) <= _SHORT_TEXT else _cut(text)


@lru_cache(maxsize=200_000)
def _short_tokens(text: str) -> tuple[str, ...]:
    """Brands, kinds and values of attributes come many times in a catalogue."""
    return tuple(_cut(text))


def _cut(text: str) -> list[str]:
    tokens: list[str] = []
    finer = _finer(text)
    for piece in _pieces(text):
        tokens.extend(_tokens_of(piece))
        measure = _IS_MEASURE.fullmatch(piece) if piece[0].isdigit() else None
        if measure is not None and measure.group(2) in _UNIT_OF:
            tokens.append(measure.group(1))
        if finer is not None:
            tokens.extend(finer(piece))
    return tokens


def first_tokens(text: str, most: int) -> list[str]:
    """Cut the beginning of a product's text, as far as it makes about `most` words or Chinese characters."""
    return tokenise(text)[: most * _TOKENS_OF_CHARACTER if is_chinese(text) else most]


def unspaced_tokens(text: str) -> frozenset[str]:
    """The tokens of those parts of a product's text that are written without spaces."""
    if text.isascii() or not _IS_CJK.search(text):
        return frozenset()
    return frozenset(token for token in tokenise(text) if _IS_CJK.match(token))


def query_groups(text: str) -> list[tuple[str, ...]]:
    """Cut a query into distinct words, each as the tokens that belong together: the pairs of a Chinese word, else one.

    Function words are left out unless the query consists of nothing else.
    """
    chinese = is_chinese(text)
    groups: dict[tuple[str, ...], bool] = {}
    for piece in _pieces(text):
        if chinese and _IS_CJK.match(piece):
            groups |= {_tokens_of(word): word in PARTICLES for word in cut(piece)}
        else:
            groups |= {(token,): token in _function_stems() for token in _tokens_of(piece)}
    return [group for group, is_function_word in groups.items() if not is_function_word] or list(groups)


def query_tokens(text: str) -> list[str]:
    """Cut a query into distinct tokens, without function words unless it consists of nothing else."""
    return list(dict.fromkeys(token for group in query_groups(text) for token in group))


def name_tokens(name: str) -> frozenset[str]:
    """The tokens that a query has which says a name, e.g. of a brand."""
    return frozenset(query_tokens(name) if is_chinese(name) else tokenise(name))


def _finer(text: str) -> Callable[[str], Sequence[str]] | None:
    """How the pieces of a text with Han characters are cut besides; None for any other text."""
    if is_chinese(text):
        return _finer_chinese
    return (lambda piece: [char for char in piece if has_han(char)]) if has_han(text) else None


def _finer_chinese(piece: str) -> Sequence[str]:
    if _IS_CJK.match(piece):
        # The last character says what a thing is (登山包 is a 包), so people also search for it alone.
        return (*(word[-1] for word in cut(piece) if len(word) > 1), *cut_fine(piece))
    parts = (*_RUNS.findall(piece), *_MODELS.findall(piece))  # "iphone7plus手机壳": nobody puts spaces there
    return [_stem(part) for part in dict.fromkeys(parts) if part != piece]


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
