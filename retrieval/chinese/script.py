"""Which script a text is written in, as far as it decides how words are found.

Han characters alone are taken for Chinese; beside kana or Hangul they are Japanese or Korean, which nothing here reads.
"""

from __future__ import annotations

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA_OR_HANGUL = re.compile("[\u3040-\u30fa\u30fc-\u30ff\uac00-\ud7af]")
_HAN = re.compile(rf"[{HAN}]")


def has_han(text: str) -> bool:
    """Whether a text holds a Han character."""
    return not text.isascii() and _HAN.search(text) is not None


def is_chinese(text: str) -> bool:
    """Whether a text is to be read as Chinese, whatever else stands in it ("Acme 无线 mouse")."""
    return has_han(text) and _KANA_OR_HANGUL.search(text) is None
