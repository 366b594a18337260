"""What `aisle models` and `aisle train ranker` do: each step of a release's life, printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.releases import open_shop_log, registry_of, training_is_due
from assistant.terminal import say, say_json, showing_progress, warn
from recommender.card import ModelCard
from recommender.errors import NotEnoughEvents, RecommenderError
from recommender.promotion.evidence import CanaryReport, GateReport, ShadowReport
from recommender.promotion.registry import Registry, Release
from recommender.promotion.releases import Stage, card_json, find_evidence

if TYPE_CHECKING:
    from recommender.promotion.pipeline import Shop

_AGAIN_AFTER_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a training may cost.

    Args:
        trials: settings to try of every model; None takes the usual ones.
        minutes: after which no further one of a model is begun; None for no limit.
        device: "cpu", "cuda", or "auto" for a GPU if there is one.
        logs: folder for TensorBoard; None writes none.
    """

    trials: int | None = None
    minutes: float | None = None
    device: str = "auto"
    logs: Path | None = None


def train_ranker(settings: Settings, *, only_if_due: bool, effort: Effort, as_json: bool) -> None:
    """Train a ranker on what shoppers did, and make a candidate of it.

    Args:
        settings: frozen.
        only_if_due: do nothing unless the schedule wants it.
        effort: see there.

    Raises:
        ConfigError: a GPU is asked for, and there is none.
        RegistryBusy: another training is running.
        NotEnoughEvents: too little was shown so far.
        StoreError, CatalogueMissing, IndexBroken: there is nothing to train on.
    """
    registry = registry_of(settings)
    if only_if_due and not training_is_due(settings, registry, datetime.now(UTC)):
        _answer({"release": None}, "Nothing is due: see AISLE_RETRAIN_HOURS.", as_json=as_json)
        return
    with open_shop_log(settings) as shop:
        release = _train(shop, effort, who="schedule" if only_if_due else "command line")
    card = card_json(registry.root, release.number)
    told = ModelCard.model_validate(card).told_most
    words = f"{release.verdict}\n{told}\nIt is release {release.number}. {_next_step(release, registry.live())}"
    _answer({"release": release.model_dump(mode="json"), "card": card}, words, as_json=as_json)


def list_releases(settings: Settings, *, as_json: bool) -> None:
    """Write all releases."""
    registry = registry_of(settings)
    releases = registry.list_releases()
    if as_json:
        say_json({"live": registry.live(), "releases": [release.model_dump(mode="json") for release in releases]})
        return
    if not releases:
        say("There is no release yet: `aisle train ranker` makes one.")
    for release in releases:
        share = f" ({release.share:.0%} of the shoppers)" if release.stage is Stage.CANARY else ""
        say(
            f"{release.number:>4}  {release.stage}{share}, "
            f"made {release.made_at:%Y-%m-%d %H:%M} UTC by {release.made_by}"
        )
        say(f"      {release.verdict}")


def show_release(settings: Settings, number: int, *, as_json: bool) -> None:
    """Write all that is known of a release.

    Raises:
        ReleaseMissing, ReleaseBroken: see Registry.get_release.
    """
    registry = registry_of(settings)
    release = registry.get_release(number)
    shadow = find_evidence(registry.root, number, "shadow", ShadowReport)
    gate = find_evidence(registry.root, number, "gate", GateReport)
    canary = find_evidence(registry.root, number, "canary", CanaryReport)
    moves = [move for move in registry.history() if move.release == number]
    if as_json:
        say_json(
            {
                "release": release.model_dump(mode="json"),
                "card": card_json(registry.root, number),
                "shadow": None if shadow is None else shadow.model_dump(mode="json"),
                "gate": None if gate is None else gate.model_dump(mode="json"),
                "canary": None if canary is None else canary.model_dump(mode="json"),
                "moves": [move.model_dump(mode="json") for move in moves],
            }
        )
        return
    say(f"Release {number}: {release.stage}. {release.verdict}")
    if shadow is not None:
        _write_shadow(shadow)
    if gate is not None:
        _write_gate(gate)
    if canary is not None:
        say(f"On trial: {canary.told}.")
    for move in moves:
        overruled = ", overruled" if move.overruled else ""
        say(f"{move.at:%Y-%m-%d %H:%M} UTC  {move.before} to {move.after} by {move.who}{overruled}: {move.why}")


def shadow_release(settings: Settings, number: int, *, who: str, as_json: bool) -> None:
    """Put a candidate into shadow, or measure again one that is there.

    Raises:
        MoveRefused: it is past that.
        NotEnoughEvents: there were no requests.
    """
    from recommender.promotion.pipeline import measure_shadow

    registry = registry_of(settings)
    with open_shop_log(settings) as shop:
        if registry.stage(number) is not Stage.SHADOW:
            registry.start_shadow(number, who=who)
        report = measure_shadow(shop, number)
    if as_json:
        say_json({"release": number, "shadow": report.model_dump(mode="json")})
    else:
        _write_shadow(report)
        say(f"`aisle models gate {number}` asks whether it would have sold more.")


def gate_release(settings: Settings, number: int, *, as_json: bool) -> None:
    """Ask the gate.

    Raises:
        MoveRefused: it is not in shadow, or nothing is live.
        LogUnusable: the log cannot tell two releases apart.
    """
    from recommender.promotion.pipeline import ask_gate

    with open_shop_log(settings) as shop:
        report = ask_gate(shop, number)
    if as_json:
        say_json({"release": number, "gate": report.model_dump(mode="json")})
    else:
        _write_gate(report)


