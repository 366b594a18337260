"""Run the `aisle` command in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import structlog

from assistant.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The answer for programs."""
        return dict(json.loads(self.out))


class Command(Protocol):
    """Run the command with these arguments."""

    def __call__(self, *arguments: str | Path, stdin: str = "") -> Ran: ...


@contextmanager
def run_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *before: str) -> Iterator[Command]:
    """Give the command; `before` stands before all arguments ("users")."""

    def run(*arguments: str | Path, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["aisle", *before, *(str(argument) for argument in arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    yield run
    # The command sets logging up for its process, which here is everybody's.
    structlog.reset_defaults()
