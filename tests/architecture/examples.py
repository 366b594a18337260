"""Runs the examples of the documentation.

An example is a fenced block of `python` or `console` right after the line `<!-- run -->`. Python must end without an
error. In a console block each line after "$ " is run by the shell; the lines below it, if any, are what it must print
("..." stands for anything).
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^<!-- run -->\n```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One example: where it stands, its language and its text."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def examples(page: Path) -> Iterator[Example]:
    """Yield the examples of a page, in order."""
    whole = page.read_text()
    for match in _BLOCK.finditer(whole):
        yield Example(page, whole.count("\n", 0, match.start()) + 1, match.group(1), match.group(2))


def run_example(example: Example, folder: Path) -> None:
    """Run an example in a folder.

    Raises:
        AssertionError: it failed, or printed something else than it says.
    """
    if example.language == "python":
        _run([sys.executable, "-c", example.text], folder, example)
        return
    for part in re.split(r"^\$ ", example.text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        printed = _run(["sh", "-c", command], folder, example)
        if expected.strip():
            same = doctest.OutputChecker().check_output(
                expected, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            )
            assert same, f"{example}: `{command}` printed\n{printed}\nand not\n{expected}"


def _run(command: list[str], folder: Path, example: Example) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{example}: {ran.stdout}{ran.stderr}"
    return ran.stdout
