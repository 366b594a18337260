"""What the benchmarks of one file share: it is read, measured with progress shown, and told to people or programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from assistant.terminal import Progress, say_json, showing_progress

Data = TypeVar("Data")
Found = TypeVar("Found")


def bench_file(
    file: Path,
    read: Callable[[Path], Data],
    measure: Callable[[Data, Progress], Found],
    to_json: Callable[[Found], dict[str, Any]],
    write: Callable[[Found], None],
    *,
    as_json: bool,
) -> None:
    """Measure a file, and tell what was found.

    Args:
        file: see `read`.
        read: raises LogUnusable where it is another file.
        measure: of what was read.
        to_json, write: for programs, for people.
        as_json: for programs.
    """
    data = read(file)
    with showing_progress() as progress:
        found = measure(data, progress)
    if as_json:
        say_json(to_json(found))
    else:
        write(found)
