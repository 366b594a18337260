"""HTML as plain text: paragraphs stay apart, everything else of the markup goes. Knows no product."""

from __future__ import annotations

import html
import re

import nh3

MAX_HTML = 500_000
_BLOCKS = {"p", "br", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "hr", "dt"}
_CELLS = {"td", "th", "dd"}
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")
_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_ESCAPED_MARKUP = re.compile(r"</?(?:p|br|div|span|strong|ul|ol|li|table|tr|td|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_MOST_ESCAPES = 3


def plain_text(text: str) -> str:
    """Turn HTML into text: block ends become line breaks, list items begin with a dash, entities are resolved.

    Shops escape twice or thrice ("&amp;amp;"), and sometimes the markup itself ("&lt;br&gt;"), so this goes on until
    nothing of either is left. What only looks like a tag afterwards ("<5 cm>") was written to be read, and stays.

    Args:
        text: HTML or plain text; beyond MAX_HTML characters it is cut off.
    """
    text = text[:MAX_HTML]
    markup = _MARKUP
    for _ in range(_MOST_ESCAPES):
        if markup.search(text):
            text = _without_tags(text)
        if (resolved := unescape(text)) == text:
            break
        text, markup = resolved, _ESCAPED_MARKUP
    return _tidy(text)


def unescape(text: str) -> str:
    """Resolve entities that were escaped up to three times."""
    for _ in range(_MOST_ESCAPES):
        if "&" not in text or (resolved := html.unescape(text)) == text:
            break
        text = resolved
    return text


def _without_tags(text: str) -> str:
    # White space in HTML says nothing; line breaks come from the blocks.
    cleaned = nh3.clean(
        " ".join(text.split()), tags=_BLOCKS | _CELLS, attributes={}, clean_content_tags={"script", "style"}
    )
    return _TAG.sub(_break, cleaned)


def _break(tag: re.Match[str]) -> str:
    closing, name = tag.groups()
    if name == "li":
        return "" if closing else "\n- "
    return " " if name in _CELLS else "\n"


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
