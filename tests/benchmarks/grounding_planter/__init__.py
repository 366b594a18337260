"""Plants claims about shown products, orders and policies: wrong ones and true ones, by the same hand-written frames.

The frames (`frames/*.yaml`, a file per kind of claim, four languages) were written before the checker that must find
the wrong ones, and nothing of the checker is imported here: truth is read from the catalogue, the orders and the
policies. `by_hand.yaml` holds 300 more wrong claims, written one by one; nothing may be tuned on them.
"""

from tests.benchmarks.grounding_planter.by_hand import written_by_hand
from tests.benchmarks.grounding_planter.claim import KINDS, LANGUAGES, Claim, frames
from tests.benchmarks.grounding_planter.planter import Planter
from tests.benchmarks.grounding_planter.scenes import ICECAT_FILE, World

__all__ = ["ICECAT_FILE", "KINDS", "LANGUAGES", "Claim", "Planter", "World", "frames", "written_by_hand"]
