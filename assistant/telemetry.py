"""Where turns are told: Prometheus metrics, OpenTelemetry spans, and the latest turns for the owner's page.

Nothing here names a person or repeats a word: models, reasons, stages and numbers only. A `Telemetry` is passed, never
global; without an address for spans none are made.
"""

from __future__ import annotations

import threading
from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Literal

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracerProvider, Tracer, set_span_in_context
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from assistant.config import Settings
from assistant.metering import TurnMeter
from assistant.turn import TurnCost

Outcome = Literal["answered", "stopped", "failed", "passed_on"]
KEPT_TURNS = 1_000
STATES = ("closed", "half_open", "open")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass(frozen=True, slots=True)
class Spread:
    """How seconds are spread over turns: the middle, and what 19 of 20 stay under."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class TurnCosts:
    """What the latest turns took.

    Args:
        turns: how many are counted, at most `KEPT_TURNS`, since the start of the server.
        models: turns by the model that answered.
        fallbacks: turns by the reason why the endpoint did not answer.
        repairs: turns in which the model was asked to say again what nothing holds, by what came of it.
        tokens_in, tokens_cached, tokens_out, model_calls, tool_calls: for one turn, on average.
        seconds: of whole turns.
        first_shown: seconds until the first card or word; None where nothing was shown.
        first_token: seconds of the endpoint; None without one.
        stages: seconds by stage, over the turns that had it.
        endpoint: state of the breaker; "" without an endpoint.
    """

    turns: int
    models: Sequence[tuple[str, int]]
    fallbacks: Sequence[tuple[str, int]]
    repairs: Sequence[tuple[str, int]]
    tokens_in: float
    tokens_cached: float
    tokens_out: float
    model_calls: float
    tool_calls: float
    seconds: Spread | None
    first_shown: Spread | None
    first_token: Spread | None
    stages: Sequence[tuple[str, Spread]]
    endpoint: str


class Telemetry:
    """Counts turns that are over. Every method may be called from any thread.

    Args:
        tracer: makes the spans; none are made without.
        on_close: what else ends with it.
    """

    def __init__(self, tracer: Tracer | None = None, on_close: Callable[[], object] = lambda: None) -> None:
        self._tracer = tracer or NoOpTracerProvider().get_tracer("aisle")
        self._on_close = on_close
        self._lock = threading.Lock()
        self._latest: deque[TurnCost] = deque(maxlen=KEPT_TURNS)
        self._endpoint: Callable[[], str] = lambda: ""
        self._registry = registry = CollectorRegistry()
        self._turns = Counter("aisle_turns", "Turns that are over.", ("model", "outcome"), registry=registry)
        self._fallbacks = Counter(
            "aisle_fallbacks", "Turns that the endpoint did not answer.", ("reason",), registry=registry
        )
        self._repairs = Counter(
            "aisle_repairs",
            "Turns whose model was asked to say again what nothing holds.",
            ("outcome",),
            registry=registry,
        )
        self._tokens = Counter("aisle_tokens", "Tokens of the endpoint.", ("kind",), registry=registry)
        self._calls = Counter("aisle_calls", "Calls of the model and of tools.", ("of",), registry=registry)
        self._seconds = _histogram("aisle_turn_seconds", "Whole turns.", ("model",), registry)
        self._stages = _histogram("aisle_stage_seconds", "Stages of turns.", ("stage",), registry)
        self._first_token = _histogram("aisle_first_token_seconds", "Until the endpoint's first token.", (), registry)
        self._first_shown = _histogram("aisle_first_shown_seconds", "Until the first card or word.", (), registry)

    def watch_endpoint(self, state: Callable[[], str]) -> None:
        """Tell the state of the endpoint's breaker with the metrics."""
        self._endpoint = state
        gauge = Gauge("aisle_endpoint_open", "0 asked, 1 tried, 2 left alone.", registry=self._registry)
        gauge.set_function(lambda: STATES.index(state()))

    def ended(self, meter: TurnMeter, outcome: Outcome) -> None:
        """Count a turn that is over."""
        cost = meter.cost()
        self._turns.labels(cost.model or "none", outcome).inc()
        if cost.fell_back:
            self._fallbacks.labels(cost.fell_back).inc()
        if cost.repair:
            self._repairs.labels(cost.repair).inc()
        for kind, tokens in (("in", cost.tokens_in), ("cached", cost.tokens_cached), ("out", cost.tokens_out)):
            self._tokens.labels(kind).inc(tokens)
        self._calls.labels("model").inc(cost.model_calls)
        self._calls.labels("tool").inc(cost.tool_calls)
        self._seconds.labels(cost.model or "none").observe(cost.seconds)
        for stage, seconds in cost.stages.items():
            self._stages.labels(stage).observe(seconds)
        if cost.first_token_s is not None:
            self._first_token.observe(cost.first_token_s)
        if cost.first_shown_s is not None:
            self._first_shown.observe(cost.first_shown_s)
        with self._lock:
            self._latest.append(cost)
        self._trace(meter, cost, outcome)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def costs(self) -> TurnCosts:
        """What the latest turns took."""
        with self._lock:
            rows = tuple(self._latest)
        names = dict.fromkeys(stage for row in rows for stage in row.stages)
        return TurnCosts(
            turns=len(rows),
            models=Tally(row.model or "none" for row in rows).most_common(),
            fallbacks=Tally(row.fell_back for row in rows if row.fell_back).most_common(),
            repairs=Tally(row.repair for row in rows if row.repair).most_common(),
            tokens_in=_mean([row.tokens_in for row in rows]),
            tokens_cached=_mean([row.tokens_cached for row in rows]),
            tokens_out=_mean([row.tokens_out for row in rows]),
            model_calls=_mean([row.model_calls for row in rows]),
            tool_calls=_mean([row.tool_calls for row in rows]),
            seconds=_spread([row.seconds for row in rows]),
            first_shown=_spread([row.first_shown_s for row in rows if row.first_shown_s is not None]),
            first_token=_spread([row.first_token_s for row in rows if row.first_token_s is not None]),
            stages=[
                (name, spread)
                for name in names
                if (spread := _spread([row.stages[name] for row in rows if name in row.stages]))
            ],
            endpoint=self._endpoint(),
        )

    def close(self) -> None:
        """Send what is left of the spans."""
        self._on_close()

    def _trace(self, meter: TurnMeter, cost: TurnCost, outcome: Outcome) -> None:
        """Make the spans once the turn is over: while it ran, its threads shared nothing but the meter."""
        about: dict[str, str | int] = {
            "aisle.outcome": outcome,
            "aisle.model": cost.model,
            "aisle.fell_back": cost.fell_back,
            "aisle.repair": cost.repair,
            "gen_ai.usage.input_tokens": cost.tokens_in,
            "gen_ai.usage.output_tokens": cost.tokens_out,
            "aisle.model_calls": cost.model_calls,
            "aisle.tool_calls": cost.tool_calls,
        }
        begun_ns, intervals = meter.intervals()
        whole = self._tracer.start_span("turn", start_time=begun_ns, attributes=about)
        inside = set_span_in_context(whole)
        for stage, start_ns, end_ns in intervals:
            self._tracer.start_span(stage, inside, start_time=start_ns).end(end_ns)
        whole.end(begun_ns + round(cost.seconds * 1e9))


def open_telemetry(settings: Settings) -> Telemetry:
    """Build what the settings want: metrics always, spans where `otlp_url` says whom to send them to."""
    if settings.otlp_url is None:
        return Telemetry()
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    provider = TracerProvider(resource=Resource.create({"service.name": "aisle"}))
    insecure = settings.otlp_url.startswith("http://")
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_url, insecure=insecure)))
    return Telemetry(provider.get_tracer("aisle"), provider.shutdown)


def _histogram(name: str, what: str, labels: Sequence[str], registry: CollectorRegistry) -> Histogram:
    return Histogram(name, f"{what} In seconds.", labels, buckets=_SECONDS, registry=registry)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    if len(values) == 1:
        return Spread(values[0], values[0])
    cuts = quantiles(values, n=100, method="inclusive")
    return Spread(cuts[49], cuts[94])
