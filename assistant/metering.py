"""What a turn takes: tokens, calls, and seconds of its stages. Knows no person and no word that was said.

One `TurnMeter` goes with a turn, in its context; whatever does the work counts it there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from assistant.turn import TurnCost

EMBEDDED = "embedded"
"""Name of our own model."""
Stage = Literal["guards", "model", "tools", "search", "rank", "ground", "store"]
"""Search and rank are parts of tools; the others stand side by side."""
CHARS_PER_TOKEN = 4
"""Where an endpoint does not say what it used."""
MAX_INTERVALS = 100
"""So many stages of one turn become spans."""


class TurnMeter:
    """Counts one turn, and knows what is left to it. Every method may be called from any thread.

    Args:
        max_tokens: so many may be used; None sets no limit.
        clock: monotonic seconds.
    """

    def __init__(self, *, max_tokens: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_tokens = max_tokens
        self.model = ""
        """Which model answers."""
        self.fell_back = ""
        """Why the model in use did not; "" where it did."""
        self.repair = ""
        """What came of asking it to say again what nothing holds (`TurnCost.repair`); "" where it was not asked."""
        self.model_until_s = float("inf")
        """Moment of the clock at which the model in use has to be done."""
        self._clock = clock
        self._lock = threading.Lock()
        self._begun = clock()
        self._begun_ns = time.time_ns()
        self._intervals: list[tuple[Stage, float, float]] = []
        self._stages: dict[str, float] = {}
        self._tokens_in = self._tokens_cached = self._tokens_out = 0
        self._model_calls = self._tool_calls = 0
        self._first_token_s: float | None = None
        self._first_shown_s: float | None = None

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Count the seconds inside; a stage may come many times."""
        begun = self._clock()
        try:
            yield
        finally:
            ended = self._clock()
            with self._lock:
                self._stages[name] = self._stages.get(name, 0.0) + ended - begun
                if len(self._intervals) < MAX_INTERVALS:
                    self._intervals.append((name, begun, ended))
                self._tool_calls += name == "tools"
                self._model_calls += name == "model"

    def used(self, tokens_in: int, tokens_out: int = 0, *, cached: int = 0, first_token_s: float | None = None) -> None:
        """Count what one call of an endpoint used, as the endpoint tells it: no number of it is trusted."""
        with self._lock:
            self._tokens_in += max(0, tokens_in)
            self._tokens_cached += min(max(0, cached), max(0, tokens_in))
            self._tokens_out += max(0, tokens_out)
            if first_token_s is not None:
                self._first_token_s = max(first_token_s, self._first_token_s or 0.0)

    def shown(self) -> None:
        """Note that something of the answer is seen."""
        if self._first_shown_s is None:
            self._first_shown_s = self._clock() - self._begun

    @property
    def tokens_left(self) -> bool:
        """Whether a model may be asked once more."""
        return self.max_tokens is None or self.cost().tokens < self.max_tokens

    @property
    def model_left_s(self) -> float:
        """Seconds that the model in use still has."""
        return self.model_until_s - self._clock()

    def intervals(self) -> tuple[int, list[tuple[Stage, int, int]]]:
        """When the turn and each of its stages began and ended, in nanoseconds since the epoch."""
        with self._lock:
            rows = [(name, self._at_ns(begun), self._at_ns(ended)) for name, begun, ended in self._intervals]
        return self._begun_ns, rows

    def _at_ns(self, moment_s: float) -> int:
        return self._begun_ns + round((moment_s - self._begun) * 1e9)

    def cost(self) -> TurnCost:
        """What the turn took until now."""
        with self._lock:
            return TurnCost(
                model=self.model,
                fell_back=self.fell_back,
                repair=self.repair,
                tokens_in=self._tokens_in,
                tokens_cached=self._tokens_cached,
                tokens_out=self._tokens_out,
                model_calls=self._model_calls,
                tool_calls=self._tool_calls,
                first_token_s=self._first_token_s,
                first_shown_s=self._first_shown_s,
                seconds=self._clock() - self._begun,
                stages=dict(self._stages),
            )
