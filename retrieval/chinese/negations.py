"""Refusals that turn a comparison round in Chinese: "不要200元以上的", "200元以上的不要", "不要黑色和2公斤以上的"."""

from __future__ import annotations

import re

_REFUSING = (
    r"(?:不(?:要|想要|想买|买|想看|看|考虑|接受|喜欢)|别(?:给我)?(?:推荐|看|显示|展示|来|买|要)|"
    r"拒绝|排除|除[了去开]|讨厌)"
)
_LINKING = r"(?:再|推荐|给我|我|看|买|任何|那些|那种|这种|重量|价格|价钱|价位|售价|单价|是|在|有|要)*\s?"
_IN_FRONT = re.compile(rf"{_REFUSING}{_LINKING}\Z")
_IN_A_LIST = re.compile(rf"{_REFUSING}[^,，。;；!！?？\s\d]{{1,12}}(?:和|与|跟|及|以及|或者?|还有|、){_LINKING}\Z")
_BEHIND = re.compile(
    r"的?(?:东西|商品|产品)?(?:我?(?:都|就|一律|全部?)?(?:不要|不想要|不考虑|不买|不看|不接受|免谈|除外|排除|别推荐|别来))"
    r"了?(?=\Z|[\s,，。;；!！?？、])"
)
_TURNED_ALREADY = ("不", "别")


def find_turned(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find whether a comparison is refused.

    Args:
        text: cleaned.
        start, end: where the comparison stands.

    Returns:
        Where it stands together with the words that refuse it alone; None where nothing refuses it.
    """
    if text[start:end].startswith(_TURNED_ALREADY):
        return None
    if behind := _BEHIND.match(text, end):
        return start, behind.end()
    if before := _IN_FRONT.search(text[:start]):
        return before.start(), end
    return (start, end) if _IN_A_LIST.search(text[:start]) else None
