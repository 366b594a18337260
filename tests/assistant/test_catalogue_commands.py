"""`aisle import --update` and `aisle catalogue`: parts of a catalogue, its versions, the report of a load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.given import read_settings
from assistant.store import Store, open_store
from assistant.support.orders import OrderBook
from assistant.turn import Order, OrderLine, OrderStatus
from retrieval.graph import keep_stated
from retrieval.product import Money
from retrieval.relations import Bought, Evidence, Relation, RelationKind, read_relations
from tests.assistant.command_line import Command, run_command

ROWS = "id,title,price,brand\n" + "".join(f"p{i},Lamp {i},{10 + i},Norr\n" for i in range(5))


@pytest.fixture
def aisle(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Run the command in this process; words only, so that no encoder is loaded."""
    monkeypatch.setenv("AISLE_ENCODER", "off")
    with run_command(monkeypatch, capsys) as run:
        yield run


@pytest.fixture
def lamps(aisle: Command, tmp_path: Path) -> Path:
    """A file of five products, imported as "lamps"; the path is that of the next one."""
    file = tmp_path / "lamps.csv"
    file.write_text(ROWS)
    assert aisle("import", file).code == 0
    return tmp_path / "delta.csv"


def _versions(aisle: Command) -> list[dict[str, Any]]:
    return list(aisle("catalogue", "versions", "lamps", "--json").json["versions"])


