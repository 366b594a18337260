"""What is told of turns: numbers, models, reasons and stages; no person and no word."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from assistant.config import Settings
from assistant.metering import TurnMeter
from assistant.telemetry import KEPT_TURNS, Spread, Telemetry, open_telemetry


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def turn(clock: Clock, *, model: str = "aisle", fell_back: str = "", seconds: float = 1.0) -> TurnMeter:
    """A turn of one model call and one tool, and of so many seconds."""
    meter = TurnMeter(clock=clock)
    meter.model, meter.fell_back = model, fell_back
    with meter.stage("model"):
        clock.now += seconds / 2
    meter.used(900, 30, cached=400, first_token_s=0.25)
    with meter.stage("tools"), meter.stage("search"):
        clock.now += seconds / 2
    meter.shown()
    return meter


def samples(telemetry: Telemetry) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(telemetry.exposition().decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_turns_are_counted_by_model_outcome_and_reason() -> None:
    telemetry, clock = Telemetry(), Clock()
    telemetry.ended(turn(clock), "answered")
    telemetry.ended(turn(clock, model="embedded", fell_back="late"), "answered")
    again = turn(clock)
    again.repair = "in_vain"
    telemetry.ended(again, "stopped")
    found = samples(telemetry)
    assert found["aisle_turns_total", "aisle", "answered"] == 1
    assert found["aisle_turns_total", "embedded", "answered"] == 1
    assert found["aisle_turns_total", "aisle", "stopped"] == 1
    assert found["aisle_fallbacks_total", "late"] == 1
    assert found["aisle_repairs_total", "in_vain"] == 1
    assert telemetry.costs().repairs == [("in_vain", 1)]
    assert found["aisle_tokens_total", "in"] == 2700
    assert found["aisle_tokens_total", "cached"] == 1200
    assert found["aisle_tokens_total", "out"] == 90
    assert found["aisle_calls_total", "model"] == found["aisle_calls_total", "tool"] == 3
    assert found["aisle_stage_seconds_sum", "search"] == pytest.approx(1.5)
    assert found["aisle_first_token_seconds_count",] == 3
    assert found["aisle_turn_seconds_sum", "aisle"] == pytest.approx(2.0)


def test_the_state_of_the_endpoint_is_read_when_it_is_asked_for() -> None:
    telemetry, state = Telemetry(), "closed"
    assert ("aisle_endpoint_open",) not in samples(telemetry)
    telemetry.watch_endpoint(lambda: state)
    assert samples(telemetry)["aisle_endpoint_open",] == 0
    state = "open"
    assert samples(telemetry)["aisle_endpoint_open",] == 2
    assert telemetry.costs().endpoint == "open"


def test_the_owner_gets_the_middle_and_the_slow_end_of_the_latest_turns() -> None:
    telemetry, clock = Telemetry(), Clock()
    assert telemetry.costs().turns == 0
    assert telemetry.costs().seconds is None
    for number in range(KEPT_TURNS + 101):
        telemetry.ended(turn(clock, seconds=float(number % 101)), "answered")
    costs = telemetry.costs()
    assert costs.turns == KEPT_TURNS
    assert costs.models == [("aisle", KEPT_TURNS)]
    assert costs.seconds == Spread(pytest.approx(50.0, abs=1.0), pytest.approx(95.0, abs=1.0))
    assert [name for name, _ in costs.stages] == ["model", "search", "tools"]
    assert (costs.tokens_in, costs.tokens_cached, costs.tokens_out) == (900, 400, 30)


def test_a_turn_is_a_span_with_a_span_for_each_stage() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    telemetry = Telemetry(provider.get_tracer("test"), provider.shutdown)
    telemetry.ended(turn(Clock(), fell_back="late"), "answered")
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert set(spans) == {"turn", "model", "tools", "search"}
    whole = spans["turn"]
    assert whole.attributes is not None
    assert whole.attributes["aisle.fell_back"] == "late"
    assert whole.attributes["gen_ai.usage.input_tokens"] == 900
    assert whole.end_time - whole.start_time == 1_000_000_000  # type: ignore[operator]
    for name in ("model", "tools", "search"):
        assert spans[name].parent == whole.get_span_context()
        assert spans[name].end_time - spans[name].start_time == 500_000_000  # type: ignore[operator]
    telemetry.close()


def test_nothing_is_sent_unless_the_settings_say_whom_to() -> None:
    telemetry = open_telemetry(Settings())
    telemetry.ended(turn(Clock()), "answered")
    telemetry.close()
    assert b"aisle_turns_total" in telemetry.exposition()
