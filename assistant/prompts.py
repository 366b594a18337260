"""Strict loader of everything in prompts/: Markdown with `$variables`, and YAML of intents.

A template's variables are all required and no other may be given; the content hash of what was loaded is recorded on
every answer. Knows nothing of what the templates are for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path
from string import Template
from typing import Any

import yaml

from assistant.errors import ConfigError

VERSIONS = "versions/"
"""Folder of other wordings; none of it is part of the base."""
LABELS = "0-labels"
_TEXTS = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_VARIABLE = re.compile(r"(?<!\$)\$\{?([a-z_]+)\}?")


@dataclass(frozen=True)
class Prompts:
    """All prompt files of one version.

    Args:
        texts: path below prompts/ (e.g. "system.md", "replies/en/greeting.md") -> text without the final newline.
        hash: first 16 hex digits of SHA-256 over paths and texts.
    """

    texts: Mapping[str, str]
    hash: str

    def render(self, path: str, /, **variables: str) -> str:
        """Fill a template.

        Raises:
            ConfigError: no such file, a variable is missing, or one is given that the file does not use.
        """
        if path not in self.texts:
            raise ConfigError(f"prompts/{path} is missing: reinstall Aisle or restore the file.")
        text = self.texts[path]
        wanted = set(_VARIABLE.findall(text))
        if wanted != set(variables):
            raise ConfigError(f"prompts/{path} needs exactly the variables {sorted(wanted)}, got {sorted(variables)}.")
        return Template(text).substitute(variables)

    def variables(self, path: str) -> frozenset[str]:
        """Names of the variables that a template needs."""
        return frozenset(_VARIABLE.findall(self.texts[path]))

    def question_words(self) -> Mapping[str, Sequence[str]]:
        """Parsed prompts/question_words.yaml: word in a question -> words of attribute names."""
        rows: Mapping[str, Sequence[str]] = yaml.safe_load(self.texts["question_words.yaml"])
        return rows

    def superlatives(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Parsed prompts/superlatives.yaml: "highest" or "lowest" -> superlative -> words of attribute names."""
        rows: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(self.texts["superlatives.yaml"])
        return rows

    def languages(self) -> Mapping[str, Mapping[str, Any]]:
        """Parsed prompts/languages/<language>/*.yaml: language -> file stem -> content.

        How a language calls attributes in its replies is how it may ask for them: LABELS holds those words, as the
        file that every other overrules.
        """
        rows: dict[str, dict[str, Any]] = {}
        for path, text in self.texts.items():
            if path.startswith("languages/"):
                _, language, name = path.split("/")
                # All of it is text: "no" is a word here, and no truth value.
                content = yaml.load(text, Loader=_TEXTS)  # noqa: S506 - builds texts, lists and mappings only
                rows.setdefault(language, {})[name.removesuffix(".yaml")] = content
        for language, files in rows.items():
            labels = {said: label for label, said in self.sentences(language, "labels").items() if "{" not in label}
            files[LABELS] = {"words": labels}
        return rows

    def sentences(self, language: str, part: str) -> Mapping[str, str]:
        """A part of prompts/sentences/<language>.yaml: English form -> the same in the language; empty without one."""
        text = self.texts.get(f"sentences/{language}.yaml", "{}")
        rows: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=_TEXTS)  # noqa: S506 - builds texts and mappings
        return rows.get(part, {})

    def intents(self) -> Mapping[str, Any]:
        """Parsed prompts/intents/*.yaml by file stem."""
        return self._parsed("intents/")

    def guards(self) -> Mapping[str, Any]:
        """Parsed prompts/guards/*.yaml by file stem."""
        return self._parsed("guards/")

    def _parsed(self, folder: str) -> Mapping[str, Any]:
        return {
            path.removeprefix(folder).removesuffix(".yaml"): yaml.safe_load(text)
            for path, text in self.texts.items()
            if path.startswith(folder)
        }


def load_prompts(root: Traversable | None = None) -> Prompts:
    """Read all prompt files.

    Args:
        root: folder to read; the installed package `prompts` if None.

    Raises:
        ConfigError: the folder holds no prompts.
    """
    base = root if root is not None else resources.files("prompts")
    texts = dict(_walk(base, ""))
    if not texts:
        raise ConfigError("No prompt files were found: reinstall Aisle.")
    return _hashed(texts)


def prompt_version(prompts: Prompts, name: str, own: Path) -> Prompts:
    """Return a version of the prompts: files of the same paths and variables put over the base.

    Args:
        prompts: the base.
        name: of the version: a folder of that name in `own`, else in prompts/versions/.
        own: folder of the shop's own versions.

    Raises:
        ConfigError: there is no such version, or a file in it replaces none, or needs other variables.
    """
    shipped = resources.files("prompts") / VERSIONS.rstrip("/") / name
    folder: Traversable = own / name if (own / name).is_dir() else shipped
    changed = dict(_walk(folder, "")) if folder.is_dir() else {}
    if not changed:
        raise ConfigError(f"There is no version {name!r} of the prompts: put its files into {own / name}.")
    for path, text in changed.items():
        if path not in prompts.texts:
            raise ConfigError(f"{path} of the prompt version {name!r} replaces no file of prompts/.")
        if set(_VARIABLE.findall(text)) != prompts.variables(path):
            raise ConfigError(
                f"{path} of the prompt version {name!r} needs exactly the variables {sorted(prompts.variables(path))}."
            )
    return _hashed({**prompts.texts, **changed})


def _hashed(texts: Mapping[str, str]) -> Prompts:
    rows = dict(sorted(texts.items()))
    digest = hashlib.sha256("\0".join(f"{path}\0{text}" for path, text in rows.items()).encode())
    return Prompts(rows, digest.hexdigest()[:16])


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for entry in folder.iterdir():
        path = f"{prefix}{entry.name}"
        if path == VERSIONS.rstrip("/"):
            continue
        if entry.is_dir():
            rows.extend(_walk(entry, f"{path}/"))
        elif entry.name.endswith((".md", ".yaml")) and entry.name != "README.md":
            rows.append((path, entry.read_text(encoding="utf-8").rstrip("\n")))
    return rows