def test_an_update_replaces_and_adds_and_says_so(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price,brand\np1,Lamp one,99,Norr\nnew,Boot,5,Hex\nbad,Boot,free,Hex\n")
    ran = aisle("import", lamps, "--update", "--name", "lamps")
    assert "2 products from 3 rows" in ran.out
    assert "into catalogue 'lamps', which has 6 now" in ran.out
    assert "Against version 1: 1 added, 1 changed, 0 removed, 4 as before." in ran.out
    assert "1 price changed by a fifth or more:\n  p1: $11.00, now $99.00" in ran.out
    assert "line 4: bad price 'free'" in ran.out
    assert aisle("search", "boot", "--catalogue", "lamps", "--json").json["products"][0]["id"] == "new"


def test_an_update_for_programs_counts_what_changed(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price,brand,deleted\np1,Lamp one,99,Norr,\np2,,,,yes\n")
    told = aisle("import", lamps, "--update", "--name", "lamps", "--json").json
    assert (told["rows"], told["loaded"], told["products"]) == (2, 1, 4)
    assert (told["added"], told["changed"], told["removed"], told["catalogue_version"]) == (0, 1, 1, 2)
    assert told["rejected"] == [{"line": 3, "reason": "marked as deleted"}]


def test_products_are_deleted_by_argument_file_and_stdin(aisle: Command, lamps: Path) -> None:
    lamps.write_text("p1\n\np2\n")
    ran = aisle("catalogue", "delete", "lamps", "p0", "nobody", "--from", lamps)
    assert "2 products are left in catalogue 'lamps'" in ran.out
    assert "1 of the ids were not there: nobody" in ran.out
    told = aisle("catalogue", "delete", "lamps", "--from", "-", "--json", stdin="p3\n").json
    assert (told["products"], told["removed"], told["missing"]) == (1, 1, [])


def test_versions_are_listed_and_gone_back_to(aisle: Command, lamps: Path) -> None:
    aisle("catalogue", "delete", "lamps", "p0")
    assert [(one["number"], one["served"], one["products"], one["removed"]) for one in _versions(aisle)] == [
        (2, True, 4, 1),
        (1, False, 5, None),
    ]
    words = aisle("catalogue", "versions", "lamps").out.splitlines()
    assert "4 products, words alone" in words[0]
    assert words[0].endswith("delete: 0 added, 0 changed, 1 removed, served")
    assert aisle("catalogue", "rollback", "lamps").out.startswith("Version 1 of catalogue 'lamps' is served")
    assert aisle("catalogue", "rollback", "lamps", "--to", "2", "--json").json["served"] == 2
    assert [one["served"] for one in _versions(aisle)] == [True, False]


def test_so_many_versions_are_kept_as_the_setting_says(
    aisle: Command, lamps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISLE_KEEP_VERSIONS", "2")
    for product in ("p0", "p1", "p2"):
        aisle("catalogue", "delete", "lamps", product)
    assert [one["number"] for one in _versions(aisle)] == [4, 3]


def test_the_report_is_shown_and_rejected_rows_are_written_to_be_mended(aisle: Command, lamps: Path) -> None:
    lamps.write_text('id,title,price,brand\na,"Boot, red",5,Hex\nb,"Boot, blue",free,Hex\nc,Boot\n')
    aisle("import", lamps, "--name", "boots")
    told = aisle("catalogue", "report", "boots", "--json").json
    assert told["quarantined"][0] == {"line": 3, "reason": "bad price 'free'", "text": 'b,"Boot, blue",free,Hex'}
    assert (told["catalogue_version"], told["products"], told["coverage"]["brand"]) == (1, 1, 1.0)
    mend = lamps.with_name("mend.csv")
    ran = aisle("catalogue", "report", "boots", "--rejected", mend)
    assert "2 of 3 rows could not be loaded:\n  1 × bad price … (first: line 3)" in ran.out
    assert "brand: 100.0%" in ran.out
    mend.write_text(mend.read_text().replace("free", "6").replace("c,Boot", "c,Boot,7,Hex"))
    assert aisle("import", mend, "--update", "--name", "boots", "--json").json["products"] == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("versions", "none"), "There is no catalogue 'none'"),
        (("rollback", "lamps"), "no older version to go back to"),
        (("report", "lamps", "--number", "9"), "has no version 9"),
        (("report", "lamps", "--rejected", "x.csv"), "no table with rejected rows"),
        (("delete", "lamps"), "No id was given"),
        (("delete", "lamps", "nobody"), "no product with this id"),
        (("delete", "lamps", "--from", "missing.txt"), "missing.txt cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_plain_sentence(
    aisle: Command, lamps: Path, arguments: tuple[str, ...], says: str
) -> None:
    ran = aisle("catalogue", *arguments)
    assert ran.code == 1
    assert says in ran.err.splitlines()[-1]
    assert ran.out == ""


def test_an_import_that_would_lose_most_products_needs_force(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price\n" + "".join(f"q{i},Boot {i},5\n" for i in range(150)))
    assert aisle("import", lamps, "--name", "boots").code == 0
    lamps.write_text("id,title,price\nq1,Boot,5\n")
    ran = aisle("import", lamps, "--name", "boots")
    assert ran.code == 1
    assert "This would remove 149 of the catalogue's 150 products" in ran.err
    assert aisle("import", lamps, "--name", "boots", "--force").code == 0


def test_an_update_that_changes_nothing_makes_no_version(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price,brand,deleted\np1,Lamp 1,11,Norr,\ngone,,,,yes\nbad,Boot,free,Hex,\n")
    ran = aisle("import", lamps, "--update", "--name", "lamps")
    assert "Nothing changed: the catalogue holds all of it already, so version 1 stays." in ran.out
    assert "0 added, 0 changed, 0 removed, 5 as before" in ran.out
    assert "--rejected" not in ran.out
    told = aisle("import", lamps, "--update", "--name", "lamps", "--json").json
    assert (told["unchanged"], told["catalogue_version"], told["changed"], len(told["rejected"])) == (True, 1, 0, 2)
    assert [one["number"] for one in _versions(aisle)] == [1]
    lamps.write_text("id,title,price,brand\np1,Lamp 1,12,Norr\n")
    assert aisle("import", lamps, "--update", "--name", "lamps", "--json").json["unchanged"] is False
    assert [one["number"] for one in _versions(aisle)] == [2, 1]


def test_what_is_withdrawn_is_not_told_as_a_fault(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price,brand,deleted\np1,,,,yes\np2,Lamp,free,Norr,\np3,Lamp 3,99,Norr,\n")
    ran = aisle("import", lamps, "--update", "--name", "lamps")
    assert "1 could not be loaded:\n  line 3: bad price 'free'\n1 not for sale:\n  line 2: marked as deleted" in ran.out
    told = aisle("catalogue", "report", "lamps").out
    assert "1 of 3 rows could not be loaded:\n  1 × bad price … (first: line 3)" in told
    assert "1 of 3 rows are not for sale:\n  1 × marked as deleted (first: line 2)" in told
    assert [row["line"] for row in aisle("catalogue", "report", "lamps", "--json").json["quarantined"]] == [3]
    lamps.write_text("id,title,price,brand,deleted\np4,,,,yes\n")
    assert "To mend" not in aisle("import", lamps, "--update", "--name", "lamps").out


def test_the_next_command_is_told_with_its_name(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price\na,Boot,5\nb,Boot,free\n")
    aisle("import", lamps, "--name", "boots")
    mend = lamps.with_name("mend.csv")
    ran = aisle("catalogue", "report", "boots", "--rejected", mend)
    assert f"`aisle import {mend} --update --name boots`" in ran.err


def test_columns_that_were_not_read_are_named(aisle: Command, lamps: Path) -> None:
    lamps.write_text("id,title,price,color,颜色,attr_size,empty\na,Boot,5,red,红色,M,\n")
    ran = aisle("import", lamps, "--name", "boots")
    assert "2 columns not read: color, 颜色. The column of an attribute begins with attr_" in ran.out
    assert "2 columns not read: color, 颜色." in aisle("catalogue", "report", "boots").out
    assert aisle("catalogue", "report", "boots", "--json").json["ignored_columns"] == ["color", "颜色"]
    assert aisle("import", lamps, "--name", "boots", "--json").json["ignored_columns"] == ["color", "颜色"]
    lamps.write_text(ROWS)
    assert "not read" not in aisle("import", lamps, "--name", "boots", "--force").out


def test_going_back_to_a_damaged_version_says_which_one_is(aisle: Command, lamps: Path) -> None:
    aisle("catalogue", "delete", "lamps", "p0")
    folder = read_settings().data / "catalogues" / "lamps" / "versions" / "1"
    (folder / "products.jsonl").write_text("nothing")
    ran = aisle("catalogue", "rollback", "lamps")
    assert ran.code == 1
    assert "Version 1 of catalogue 'lamps' is damaged (products.jsonl of catalogue 'lamps' is damaged)" in ran.err
    assert "so version 2 is still served." in ran.err
    assert "aisle import" not in ran.err


def test_an_empty_file_is_named(aisle: Command, lamps: Path) -> None:
    lamps.write_text("")
    assert "delta.csv: The file is empty." in aisle("import", lamps, "--name", "boots").err


def test_what_was_bought_together_is_known_after_an_import(aisle: Command, lamps: Path) -> None:
    settings = read_settings()
    baskets = [["p0", "p1"]] * 6 + [["p2"]] * 30 + [["other", "p3"]] * 3
    with closing(open_store(settings.data)) as store:
        _order(store, baskets)
    folder = settings.data / "catalogues" / "lamps"
    lamps.write_text(ROWS)
    own = Relation(
        kind=RelationKind.FITS_WITH,
        source_id="p3",
        target_id="p4",
        evidence=(Evidence(source_attribute="a", source_value="1", target_attribute="b", target_value="1"),),
    )
    keep_stated([own], folder)
    for _ in range(2):
        assert aisle("import", lamps, "--name", "lamps").code == 0
    kept = read_relations(folder / "relations.jsonl")
    assert [(one.kind, one.source_id, one.target_id) for one in kept] == [
        (RelationKind.FITS_WITH, "p3", "p4"),
        (RelationKind.BOUGHT_WITH, "p0", "p1"),
    ]
    assert isinstance(kept[1].evidence[0], Bought)
    assert (kept[1].evidence[0].together, kept[1].evidence[0].baskets) == (6, 39)


def _order(store: Store, baskets: list[list[str]]) -> None:
    placed = datetime(2026, 11, 1, tzinfo=UTC)
    money = Money(500, "USD")
    orders = [
        Order(
            id=f"A-{number}",
            status=OrderStatus.PLACED,
            lines=tuple(OrderLine(one, f"{one}-v", one, 1, money) for one in basket),
            subtotal=money,
            shipping=money,
            total=money,
            refunded=money,
            placed_at=placed,
        )
        for number, basket in enumerate(baskets, 10_000)
    ]
    OrderBook(store, lambda: placed).load((), [(None, order) for order in orders])
