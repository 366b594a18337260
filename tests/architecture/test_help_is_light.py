"""`aisle --help` and each command's --help load no framework, and show how the command is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMANDS = ("demo", "serve", "import", "search", "ask", "chat", "replay", "erase", "eval", "doctor")
GROUPS = {
    "users": ("add", "disable", "reset", "list"),
    "train": ("encoder", "ranker", "data", "stack", "neighbours", "sequence", "text"),
    "models": ("list", "show", "shadow", "gate", "promote", "rollback", "stop", "tend"),
    "catalogue": ("versions", "rollback", "report", "delete"),
    "bench": (
        "filters",
        "retrieval",
        "ctr",
        "experiments",
        "ope",
        "groceries",
        "hillstrom",
        "decide",
        "turn",
        "bandit",
        "sequences",
    ),
    "sponsored": ("list", "add", "stop"),
    "experiments": ("list", "plan", "start", "stop", "report"),
    "rules": ("list", "add", "remove", "switch"),
}
EVERY = (*COMMANDS, *(f"{group} {name}" for group, names in GROUPS.items() for name in names))
HEAVY = (
    "torch",
    "gradio",
    "chromadb",
    "sentence_transformers",
    "transformers",
    "langchain",
    "langgraph",
    "numpy",
    "fastapi",
)
_RUN = """
import contextlib, io, json, sys
from assistant.cli import main
sys.argv = ["aisle", *sys.argv[1:]]
out = io.StringIO()
code = 0
with contextlib.redirect_stdout(out):
    try:
        main()
    except SystemExit as end:
        code = end.code
print(json.dumps({"code": code, "out": out.getvalue(), "modules": sorted(sys.modules)}))
"""


def _run(*arguments: str, folder: Path) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), *((*name.split(), "--help") for name in EVERY)], ids=" ".join
)
def test_help_loads_no_framework(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ran = _run(*arguments, folder=tmp_path)
    assert ran["code"] in (0, None)
    assert [name for name in HEAVY if name in ran["modules"]] == []


@pytest.mark.parametrize("name", EVERY)
def test_help_of_each_command_has_an_example(name: str, tmp_path: Path) -> None:
    shown = _run(*name.split(), "--help", folder=tmp_path)["out"]
    assert f"Example: aisle {name}" in " ".join(shown.split())


def test_help_lists_every_command(tmp_path: Path) -> None:
    from assistant.cli import app

    shown = _run("--help", folder=tmp_path)["out"]
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {
        group.name: tuple(command.name for command in group.typer_instance.registered_commands if group.typer_instance)
        for group in app.registered_groups
        if group.typer_instance
    }
    assert (names, groups) == (set(COMMANDS), GROUPS)
    assert [name for name in (*COMMANDS, *GROUPS) if f"  {name} " not in shown] == []


def test_no_argument_shows_the_help(tmp_path: Path) -> None:
    assert "Usage: aisle" in _run(folder=tmp_path)["out"]
