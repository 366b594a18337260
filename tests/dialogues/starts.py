"""First words that come from public data sets, which stay where they are: read at run time, never copied."""

from __future__ import annotations

import functools
import gzip
import json
import re
from pathlib import Path
from typing import Any

from tests.dialogues.script import Start

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
WISHES = DATASETS / "webshop_instructions" / "human_goals.json.gz"
BRIEFS = DATASETS / "mg_shopdial" / "dialogues.json.gz"
_FIRST_PERSON = {"you are": "I am", "you": "I", "your": "my", "yours": "mine"}


def present() -> bool:
    """Whether the data sets are beside the repository."""
    return WISHES.is_file() and BRIEFS.is_file()


def text_of(start: Start) -> str:
    """Return the words.

    Raises:
        KeyError, IndexError: the set holds no such row.
    """
    if start.webshop_instructions is not None:
        return _wishes()[start.webshop_instructions]
    return first_person(_briefs()[str(start.mg_shopdial)])


def first_person(brief: str) -> str:
    """Say a brief as its reader would ("You are looking for …" becomes "I am looking for …")."""
    return re.sub(r"\b(you are|yours|your|you)\b", lambda m: _FIRST_PERSON[m.group().lower()], brief, flags=re.I)


@functools.cache
def _wishes() -> list[str]:
    found: list[str] = json.loads(gzip.decompress(WISHES.read_bytes()))
    return found


@functools.cache
def _briefs() -> dict[str, str]:
    rows: list[dict[str, Any]] = json.loads(gzip.decompress(BRIEFS.read_bytes()))
    return {row["id"]: row["metadata"]["desc"] for row in rows}
