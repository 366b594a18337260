"""Opening a shop: what is missing on purpose is no error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS
from tests.retrieval.fakes import WordEncoder


@pytest.fixture
def every_level() -> Iterator[None]:
    """Commands that other tests run in this process leave a level set."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("every_level")
def test_a_catalogue_that_was_imported_without_meaning_is_no_error(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, encoder="off")
    import_products(PRODUCTS, root=catalogues_folder(settings), name=settings.catalogue)
    with structlog.testing.capture_logs() as logs:
        assistant = build_assistant(settings, encoder=WordEncoder())
        try:
            assistant.start(wait="meaning")
            degraded = assistant.readiness().degraded
        finally:
            assistant.close()
    assert any("imported without meaning" in sentence for sentence in degraded)
    assert [line["log_level"] for line in logs if line["event"] == "meaning.left_out"] == ["info"]
    assert [line["event"] for line in logs if line["log_level"] in ("error", "critical")] == []


def test_the_client_of_an_endpoint_is_imported_only_where_there_is_one() -> None:
    code = "import sys, assistant.bootstrap; sys.exit('langchain_openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
