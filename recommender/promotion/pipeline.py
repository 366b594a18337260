"""The steps between a training and a live release, each one function; commands and the owner's page call these.

`submit` makes a candidate, `measure_shadow` scores logged requests with it, `ask_gate` judges it on what shoppers did,
`watch_canary` takes it back where it does harm. Moves themselves are the registry's.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from recommender.card import ModelCard
from recommender.ctr.artifact import load_artifact
from recommender.data.card import DataCard
from recommender.data.card import read_card as read_data_card
from recommender.data.cleaning import clean_log
from recommender.data.settings import KnownTraffic, Windows
from recommender.errors import MoveRefused, RecommenderError, ReleaseMissing
from recommender.events import EventLog, Item
from recommender.models.predicted import Predicted
from recommender.ope.from_log import build, collect_rewards
from recommender.ope.gate import Operations, judge
from recommender.ope.plan import Plan, frozen_plan
from recommender.promotion import canary
from recommender.promotion.evidence import CanaryReport, GateReport, ShadowReport
from recommender.promotion.line_up import LineUp, Served, release_version
from recommender.promotion.registry import Registry, Release
from recommender.promotion.releases import (
    Stage,
    check_release,
    complete_releases,
    find_evidence,
    keep_evidence,
    read_card,
    release_folder,
    write_durably,
)
from recommender.promotion.rescoring import Rescorer, Shadowed
from recommender.promotion.shadow import sum_up
from recommender.settings import DAY_S, RecommenderSettings
from recommender.train import Progress, TrainSettings, train

SHADOW_DAYS: Final = 2.0
"""Requests of so many last days are scored in shadow."""
UNFINISHED_S: Final = 6 * 3600.0
"""A training that was killed longer ago is not gone on with: by then there is more to learn from."""
GATE_DAYS: Final = 60.0
"""Slates of so many days, up to the last closed window, are judged from."""


@dataclass(frozen=True)
class Shop:
    """What the steps work on.

    Args:
        registry: of the catalogue.
        log: its decisions and events.
        items: product id -> facts.
        now: aware.
        seed: of training and resampling.
        settings: those of serving.
        plan: the gate's thresholds.
        known: keys of those who are no customers; nothing is learned from them.
    """

    registry: Registry
    log: EventLog
    items: Mapping[str, Item]
    now: datetime
    seed: int
    settings: RecommenderSettings = field(default_factory=RecommenderSettings)
    plan: Plan = field(default_factory=frozen_plan)
    known: KnownTraffic = field(default_factory=KnownTraffic)

    @cached_property
    def counted(self) -> EventLog:
        """The log without what is no customer's: what is judged from."""
        return clean_log(self.log, now=self.now.timestamp(), known=self.known)


def submit(shop: Shop, *, who: str, progress: Progress, how: TrainSettings | None = None) -> tuple[Release, ModelCard]:
    """Train a ranker on the log and make a candidate of it, also where it did not beat popularity: its card says so.

    A training that was killed goes on at its last epoch, on what had happened when it began.

    Args:
        shop: see there.
        who: is told with the release.
        progress: see Progress.
        how: budget, device and TensorBoard's folder; who is no customer, and where work is kept, is known here.

    Raises:
        NotEnoughEvents: the log is too short; nothing is changed.
        RegistryBusy: another training is under way.
    """
    draft, work = shop.registry.root / "training", shop.registry.root / "unfinished"
    with shop.registry.training():
        shutil.rmtree(draft, ignore_errors=True)
        try:
            card = train(
                shop.log,
                shop.items,
                draft,
                seed=shop.seed,
                progress=progress,
                now=_began(work, shop.now.timestamp()),
                settings=shop.settings,
                how=replace(how or TrainSettings(), work=work, known=shop.known, before=_last_data(shop.registry)),
            )
            release = shop.registry.add(draft, who=who, seed=shop.seed)
        except Exception:
            # It would fail again on the same log; only what was killed goes on.
            shutil.rmtree(work, ignore_errors=True)
            raise
        shutil.rmtree(work, ignore_errors=True)
    return release, card


def _began(work: Path, now: float) -> float:
    """Return when the training to be done began, epoch seconds: now, or earlier where it was killed lately."""
    note = work / "began.json"
    try:
        began = float(json.loads(note.read_bytes()))
    except (OSError, ValueError, TypeError):
        began = -math.inf
    if 0.0 <= now - began <= UNFINISHED_S:
        return began
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    write_durably(note, json.dumps(now))
    return now


def measure_shadow(shop: Shop, number: int) -> ShadowReport:
    """Score the requests of the last days with a release that nobody is shown, and keep what was measured.

    Raises:
        ReleaseMissing, ReleaseBroken: see check_release.
        NotEnoughEvents: there were no requests.
    """
    now = shop.now.timestamp()
    shadowed = _replay(shop, number, since=now - SHADOW_DAYS * DAY_S, until=now)
    report = sum_up(shadowed, shop.items, now=shop.now, live=shop.registry.live())
    keep_evidence(shop.registry.root, number, "shadow", report)
    return report


