from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ConfigError
from assistant.llm.embedded.intents import IntentReader
from assistant.prompts import Prompts, load_prompts, prompt_version
from assistant.tools import TOOL_NAMES
from assistant.turn import OrderStatus
from tests.architecture.project import sources

REPLIES = "replies/en/"


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return load_prompts()


def _names(prompts: Prompts, language: str = "en") -> set[str]:
    start = f"replies/{language}/"
    return {path.removeprefix(start).removesuffix(".md") for path in prompts.texts if path.startswith(start)}


def _folder(tmp_path: Path, **texts: str) -> Prompts:
    for name, text in texts.items():
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    return load_prompts(tmp_path)


def test_a_template_is_filled(tmp_path: Path) -> None:
    prompts = _folder(tmp_path, hello="Hello $name, you owe $$5 and ${amount}s.\n")
    assert prompts.render("hello.md", name="Ada", amount="coin") == "Hello Ada, you owe $5 and coins."
    assert prompts.variables("hello.md") == {"name", "amount"}


@pytest.mark.parametrize("variables", [{}, {"nam": "x"}, {"name": "x", "more": "y"}])
def test_variables_are_all_required_and_no_other_is_taken(tmp_path: Path, variables: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"hello\.md needs exactly the variables \['name'\]"):
        _folder(tmp_path, hello="Hello $name").render("hello.md", **variables)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"prompts/bye\.md is missing"):
        _folder(tmp_path, hello="x").render("bye.md")


def test_a_value_is_not_read_as_a_template(tmp_path: Path) -> None:
    assert _folder(tmp_path, hello="$a").render("hello.md", a="$b costs $5") == "$b costs $5"


def test_a_folder_without_prompts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No prompt files"):
        load_prompts(tmp_path)


def test_the_hash_follows_names_and_texts_only(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abcd"]
    for folder, (name, text) in zip(folders, [("x", "1"), ("x", "1\n"), ("x", "2"), ("y", "1")], strict=True):
        folder.mkdir()
        (folder / f"{name}.md").write_text(text)
    first, same, other_text, other_name = (load_prompts(folder).hash for folder in folders)
    assert first == same
    assert len({first, other_text, other_name}) == 3
    assert re.fullmatch("[0-9a-f]{16}", first)


def _said(prompts: Prompts) -> Iterator[str]:
    """Names of templates that the code says: as text in it, or built from a tool, a status or an intent."""
    constants = {
        node.value
        for path, tree in sources()
        if path.startswith("assistant/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    yield from constants & _names(prompts)
    yield from (f"doing_{name}" for name in TOOL_NAMES)
    yield from (f"status_{status.value}" for status in OrderStatus)


def test_every_reply_template_is_said_somewhere(prompts: Prompts) -> None:
    assert _names(prompts) - set(_said(prompts)) == set()


def test_every_tool_and_every_state_of_an_order_has_its_template(prompts: Prompts) -> None:
    built = {f"doing_{name}" for name in TOOL_NAMES} | {f"status_{status.value}" for status in OrderStatus}
    assert built - _names(prompts) == set()


def _calls(tree: ast.Module) -> Iterator[tuple[str, set[str] | None]]:
    """Templates that are said by name, with the variables given; None where they are not all written out."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called, first = ast.unparse(node.func), node.args[0]
        if called.split(".")[-1] not in {"_say", "_wording", "wording"} or not isinstance(first, ast.Constant):
            continue
        given = {keyword.arg for keyword in node.keywords}
        yield str(first.value), None if None in given else {name for name in given if name}


def test_every_template_that_is_said_exists_and_gets_exactly_its_variables(prompts: Prompts) -> None:
    calls = [call for path, tree in sources() if path.startswith("assistant/") for call in _calls(tree)]
    assert len(calls) > 40
    assert {name for name, _ in calls} - _names(prompts) == set()
    wrong = [
        (name, given)
        for name, given in calls
        if given is not None and given != prompts.variables(f"{REPLIES}{name}.md")
    ]
    assert wrong == []


def test_every_language_has_every_template_with_the_same_variables(prompts: Prompts) -> None:
    languages = {path.split("/")[1] for path in prompts.texts if path.startswith("replies/")}
    assert "en" in languages
    for language in languages:
        assert _names(prompts, language) == _names(prompts), language
        for name in _names(prompts):
            here, english = f"replies/{language}/{name}.md", f"{REPLIES}{name}.md"
            assert prompts.variables(here) == prompts.variables(english), here


def test_the_intents_are_those_that_the_reader_orders(prompts: Prompts) -> None:
    reader = IntentReader(prompts.intents())
    for name, file in prompts.intents().items():
        assert set(file) >= {"cues", "examples"}, name
        for example in file["examples"]:
            found = reader.cue(example) or reader.nearest(example)
            assert found is not None, (name, example)


def test_words_of_questions_point_at_attribute_words(prompts: Prompts) -> None:
    rows = prompts.question_words()
    assert rows["heavy"] == ["weight"]
    assert all(isinstance(word, str) and names and all(map(str.strip, names)) for word, names in rows.items())


def _version(tmp_path: Path, **texts: str) -> Path:
    (tmp_path / "short").mkdir()
    for name, text in texts.items():
        (tmp_path / "short" / f"{name}.md").write_text(text, "utf-8")
    return tmp_path


def test_a_version_replaces_files_and_has_a_hash_of_its_own(tmp_path: Path) -> None:
    base = Prompts({"a.md": "long $x", "b.md": "stays"}, "0")
    version = prompt_version(base, "short", _version(tmp_path, a="$x"))
    assert version.texts == {"a.md": "$x", "b.md": "stays"}
    assert version.hash != "0"


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [({}, "no version 'short'"), ({"c": "x"}, "replaces no file"), ({"a": "$y"}, r"exactly the variables \['x'\]")],
)
def test_a_version_that_does_not_fit_is_refused(tmp_path: Path, texts: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        prompt_version(Prompts({"a.md": "long $x"}, "0"), "short", _version(tmp_path, **texts))


def test_the_version_that_comes_with_aisle_fits_and_is_no_part_of_the_base(prompts: Prompts, tmp_path: Path) -> None:
    brief = prompt_version(prompts, "brief", tmp_path)
    assert set(brief.texts) == set(prompts.texts)
    assert brief.hash != prompts.hash
