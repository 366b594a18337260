"""Misspelt Chinese: characters that sound like those that were meant, as they come of typing by sound ("保温悲").

The 3,755 common characters of GB 2312 stand in the order of their sound (GB/T 2312-1980, level 1), so one character per
syllable tells the sounds of all. Tones are not told apart, and of several readings of a character one is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping

from assistant.language.phrasebook import Phrasebook
from retrieval.chinese.script import has_han
from retrieval.chinese.segmenter import is_word

_FIRST = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋搭呆耽当刀德蹬堤颠碉跌丁丢东兜督端堆墩掇蛾恩而"
    "发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括"
    "垃莱蓝琅捞勒雷棱厘俩联粮撩列琳玲溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇"
    "飘撇拼乒坡扑期掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸虽孙蓑塌胎坍汤掏特藤梯天挑贴厅"
    "通偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽迂鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
"""The first character of each syllable, in order: ā, āi, ān ..."""
_LEVEL_1 = range(0xB0A1, 0xD800)
_LENGTHS = (4, 3, 2)


def _code(char: str) -> int:
    try:
        return int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return 0


_FIRST_CODES = [_code(char) for char in _FIRST]


def sound(char: str) -> int:
    """The number of a character's syllable, the same for all that sound alike; -1 where it is not known."""
    code = _code(char)
    return bisect_right(_FIRST_CODES, code) - 1 if code in _LEVEL_1 else -1


class Sounds:
    """Finds the phrasebook's words behind characters that only sound like them.

    Args:
        book: of an unspaced language.
    """

    def __init__(self, book: Phrasebook) -> None:
        self._book = book
        self._alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for word in map("".join, book.entries):
            if len(word) in _LENGTHS and all(map(has_han, word)):
                self._alike[tuple(map(sound, word))].append(word)

    def slips(self, text: str) -> Mapping[str, str]:
        """Words of a text that are none, each with the phrasebook's word that sounds like it and shares half of it."""
        found = (self._slip(text, place) for place in self._unknown(text))
        return dict(slip for slip in found if slip)

    def _slip(self, text: str, place: int) -> tuple[str, str] | None:
        """The longest slip that the character of a place is a part of."""
        for length in _LENGTHS:
            for start in range(max(0, place - length + 1), place + 1):
                said = text[start : start + length]
                if meant := self._meant(said):
                    return said, meant
        return None

    def _unknown(self, text: str) -> Iterable[int]:
        """Places of characters that belong to no word of the phrasebook."""
        place = 0
        while place < len(text):
            size = next((n for n in range(self._book.longest, 0, -1) if self._is_entry(text[place : place + n])), 0)
            if not size and has_han(text[place]):
                yield place
            place += size or 1

    def _is_entry(self, word: str) -> bool:
        return self._book.key(word) in self._book.entries

    def _meant(self, said: str) -> str | None:
        if len(said) not in _LENGTHS or self._is_entry(said) or is_word(said):
            return None
        alike = self._alike.get(tuple(map(sound, said)), ())
        return next((word for word in alike if 2 * sum(map(str.__eq__, said, word)) >= len(said)), None)
