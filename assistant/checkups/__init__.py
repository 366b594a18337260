"""The checks of `aisle doctor`, in the order in which they are told.

Packages that may be missing are imported inside the checks, where a failure is a finding.
"""

from __future__ import annotations

from assistant.checkups import data, indexes, models, system
from assistant.checkups.check import Checkup

CHECKUPS: tuple[Checkup, ...] = (
    system.python,
    system.packages,
    system.processor,
    system.settings,
    data.data_folder,
    data.disk,
    data.database,
    indexes.catalogue,
    models.encoder,
    models.cross_encoder,
    models.click_model,
    models.endpoint,
    models.prompts,
)
