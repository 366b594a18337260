"""Text hygiene: one normal form, no invisible characters, bounded length. Knows no language."""

from __future__ import annotations

import re
import unicodedata

# Zero-width, bidirectional controls, tag characters (used to hide instructions), soft hyphen, variation selectors kept.
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LAST_WORD = re.compile(r"\s+\S*\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENING = re.compile(r"<(?=\s*[/|｜!?_<\w])(?!\s*\d)")
_CONTROL_TOKEN = re.compile(r"\[(/?[A-Z][A-Z_]{2,})\]")


def clean(text: str, max_chars: int | None = None) -> str:
    """Return the text in NFC without control, invisible and lone surrogate characters, cut to `max_chars`.

    It is cut behind a word where that keeps more than half: half a word of a title says what the title does not.
    """
    normal = unicodedata.normalize("NFC", visible(text)).strip()
    if max_chars is not None and len(normal) > max_chars:
        whole_words = _LAST_WORD.sub("", normal[:max_chars])
        head = whole_words if 2 * len(whole_words) > max_chars else normal[: max_chars - 1]
        return head[: max_chars - 1].rstrip() + "…"
    return normal


def visible(text: str) -> str:
    """Return a piece of a text without control, invisible and lone surrogate characters; white space stays."""
    return _INVISIBLE.sub("", _CONTROL.sub(" ", _SURROGATE.sub("", text)))


def without_fences(text: str) -> str:
    """Return a text in which nothing reads as a delimiter: of ours (`</shop_state>`) or of a model's chat template
    (`<|im_start|>`, `[INST]`, `<<SYS>>`). A comparison ("< 50", "<3 kg") stays."""
    return _CONTROL_TOKEN.sub(r"‹\1›", _OPENING.sub("‹", text))


def has_words(text: str) -> bool:
    """Whether there is at least one letter or digit in the text."""
    return any(character.isalnum() for character in text)
