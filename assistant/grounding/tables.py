"""Rows of a Markdown table as sentences: each cell with the heading above it, said of what stands first in its row."""

from __future__ import annotations

import re

_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$")


def is_row(line: str) -> bool:
    """Whether a line is a row of a table."""
    return line.strip().startswith("|")


def is_rule(line: str) -> bool:
    """Whether a line parts a table's head from its rows: it says nothing."""
    return _RULE.match(line.strip()) is not None


def as_sentences(row: str, before: str) -> list[str]:
    """Say a row's cells, e.g. "Fjell 2: Weight 2.4 kg"; the head of a table has none.

    Args:
        row: the line.
        before: what stands above it, which ends with the table's head where there is one.
    """
    heads = _heads(before)
    first, *rest = _cells(row)
    if heads is None:
        return []
    return [f"{first}: {head} {cell}".strip() for head, cell in zip(heads[1:], rest, strict=False)] or [first]


def _heads(before: str) -> list[str] | None:
    """The headings of the table that a text ends with."""
    lines = before.rstrip("\n").split("\n")
    for place in range(len(lines) - 1, 0, -1):
        if is_rule(lines[place]) and is_row(lines[place - 1]):
            return _cells(lines[place - 1])
        if not is_row(lines[place]):
            return None
    return None


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]
