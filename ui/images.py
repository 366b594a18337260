"""Where a product's picture comes from: this site, an allowed host, or a drawing in its place.

Fetches nothing; a picture of a host that is not allowed is not even named in the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, urlsplit

LOCAL_IMAGE = re.compile(
    r"images/(?P<file>[\w][\w.-]{0,200}\.(?:svg|png|jpe?g|webp|avif|gif))", re.ASCII | re.IGNORECASE
)
"""A picture of the catalogue that lies beside it, e.g. "images/tent-2.svg"."""

_SHAPES: tuple[tuple[str, str], ...] = (
    ("shoe", r"shoe|boot|sneaker|sandal|schuh|stiefel|鞋"),
    ("shirt", r"shirt|jacket|coat|sweater|dress|jean|trouser|hood|jacke|hemd|hose|衣|服"),
    ("bag", r"bag|pack|luggage|suitcase|wallet|rucksack|tasche|包"),
    ("tent", r"tent|camp|sleeping|hammock|zelt|帐篷"),
    ("lamp", r"lamp|light|lantern|leuchte|lampe|灯"),
    ("cup", r"cup|mug|bottle|kettle|coffee|tea|pan|pot|tasse|flasche|杯"),
    ("screen", r"phone|laptop|tablet|monitor|tv|screen|camera|computer|notebook|kabel|cable|电脑|手机"),
    ("sound", r"headphone|speaker|earbud|audio|kopfh|lautsprecher|耳机"),
    ("chair", r"chair|sofa|table|desk|shelf|furniture|stuhl|tisch|椅"),
    ("watch", r"watch|clock|uhr|手表"),
)


def image_address(image: str | None, hosts: Collection[str] = ()) -> str | None:
    """Return the address that the page may load, or None where a drawing must stand in.

    Args:
        image: as the catalogue states it: "images/x.svg" or an http(s) address.
        hosts: host names that pictures may be loaded from; none by default.
    """
    if not image:
        return None
    local = LOCAL_IMAGE.fullmatch(image)
    if local:
        return f"/images/{quote(local['file'])}"
    try:
        parts = urlsplit(image)
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and parts.hostname in hosts and not re.search(r"[\s\"'<>\\]", image):
        return image
    return None


def shape_of(*texts: str | None) -> str:
    """Choose the drawing that stands in for a missing picture, from category or title; "box" for the rest."""
    for text in texts:
        for shape, pattern in _SHAPES:
            if text and re.search(pattern, text, re.IGNORECASE):
                return shape
    return "box"
