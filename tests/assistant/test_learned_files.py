from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.learned_files import LearnedFiles
from assistant.places import models_folder
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import DecisionContext, Event, EventType, Item
from recommender.reasons import Code
from recommender.sequences.neighbours import CARD_FILE, TENSORS_FILE, learn_neighbours
from recommender.settings import RecommenderSettings
from recommender.stack import STACK_FILE, save_stack
from tests.recommender.shop import NOW, EventMaker

ITEMS = {
    f"{kind}-{i}": Item(f"{kind}-{i}", kind, None, None, 1000, in_stock=True)
    for i in range(20)
    for kind in ("tent", "mat")
}
NUMBERS = RecommenderSettings()


class House:
    """A recommender that runs, the folder that training writes to, and what follows it."""

    def __init__(self, data: Path) -> None:
        settings = Settings(data=data, catalogue="shop")
        self.folder = models_folder(settings) / "shop"
        self.recommender = Recommender(ITEMS, MemoryEventLog())
        self.files = LearnedFiles(settings, self.recommender, NUMBERS)

    @property
    def weights(self) -> str:
        return self.recommender.health["weights"]

    def goes_with(self, item_id: str) -> set[str]:
        context = DecisionContext("ann", "today", "turn", "goes_with", NOW, seed=1)
        found = self.recommender.candidates(context, 40, basket=(item_id,))
        return {one.item_id for one in found if any(source.startswith("taken_with") for source in one.sources)}

    def learn(self, shift: int) -> None:
        """Whoever takes a tent takes the mat whose number is larger by `shift`."""
        make = EventMaker()
        events: list[Event] = []
        for n in range(200):
            taken = (f"tent-{n % 20}", f"mat-{(n + shift) % 20}")
            events += [make(EventType.PURCHASE, item_id, f"visit-{n}", f"shopper-{n}") for item_id in taken]
        learn_neighbours(events, tuple(ITEMS), self.folder, lambda *_: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_shop_that_trained_nothing_has_nothing_to_take_up(house: House) -> None:
    assert house.files.follow() == ()
    assert house.weights == "settings"


def test_new_weights_are_taken_up_while_the_shop_is_open_and_taken_back_with_their_file(house: House) -> None:
    house.files.follow()
    own = dict(NUMBERS.weights["search"])
    first = save_stack(house.folder, {"search": own})
    assert house.weights == "settings"
    house.files.follow()
    assert house.weights == f"fitted: {first.sha[:12]}"
    halved = {code: weight if code == Code.RELEVANT else weight / 2 for code, weight in own.items()}
    second = save_stack(house.folder, {"search": halved})
    house.files.follow()
    assert house.weights == f"fitted: {second.sha[:12]}"
    (house.folder / STACK_FILE).unlink()
    assert house.files.follow() == ()
    assert house.weights == "settings"


def test_new_neighbours_are_taken_up_while_the_shop_is_open(house: House) -> None:
    house.files.follow()
    assert house.goes_with("tent-3") == set()
    house.learn(shift=0)
    house.files.follow()
    assert "mat-3" in house.goes_with("tent-3")
    house.learn(shift=5)
    house.files.follow()
    assert "mat-8" in house.goes_with("tent-3")


def test_what_is_broken_is_told_once_and_what_serves_goes_on(house: House) -> None:
    kept = save_stack(house.folder, {"search": dict(NUMBERS.weights["search"])})
    house.learn(shift=0)
    assert house.files.follow() == ()
    (house.folder / STACK_FILE).write_text("{ torn")
    (house.folder / TENSORS_FILE).write_bytes(b"torn")
    (house.folder / CARD_FILE).write_text((house.folder / CARD_FILE).read_text() + "\n")
    problems = house.files.follow()
    assert len(problems) == 2
    assert "damaged" in problems[0]
    assert house.files.follow() == ()
    assert house.weights == f"fitted: {kept.sha[:12]}"
    assert "mat-3" in house.goes_with("tent-3")
    house.learn(shift=5)
    assert house.files.follow() == ()
    assert "mat-8" in house.goes_with("tent-3")
