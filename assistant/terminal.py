"""What the `aisle` command writes: answers to stdout, progress and errors to stderr.

It knows no command. Words of the catalogue are untrusted, so everything written for people loses its control
characters; a terminal would obey them.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assistant.answer_json import aisle_version
from assistant.text import clean

Progress = Callable[[str, int, int | None], None]
"""Told of long work: what is being done, how many are done, of how many (None where unknown)."""


def say(text: str = "") -> None:
    """Write words for people to stdout."""
    _write(_shown(text) + "\n")


def say_part(text: str) -> None:
    """Write a piece of a running reply to stdout at once."""
    _write(_shown(text))


def say_json(answer: Mapping[str, Any], *, one_line: bool = False) -> None:
    """Write an answer for programs to stdout, with the version.

    Args:
        answer: JSON values by key.
        one_line: one line instead of an indented text.
    """
    whole = {**answer, "version": aisle_version()}
    _write(json.dumps(whole, ensure_ascii=False, indent=None if one_line else 2) + "\n")


def warn(sentence: str) -> None:
    """Write one plain sentence to stderr."""
    sys.stderr.write(f"aisle: {clean(sentence)}\n")
    sys.stderr.flush()


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Show bars on a terminal's stderr; elsewhere say each kind of work once."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console) as progress:
            yield progress
    else:
        yield _said_once()


def _said_once() -> Progress:
    said: set[str] = set()

    def progress(what: str, _done: int, total: int | None) -> None:
        if what not in said:
            said.add(what)
            warn(f"{what}: {total}" if total else what)

    return progress


@contextmanager
def _bars(console: Any) -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield progress


def _shown(text: str) -> str:
    """Drop what a terminal would obey instead of showing; white space and line ends stay."""
    return "".join(c for c in text if c.isprintable() or c == "\n" or unicodedata.category(c) == "Zs")


def _write(text: str) -> None:
    # Lone surrogates come from arguments that are no UTF-8; they cannot be written.
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8"))
    sys.stdout.flush()
