"""What usually comes next, in the order in which things are taken: learned, kept only where better, and served."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.decide import Recommender
from recommender.errors import ArtifactBroken, NotEnoughEvents
from recommender.event_log import MemoryEventLog
from recommender.events import Event, EventType, Item
from recommender.sequences.next_item import CARD_FILE, GRAPH_FILE, NextItem, NextItemCard, load_next_item
from recommender.sequences.next_item_training import learn_next_item
from recommender.sequences.sasrec import SasRec, SasRecSettings
from tests.recommender.shop import EventMaker, make_context

N_ITEMS = 40
IDS = tuple(f"item-{i}" for i in range(N_ITEMS))
SMALL = SasRecSettings(width=32, n_heads=1, length=10, dropout=0.1, epochs=25, batch=32, learning_rate=5e-3)


def _told(*_: object) -> None:
    pass


def _events(n_shoppers: int, *, ordered: bool) -> list[Event]:
    """Shoppers go on by the sum of their last two items, which no count of pairs can know; or by chance."""
    make, rng = EventMaker(), np.random.default_rng(1)
    events = []
    for shopper in range(n_shoppers):
        rows = [int(row) for row in rng.choice(N_ITEMS, 2, replace=False)]
        while len(rows) < 7:
            following = (rows[-1] + rows[-2]) % N_ITEMS if ordered else int(rng.integers(N_ITEMS))
            free = [(following + step) % N_ITEMS for step in range(N_ITEMS)]
            rows.append(next(row for row in free if row not in rows))
        events += [make(EventType.CLICK, IDS[row], f"visit-{shopper}", f"shopper-{shopper}") for row in rows]
    return events


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NextItemCard]:
    folder = tmp_path_factory.mktemp("models")
    card, kept = learn_next_item(_events(1500, ordered=True), IDS, folder, _told, seed=1, settings=SMALL)
    assert kept
    return folder, card


def _load(folder: Path) -> NextItem:
    found = load_next_item(folder)
    assert found is not None
    return found


def test_an_order_that_pairs_cannot_tell_is_learned_and_kept(learned: tuple[Path, NextItemCard]) -> None:
    folder, card = learned
    assert set(card.ndcg) == {"sasrec", "markov", "item-knn", "ease"}
    assert card.ndcg["sasrec"] - card.ndcg[card.rival] == pytest.approx(card.gain)
    assert card.gain > card.gain_low > 0
    assert _load(folder).expect([IDS[3]], 5)


def test_what_was_taken_does_not_come_back_and_strangers_get_nothing(learned: tuple[Path, NextItemCard]) -> None:
    model = _load(learned[0])
    taken = [IDS[row] for row in range(0, 30)]
    assert sorted(model.expect(taken, N_ITEMS)) == sorted(IDS[30:])
    assert model.expect(["stranger"], 5) == model.expect([], 5) == []
    assert model.expect(["stranger", IDS[3], IDS[6]], 5) == model.expect([IDS[3], IDS[6]], 5)


def test_the_graph_says_what_the_network_says(tmp_path: Path) -> None:
    from recommender.sequences.data import from_lists
    from recommender.sequences.measures import best_items
    from recommender.sequences.next_item_training import _graph

    rng = np.random.default_rng(0)
    lists = [list(map(int, rng.permutation(N_ITEMS)[:5])) for _ in range(60)]
    data = from_lists(lists, N_ITEMS)
    few = replace(SMALL, epochs=2)
    net = SasRec(few, seed=1).fit(data, np.arange(60), data.from_end(1))
    graph = _graph(net.net, few.length)
    card = NextItemCard(
        ids=IDS, length=few.length, ndcg={}, rival="", gain=0, gain_low=0, shoppers=1, epochs=1, sha256=""
    )
    served = NextItem(card, graph)
    for one in lists[:10]:
        scores = net.score(from_lists([one], N_ITEMS))
        scores[0, one] = -np.inf
        assert served.expect([IDS[row] for row in one], 5) == [IDS[row] for row in best_items(scores, 5)[0]]


def test_where_order_says_nothing_what_was_there_stays(tmp_path: Path) -> None:
    card, kept = learn_next_item(
        _events(300, ordered=False), IDS, tmp_path, _told, seed=1, settings=replace(SMALL, epochs=3)
    )
    assert not kept
    assert card.gain_low <= 0
    assert list(tmp_path.iterdir()) == []


def test_too_short_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughEvents, match="200 shoppers with interest in 4 items are needed; there are 20"):
        learn_next_item(_events(20, ordered=True), IDS, tmp_path, _told, seed=1)


def test_without_files_there_is_none_and_damaged_ones_are_refused(
    learned: tuple[Path, NextItemCard], tmp_path: Path
) -> None:
    assert load_next_item(tmp_path) is None
    for name in (CARD_FILE, GRAPH_FILE):
        (tmp_path / name).write_bytes((learned[0] / name).read_bytes())
    assert load_next_item(tmp_path) is not None
    (tmp_path / GRAPH_FILE).write_bytes(b"another")
    with pytest.raises(ArtifactBroken, match="train the sequence model again"):
        load_next_item(tmp_path)
    (tmp_path / CARD_FILE).write_text("{}")
    with pytest.raises(ArtifactBroken, match="cannot be read"):
        load_next_item(tmp_path)


def test_candidates_come_from_it_by_what_the_shopper_took_in_order(learned: tuple[Path, NextItemCard]) -> None:
    items = {item_id: Item(item_id, "thing", None, None, 1000) for item_id in IDS}
    recommender, make = Recommender(items, MemoryEventLog()), EventMaker()
    context = replace(make_context(), shopper_key="ann", session_key="now")
    for row in (3, 6):
        recommender.record(make(EventType.CLICK, IDS[row], "now", "ann"))
    before = recommender.candidates(context, 20)
    assert not any("next_item" in one.sources for one in before)
    model = _load(learned[0])
    recommender.use_next_item(model)
    given = {one.item_id for one in recommender.candidates(context, 20) if "next_item" in one.sources}
    assert set(model.expect([IDS[3], IDS[6]], 3)) <= given
    open_ends = recommender.next_items(replace(context, session_key="later"), 10)
    assert any("next_item" in one.sources for one in open_ends)
    recommender.use_next_item(None)
    assert recommender.candidates(context, 20) == before
