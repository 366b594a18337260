"""What a load brought, worked out by hand: counts, coverage, drift, rejected rows by line and reason."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.data_report import DataReport, Reason, Shift, find_report
from retrieval.loader import Terms, import_file, import_products
from retrieval.product import Attribute
from retrieval.quarantine import QUARANTINE, read_quarantine
from retrieval.storage import read_manifest
from tests.retrieval.fakes import product


def _report(root: Path, number: int) -> DataReport:
    found = find_report(root / "shop" / "versions" / str(number))
    assert found is not None
    return found


def test_a_report_counts_what_is_stated(tmp_path: Path) -> None:
    items = [
        product("a", "A", 100, brand="Bolt", category="Mugs", attributes=[Attribute("colour", "red")]),
        product("b", "B", 300, category="Mugs", attributes=[Attribute("colour", "blue"), Attribute("folds", True)]),
        product("c", "C", 800, stock=None),
        product("d", "D", 900, brand="Bolt"),
    ]
    import_products(items, root=tmp_path, name="shop")
    report = _report(tmp_path, 1)
    assert (report.kind, report.products, report.variants, report.currency) == ("import", 4, 4, "USD")
    assert report.coverage["brand"] == report.coverage["category"] == report.coverage["attributes.colour"] == 0.5
    assert (report.coverage["attributes.folds"], report.coverage["stock"], report.coverage["gtin"]) == (0.25, 0.75, 0)
    assert [(level.category, level.products, level.median_minor) for level in report.prices] == [
        ("", 4, 550), ("Mugs", 2, 200)
    ]  # fmt: skip
    assert report.changes is None
    assert {"report.json"} <= read_manifest(tmp_path / "shop" / "versions" / "1").files.keys()


def test_a_report_tells_the_drift_against_the_load_before(tmp_path: Path) -> None:
    def shop(price: int, described: bool, first: int) -> list:  # type: ignore[type-arg]
        colour = [Attribute("colour", "red")] if described else []
        return [
            product(f"p{i}", f"Lamp {i}", price + i, category="Lamps", attributes=colour)
            for i in range(first, first + 10)
        ]

    import_products([*shop(1_000, True, 0), product("x", "Same")], root=tmp_path, name="shop")
    import_products([*shop(1_500, False, 2), product("x", "Same")], root=tmp_path, name="shop")
    changes = _report(tmp_path, 2).changes
    assert changes is not None
    assert (changes.since, changes.added, changes.changed, changes.removed, changes.unchanged) == (1, 2, 8, 2, 1)
    assert (changes.added_ids, changes.removed_ids) == (("p10", "p11"), ("p0", "p1"))
    assert changes.prices_changed == 8
    assert changes.largest[0].model_dump() == {
        "id": "p2", "title": "Lamp 2", "before_minor": 1_002, "after_minor": 1_502
    }  # fmt: skip
    assert changes.coverage_fell == (Shift(name="attributes.colour", before=10 / 11, after=0.0),)
    assert changes.medians[-1] == Shift(name="Lamps", before=1_004, after=1_506)
    assert changes.currency_before is None


def test_another_currency_is_told_and_its_prices_are_not_compared(tmp_path: Path) -> None:
    import_products([product("a", "A", 100)], root=tmp_path, name="shop")
    import_products([product("a", "A", 900, currency="EUR")], root=tmp_path, name="shop", currency="EUR")
    changes = _report(tmp_path, 2).changes
    assert changes is not None
    assert (changes.currency_before, changes.prices_changed, changes.medians) == ("USD", 0, ())


def test_a_damaged_version_before_does_not_stop_an_import(tmp_path: Path) -> None:
    import_products([product("a", "A")], root=tmp_path, name="shop")
    (tmp_path / "shop" / "versions" / "1" / "products.jsonl").write_text("{")
    import_products([product("a", "A")], root=tmp_path, name="shop")
    assert _report(tmp_path, 2).changes is None


@pytest.mark.parametrize("packed", [False, True])
def test_rejected_rows_are_kept_as_they_stand_with_line_and_reason(tmp_path: Path, packed: bool) -> None:
    content = b'id,title,price\nok,Lamp,1\na,"Two\nlines",free\nok,Again,1\nb,Few\nc,Bad \xff,1\n'
    file = tmp_path / ("shop.csv.gz" if packed else "shop.csv")
    file.write_bytes(gzip.compress(content) if packed else content)
    terms = Terms(now=lambda: datetime(2026, 1, 2, tzinfo=UTC))
    import_file(file, root=tmp_path, name="shop", terms=terms)
    assert list(read_quarantine(tmp_path / "shop" / "versions" / "1")) == [
        {"line": 3, "reason": "bad price 'free'", "text": 'a,"Two\nlines",free'},
        {"line": 5, "reason": "duplicate id 'ok', first on line 2", "text": "ok,Again,1"},
        {"line": 6, "reason": "2 fields where the header has 3", "text": "b,Few"},
        {"line": 7, "reason": "not valid UTF-8", "text": "c,Bad \udcff,1"},
    ]
    report = _report(tmp_path, 1)
    assert (report.file, report.format, report.header, report.made) == (
        file.name, "csv", "id,title,price", "2026-01-02T00:00:00+00:00"
    )  # fmt: skip
    assert (report.rows, report.rejected) == (5, 4)
    assert report.reasons[1] == Reason(reason="duplicate id …, first on line #", rows=1, first_line=5)


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.jsonl", '{"id": "ok", "title": "A", "price": 1}\n{"id": "b"\n', ['{"id": "b"']),
        (
            "a.csv",
            'Handle,Title,Body (HTML),Variant Price\na,A,"one\ntwo",free\nb,B,,1\n',
            ['a,A,"one\ntwo",free'],
        ),
        (
            "a.xml",
            "<rss><item><id>ok</id><title>A</title><price>1</price></item>\n<item>\n<id>b</id></item></rss>",
            ["<item>\n<id>b</id></item></rss>"],
        ),
        (
            "a.json",
            '{"products": [\n{"handle": "ok", "title": "A", "variants": [{"price": 1}]},\n{"handle": "b"}\n]}',
            ['{"handle": "b"}'],
        ),
    ],
)
def test_every_format_keeps_its_rejected_rows(tmp_path: Path, name: str, content: str, texts: list[str]) -> None:
    (tmp_path / name).write_text(content)
    import_file(tmp_path / name, root=tmp_path, name="shop")
    assert [row["text"] for row in read_quarantine(tmp_path / "shop" / "versions" / "1")] == texts


def test_without_rejections_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "ok", "title": "A", "price": 1}))
    import_file(tmp_path / "a.jsonl", root=tmp_path, name="shop")
    assert not (tmp_path / "shop" / "versions" / "1" / QUARANTINE).exists()
    assert list(read_quarantine(tmp_path / "shop" / "versions" / "1")) == []
