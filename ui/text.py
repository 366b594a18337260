"""Untrusted words made safe to show: links, and a small Markdown subset for replies and policies.

Knows nothing of products or turns. Everything that a model or a shop wrote goes through here on its way into HTML.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape
from urllib.parse import urlsplit

import nh3

from assistant.text import clean

_TAGS = {"p", "br", "strong", "em", "code", "ul", "ol", "li", "a"}
_BULLET = re.compile(r"^\s*[-*•]\s+(?P<item>.+)$")
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+(?P<item>.+)$")
_INLINE = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<em>\1</em>"),
    (re.compile(r"\[([^\[\]\n]{1,300})\]\(([^()\s]{1,2000})\)"), r'<a href="\2">\1</a>'),
)


def allowed_link(url: str, hosts: Collection[str] = ()) -> bool:
    """Whether a link may be shown: a path of this site, or http(s) to one of `hosts`."""
    if re.match(r"/(?![/\\])", url) or url.startswith("#"):
        return "\\" not in url
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname is not None and parts.hostname in hosts


def markdown(text: str, hosts: Collection[str] = ()) -> str:
    """Turn a small Markdown subset into safe HTML.

    Paragraphs, line breaks, lists, bold, italics, code and links; everything else stays text. Images are never
    drawn, and a link to another host than `hosts` keeps its words only.

    Args:
        text: untrusted words.
        hosts: host names that links may lead to, e.g. ("shop.example",); paths of this site are always allowed.
    """
    html = "".join(_block(block) for block in re.split(r"\n\s*\n", clean(text).strip()) if block.strip())
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=lambda _, name, value: value if name != "href" or allowed_link(value, hosts) else None,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
    )


def _block(block: str) -> str:
    parts: list[str] = []
    lines: list[str] = []
    items: list[str] = []
    tag = ""

    def flush() -> None:
        if items:
            parts.append(f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>")
            items.clear()
        if lines:
            parts.append(f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>")
            lines.clear()

    for line in block.splitlines():
        bullet, number = _BULLET.match(line), _NUMBERED.match(line)
        kind = "ul" if bullet else "ol" if number else ""
        if kind != tag or (kind and lines):
            flush()
            tag = kind
        match = bullet or number
        if match:
            items.append(match["item"])
        else:
            lines.append(line.strip())
    flush()
    return "".join(parts)


def _inline(text: str) -> str:
    html = escape(text, quote=True)
    for pattern, replacement in _INLINE:
        html = pattern.sub(replacement, html)
    return html
