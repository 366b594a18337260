"""Imports go one way, each framework has one home, and nothing happens at import."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.project import PACKAGES, ROOT, module_names, sources

_LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _LINT], cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_are_kept() -> None:
    checked = _lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")],
        )
    return folder


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("retrieval/product.py", "import assistant.turn"),
        ("retrieval/product.py", "import recommender.events"),
        ("recommender/events.py", "import retrieval.product"),
        ("assistant/turn.py", "import ui"),
        ("assistant/turn.py", "import assistant.store"),
        ("assistant/turn.py", "def later():\n    import gradio"),
        ("retrieval/product.py", "import torch.nn"),
        ("retrieval/product.py", "from chromadb import Client"),
        ("assistant/support/__init__.py", "import langchain_core.messages"),
        ("ui/__init__.py", "import sqlalchemy"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, file: str, line: str) -> None:
    path = copy / file
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        checked = _lint_imports(copy)
    finally:
        path.write_text(before)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") in checked.stdout


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _named(tree: ast.Module) -> Iterator[str]:
    """Yield every imported module, imported name and attribute, dotted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield _dotted(node)


def _uses(names: set[str]) -> set[str]:
    """Files that use one of these, or something inside one."""
    return {
        file
        for file, tree in sources()
        for used in _named(tree)
        if any(f"{used}.".startswith(f"{name}.") for name in names)
    }


_SWITCHES = {"ui": ("GRADIO_",), "retrieval/encoder.py": ("HF_", "TRANSFORMERS_", "TOKENIZERS_")}
"""Who may set (never read) which switches of a framework that takes them from the environment alone."""


def _set_switches(tree: ast.Module, prefixes: tuple[str, ...]) -> int:
    """Count `os.environ.setdefault("SWITCH", …)` and `os.environ["SWITCH"] = …`."""
    keys: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func) == "os.environ.setdefault":
            keys.append(node.args[0])
        elif isinstance(node, ast.Assign):
            targets = [target for target in node.targets if isinstance(target, ast.Subscript)]
            keys += [target.slice for target in targets if _dotted(target.value) == "os.environ"]
    return sum(isinstance(key, ast.Constant) and str(key.value).startswith(prefixes) for key in keys)


def _readers(files: Iterable[tuple[str, ast.Module]]) -> set[str]:
    found = set()
    for file, tree in files:
        uses = sum(name in {"os.environ", "os.environb", "os.getenv", "os.getenvb"} for name in _named(tree))
        prefixes = _SWITCHES.get(file) or _SWITCHES.get(file.split("/")[0]) or ()
        if uses > (_set_switches(tree, prefixes) if prefixes else 0):
            found.add(file)
    return found


def test_only_the_settings_read_the_environment() -> None:
    assert _readers(sources()) <= {"assistant/config.py"}


@pytest.mark.parametrize(
    ("file", "code", "reads"),
    [
        ("ui/app.py", "os.environ.setdefault('GRADIO_X', '1')", False),
        ("ui/app.py", "os.environ['GRADIO_X'] = '1'", False),
        ("ui/app.py", "os.environ['AISLE_X'] = '1'", True),
        ("ui/app.py", "print(os.environ['GRADIO_X'])", True),
        ("ui/app.py", "from os import environ", True),
        ("assistant/agent.py", "os.environ['GRADIO_X'] = '1'", True),
        ("assistant/agent.py", "os.getenv('HOME')", True),
    ],
)
def test_a_reader_of_the_environment_is_found(file: str, code: str, reads: bool) -> None:
    assert (_readers([(file, ast.parse(code))]) == {file}) is reads


def test_chroma_is_only_used_embedded() -> None:
    server = {
        "chromadb.server",
        "chromadb.app",
        "chromadb.HttpClient",
        "chromadb.AsyncHttpClient",
        "chromadb.CloudClient",
    }
    assert _uses(server) == set()


def test_nothing_is_unpickled() -> None:
    assert _uses({"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch.load"}) == set()


def test_langchain_neither_loads_objects_nor_keeps_checkpoints() -> None:
    names = {"langchain_core.load", "langchain_core.prompts.loading", "langgraph.checkpoint", "langchain.hub"}
    assert _uses(names) == set()


def test_the_use_of_a_name_is_seen() -> None:
    assert "assistant/config.py" in _uses({"pydantic_settings.BaseSettings"})
    assert "retrieval/product.py" in _uses({"babel"})


_WATCH = """
import importlib, json, os, sys, threading
sys.dont_write_bytecode = True
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
WATCHED = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir", "os.remove",
           "os.rename", "os.system", "os.putenv", "sqlite3.connect"}
seen = []
root = sys.argv[1]
def ours():
    # What another package does when it is imported is not ours; what it does when our module calls it is.
    frame = sys._getframe(2)
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_filename.startswith(root) and "site-packages" not in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
def watch(event, args):
    if not (event == "open" or event in WATCHED) or not ours():
        return
    if event == "open" and str(args[0]) != os.devnull:
        if set(args[1] or "") & set("wax+") or isinstance(args[2], int) and args[2] & WRITING:
            seen.append(f"open {args[0]} for writing")
    elif event != "open":
        seen.append(f"{event} {args[:1]!r}")
sys.addaudithook(watch)
found = {}
sys.path.insert(0, root)
for module in sys.argv[2:]:
    importlib.import_module(module)
    if seen or threading.active_count() > 1:
        found[module] = [*seen, f"{threading.active_count()} threads"]
        seen.clear()
print(json.dumps(found))
"""


def _effects(root: Path, modules: list[str], folder: Path) -> dict[str, list[str]]:
    """Import modules one after the other in a new process; return what else happened, by module."""
    ran = subprocess.run(
        [sys.executable, "-c", _WATCH, str(root), *modules], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def test_importing_any_module_does_nothing_else(tmp_path: Path) -> None:
    modules = [name for name in module_names() if not name.endswith(".__main__")]
    assert _effects(ROOT, modules, tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_what_a_module_does_at_import_is_seen(tmp_path: Path) -> None:
    lines = ["import os, socket, threading", "open('left', 'w').close()", "socket.socket().bind(('127.0.0.1', 0))"]
    lines += ["threading.Thread(target=threading.Event().wait, daemon=True).start()", "import numpy"]
    (tmp_path / "eager.py").write_text("\n".join(lines))
    found = _effects(tmp_path, ["eager"], tmp_path)
    assert [line.split()[0] for line in found["eager"][:2]] == ["open", "socket.bind"]
    assert found["eager"][-1] == "2 threads"
