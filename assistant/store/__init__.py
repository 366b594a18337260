"""What outlives a restart: one SQLite file per data folder, spoken to through SQLAlchemy Core."""

from assistant.store.clock import Clock, system_clock
from assistant.store.engine import Store, open_beside, open_store
from assistant.store.event_log import SqlEventLog

__all__ = ["Clock", "SqlEventLog", "Store", "open_beside", "open_store", "system_clock"]
