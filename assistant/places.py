"""Where things lie in the data folder."""

from __future__ import annotations

from pathlib import Path

from assistant.config import Settings

DEMO_CATALOGUE = "demo"


def catalogues_folder(settings: Settings) -> Path:
    """Imported catalogues, one folder each."""
    return settings.data / "catalogues"


def models_folder(settings: Settings) -> Path:
    """Trained models, one folder per catalogue."""
    return settings.data / "models"


def encoders_folder(settings: Settings) -> Path:
    """Trained encoders, one folder each."""
    return settings.data / "encoders"


def shop_folder(settings: Settings) -> Path:
    """Files of the served shop that are no index: images, and for the demo its files to read."""
    return settings.data / "shops" / settings.catalogue