def ask_gate(shop: Shop, number: int) -> GateReport:
    """Judge a release in shadow on the slates whose windows are closed, and keep the verdict.

    Raises:
        ReleaseMissing, ReleaseBroken: see check_release.
        MoveRefused: it is not in shadow, or nothing is live that it could be compared with.
        LogUnusable: the log cannot tell two releases apart.
    """
    registry, plan = shop.registry, shop.plan
    live = registry.live()
    if registry.stage(number) is not Stage.SHADOW:
        raise MoveRefused(f"The gate looks at releases in shadow: `aisle models shadow {number}` comes first.")
    if live is None:
        raise MoveRefused(f"Nothing is live that release {number} could be compared with: promote it at once.")
    until = shop.now.timestamp() - Windows().longest_s
    shadowed = _replay(shop, number, since=until - GATE_DAYS * DAY_S, until=until)
    compared = build(
        (one.scored for one in shadowed),
        collect_rewards(shop.counted, plan),
        now=shop.now.timestamp(),
        policy=shop.settings.policy,
        classes={item.item_id: item.department or item.category or "" for item in shop.items.values()},
    )
    shadow = find_evidence(registry.root, number, "shadow", ShadowReport)
    operations = _operations(shop, number, live, shadow)
    verdict = judge(compared.log, compared.candidate, operations, plan, seed=shop.seed, baseline=compared.live)
    report = GateReport.of(verdict, judged_at=shop.now, live=live)
    keep_evidence(registry.root, number, "gate", report)
    return report


def watch_canary(shop: Shop) -> CanaryReport | None:
    """Count the trial's visits, and take the release back where it surely does worse.

    Returns:
        What was counted; None where nothing is on trial.
    """
    registry = shop.registry
    found = registry.canary()
    if found is None:
        return None
    number, _ = found
    report = canary.count(shop.counted, registry.history(), number, now=shop.now)
    if report is None:
        return None
    keep_evidence(registry.root, number, "canary", report)
    if report.harm:
        registry.stop(number, who="watch", why=f"taken back by itself: {report.told}")
    return report


def load_line_up(
    registry: Registry, problem: Callable[[str], None], tried: Iterable[int] = (), *, device: str = "cpu"
) -> LineUp:
    """Load what serves now; what is damaged is told and left out, and ranking goes on without it.

    Args:
        registry: of the catalogue.
        problem: called with a sentence.
        tried: releases that running experiments rank with.
        device: that computes their click models; see RecommenderSettings.
    """
    live = _served(registry, registry.live(), problem, device)
    others = (_served(registry, number, problem, device) for number in tried)
    line_up = LineUp(live, tried={other.version: other for other in others if other.version})
    found = registry.canary()
    if found is None:
        return line_up
    trial = _served(registry, found[0], problem, device)
    return replace(line_up, canary=trial, share=found[1]) if trial.version else line_up


def ranker_of(registry: Registry, device: str = "cpu") -> Callable[[str], Predicted]:
    """Return what finds the click model of a release by its name in the log; loaded once each."""
    known: dict[str, Predicted] = {}

    def find(version: str) -> Predicted:
        if version not in known:
            number = version.removeprefix("release-")
            known[version] = _ranker(registry, int(number), device) if number.isdigit() else Predicted()
        return known[version]

    return find


def _last_data(registry: Registry) -> DataCard | None:
    """Card of what the latest release was trained on; None where there is none that can be read."""
    numbers = complete_releases(registry.root)
    return read_data_card(release_folder(registry.root, numbers[-1])) if numbers else None


def _replay(shop: Shop, number: int, *, since: float, until: float) -> Iterable[Shadowed]:
    check_release(shop.registry.root, number)
    live, device = shop.registry.live(), shop.settings.click_model_device
    rescorer = Rescorer(shop.counted, ranker_of(shop.registry, device))
    return rescorer.replay(
        live=Predicted() if live is None else _ranker(shop.registry, live, device),
        candidate=_ranker(shop.registry, number, device),
        since=since,
        until=until,
    )


def _ranker(registry: Registry, number: int, device: str) -> Predicted:
    """A release's click model; one that predicts nothing where the release is gone."""
    try:
        check_release(registry.root, number)
    except ReleaseMissing:
        return Predicted()
    artifact = load_artifact(release_folder(registry.root, number))
    return Predicted(artifact if artifact is not None and artifact.manifest.served else None, device)


def _operations(shop: Shop, number: int, live: int, shadow: ShadowReport | None) -> Operations:
    root = shop.registry.root
    candidate, present = read_card(root, number).ece, read_card(root, live).ece
    if shadow is None or shadow.live != live:
        return Operations(ece_candidate=candidate, ece_live=present)
    return shadow.operations(ece_candidate=candidate, ece_live=present)


def _served(registry: Registry, number: int | None, problem: Callable[[str], None], device: str) -> Served:
    if number is None:
        return Served()
    try:
        check_release(registry.root, number)
        artifact = load_artifact(release_folder(registry.root, number))
        if artifact is None or not artifact.manifest.served:
            return Served(status="not used: it did not beat popularity")
        ranker = Predicted(artifact, device)
    except RecommenderError as error:
        problem(str(error))
        return Served(status=f"broken: {error}")
    return Served(release_version(number), ranker, f"in use: release {number}, {ranker.sha[:12]}", ranker.sha)
