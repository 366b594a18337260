from __future__ import annotations

import pytest

from recommender.event_log import MemoryEventLog
from recommender.events import EventLog
from tests.contracts.event_log import EventLogContract


class TestMemoryEventLog(EventLogContract):
    @pytest.fixture
    def log(self) -> EventLog:
        return MemoryEventLog()
