"""Where words begin and end in Chinese. The only home of rjieba, which is loaded when the first Chinese text is seen.

Dictionary and hidden Markov model are those of jieba (github.com/fxsjy/jieba), compiled; nothing is read from disk or
written to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rjieba import Jieba


def cut(text: str) -> list[str]:
    """Cut a text into words, e.g. "真无线蓝牙耳机" into 真, 无线, 蓝牙, 耳机; joined they are the text."""
    return _dictionary().cut(text)


def cut_fine(text: str) -> list[str]:
    """Cut a text into words and the words inside them, e.g. "登山包" into 登山, 山包, 登山包."""
    return _dictionary().cut_for_search(text)


def is_word(text: str) -> bool:
    """Whether a text is a word of the dictionary."""
    return _dictionary().has_word(text)


class Segmenter:
    """Cuts texts into words, some of them names that no dictionary has.

    Safe to use from several threads.

    Args:
        names: of the catalogue, e.g. "米白色"; they are kept whole.
    """

    def __init__(self, names: Iterable[str]) -> None:
        from rjieba import Jieba

        self._jieba = Jieba()
        for name in names:
            if not self._jieba.has_word(name):
                self._jieba.add_word(name, self._jieba.suggest_freq(name), None)

    def cut(self, text: str) -> list[str]:
        """Cut a text into words; joined they are the text."""
        return self._jieba.cut(text)


@lru_cache(maxsize=1)
def _dictionary() -> Jieba:
    from rjieba import Jieba

    return Jieba()
