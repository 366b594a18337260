"""What `aisle erase` does: a customer's behaviour belongs to nobody afterwards, and their profile is gone."""

from __future__ import annotations

from contextlib import closing

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.keys import customer_key
from assistant.store import open_store
from assistant.store.erasing import erase_behaviour
from assistant.store.experiments import open_experiment_store
from assistant.terminal import say, say_json, showing_progress


def erase_shopper(settings: Settings, customer_id: str, *, as_json: bool) -> None:
    """Erase one customer's behaviour from the log; profiles are rebuilt from it at the next start.

    Raises:
        ConfigError: no customer is named.
        StoreError: the server runs, or the database cannot be read.
    """
    if not customer_id.strip():
        raise ConfigError("Name the customer: aisle erase --shopper C-1001.")
    with (
        closing(open_store(settings.data)) as store,
        closing(open_experiment_store(settings.data)) as experiments,
        showing_progress() as progress,
    ):
        progress("erasing", 0, None)
        erased = erase_behaviour(store, customer_key(customer_id.strip()), experiments)
    if as_json:
        say_json(
            {
                "events": erased.events,
                "decisions": erased.decisions,
                "edits": erased.edits,
                "keys": len(erased.keys),
                "exposures": erased.exposures,
            }
        )
    else:
        say(
            f"{erased.events:,} events and {erased.decisions:,} slates belong to nobody now; "
            f"{erased.edits:,} changes of the profile are removed, "
            f"and {erased.exposures:,} parts in experiments."
        )