def promote_release(settings: Settings, number: int, *, who: str, because: str | None, as_json: bool) -> None:
    """Take a release one step further.

    Raises:
        GateRefused, MoveRefused: see Registry.promote.
    """
    release = registry_of(settings).promote(number, who=who, because=because)
    words = f"Release {number} is {release.stage} now, for {release.share:.0%} of the shoppers; running servers follow."
    _answer({"release": release.model_dump(mode="json")}, words, as_json=as_json)


def roll_release_back(settings: Settings, *, to: int | None, who: str, why: str, as_json: bool) -> None:
    """Take the canary or the live release back.

    Raises:
        MoveRefused, ReleaseBroken: see Registry.roll_back.
    """
    live = registry_of(settings).roll_back(who=who, why=why, to=to)
    serves = "No release serves now; ranking goes by counting." if live is None else f"Release {live} serves now."
    _answer({"live": live}, serves, as_json=as_json)


def stop_release(settings: Settings, number: int, *, who: str, why: str, as_json: bool) -> None:
    """Retire a release that is not live.

    Raises:
        MoveRefused: it is live or retired.
    """
    release = registry_of(settings).stop(number, who=who, why=why)
    _answer({"release": release.model_dump(mode="json")}, f"Release {number} is retired.", as_json=as_json)


def tend(settings: Settings, *, as_json: bool) -> None:
    """Do what is due; what cannot be done is said and left for the next time, and keeps nothing else from being done.

    The release on trial comes first: what does harm is taken back whatever happens to a training. Ends with 1 where a
    step failed, so that a server that started it says so; too few events yet are no failure.

    Raises:
        StoreError, CatalogueMissing, IndexBroken: there is nothing to look at.
    """
    done: list[str] = []
    failed: list[str] = []

    def attempt(step: Callable[[], str | None]) -> None:
        try:
            told = step()
        except NotEnoughEvents as early:
            warn(str(early))
        except RecommenderError as problem:
            warn(str(problem))
            failed.append(str(problem))
        else:
            done.extend([told] if told else [])

    with open_shop_log(settings) as shop:
        registry = shop.registry
        attempt(lambda: _watched(shop))
        for release in registry.list_releases():
            if release.stage is Stage.SHADOW and _is_old(registry, release, shop.now):
                attempt(partial(_judged, shop, release.number))
        if training_is_due(settings, registry, shop.now):
            attempt(lambda: _trained_by_schedule(shop))
    _answer({"done": done, "failed": failed}, "\n".join(done) or "Nothing is due.", as_json=as_json)
    if failed:
        raise SystemExit(1)


def _watched(shop: Shop) -> str | None:
    from recommender.promotion.pipeline import watch_canary

    counted = watch_canary(shop)
    return None if counted is None else f"On trial: {counted.told}."


def _train(shop: Shop, effort: Effort, *, who: str) -> Release:
    from recommender.ctr.search import Budget
    from recommender.promotion.pipeline import submit
    from recommender.train import TrainSettings

    seconds = None if effort.minutes is None else 60.0 * effort.minutes
    budget = None if effort.trials is None else Budget(effort.trials, seconds)
    how = TrainSettings(budget=budget, device=_device(effort.device), logs=effort.logs)
    with showing_progress() as progress:
        release, _ = submit(
            shop, who=who, progress=lambda what, share: progress(what, round(share * 100), 100), how=how
        )
    return release


def _device(wanted: str) -> str:
    from recommender.ctr.torch_served import device_at_hand

    found = "cpu" if wanted == "cpu" else device_at_hand("cuda")
    if wanted not in ("auto", found):
        raise ConfigError("torch sees no GPU here: leave --device out, or give --device cpu.")
    return found


def _trained_by_schedule(shop: Shop) -> str:
    """Train; what beat popularity goes into shadow by itself, everything further is the owner's."""
    release = _train(shop, Effort(), who="schedule")
    if release.served and shop.registry.live() is not None:
        shop.registry.start_shadow(release.number, who="schedule")
    return f"Release {release.number} was trained. {release.verdict}"


def _is_old(registry: Registry, release: Release, now: datetime) -> bool:
    gate = find_evidence(registry.root, release.number, "gate", GateReport)
    return gate is None or (now - gate.judged_at).total_seconds() >= _AGAIN_AFTER_S


def _judged(shop: Shop, number: int) -> str:
    from recommender.promotion.pipeline import ask_gate, measure_shadow

    measure_shadow(shop, number)
    report = ask_gate(shop, number)
    return f"The gate {'accepts' if report.accepted else 'refuses'} release {number}."


def _next_step(release: Release, live: int | None) -> str:
    if not release.served:
        return "It stays where it is."
    step = "promote" if live is None else "shadow"
    return f"`aisle models {step} {release.number}` comes next."


def _write_shadow(report: ShadowReport) -> None:
    hours = (report.last_at - report.first_at) / 3600.0
    say(
        f"In shadow: {report.decisions:,} requests over {hours:.1f} h, {report.reproduced:.2%} scored the same again, "
        f"{report.latency_p50_ms:.2f} ms in the middle and {report.latency_p99_ms:.2f} ms at the 99th percentile."
    )
    say(
        f"Its first items are those of the live ranking in {report.agreement:.0%}; variety "
        f"{report.diversity_ratio:.0%}, items covered {report.coverage_ratio:.0%} of the live one's."
    )


def _write_gate(report: GateReport) -> None:
    say("The gate accepts." if report.accepted else "The gate refuses.")
    if report.accepted and report.value is not None and report.live_value is not None:
        say(f"A slate would be worth {report.value:.4f} instead of {report.live_value:.4f}.")
    for check in report.checks:
        say(f"  {'yes' if check.passed else 'NO ':3}  {check.number:>2} {check.name}: {check.told}")


def _answer(values: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        say_json(values)
    else:
        say(words)
