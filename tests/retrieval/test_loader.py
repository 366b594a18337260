"""From a file to a catalogue: good rows loaded, bad ones reported, nothing half done."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing, ImportFailed, MapError
from retrieval.importers import IMPORTERS
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.loader import import_file, import_products
from retrieval.product_json import product_to_json
from retrieval.results import SearchRequest
from retrieval.storage import VOCABULARY, find_current, read_manifest
from retrieval.vocabulary import Vocabulary
from tests.retrieval.fakes import FailingEncoder, PowerCut, WordEncoder, product, small_shop

CSV = """id,title,price,currency,brand,category,stock,rating,rating_count,attr_n_weight,attr_b_folding,attr_colour
t1,"Tent, small",199.90,USD,Norrfell,Tents,4,4.5,12,2.5,yes,Green
t2,Tent large,299,USD,Norrfell,Tents,0,,,4,no,Red
"""


def test_a_csv_file_in_our_own_column_names_needs_no_map(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(CSV)
    report = import_file(path, root=tmp_path / "data", name="shop")
    assert (report.rows, report.loaded, report.rejected) == (2, 2, ())
    tent = Retrieval.open(tmp_path / "data", "shop").catalogue.get("t1")
    assert tent.title == "Tent, small"
    assert tent.price.amount_minor == 19_990
    assert tent.default_variant.stock == 4
    assert tent.rating == 4.5
    assert {name: attribute.value for name, attribute in tent.attributes.items()} == {
        "weight": 2.5,
        "folding": True,
        "colour": "Green",
    }


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_in_our_own_form_come_back_unchanged(tmp_path: Path, packed: bool) -> None:
    shop = small_shop()
    content = "".join(product_to_json(item) + "\n" for item in shop).encode()
    path = tmp_path / ("shop.jsonl.gz" if packed else "shop.jsonl")
    path.write_bytes(gzip.compress(content) if packed else content)
    import_file(path, root=tmp_path / "data", name="shop")
    assert list(Retrieval.open(tmp_path / "data", "shop").catalogue.rows) == shop


def test_each_bad_row_is_reported_with_its_line_and_reason(tmp_path: Path) -> None:
    rows = [
        "id,title,price,currency,stock",
        "ok1,Good,1.00,USD,1",
        "ok1,Twice,1.00,USD,1",
        ",No id,1.00,USD,1",
        "n1,,1.00,USD,1",
        "p1,Bad price,cheap,USD,1",
        "p2,Negative,-1,USD,1",
        "p3,No price,,USD,1",
        "c1,Other money,1.00,EUR,1",
        "c2,No money,1.00,XQQ,1",
        "s1,Bad stock,1.00,USD,many",
        f"l1,{'x' * 1_001},1.00,USD,1",
        "ok2,Good too,2.00,,-3",
    ]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(rows) + "\n")
    report = import_file(path, root=tmp_path / "data", name="shop")
    assert [(bad.line, bad.reason) for bad in report.rejected] == [
        (3, "duplicate id 'ok1', first on line 2"),
        (4, "no id"),
        (5, "no title"),
        (6, "bad price 'cheap'"),
        (7, "negative price"),
        (8, "no price"),
        (9, "currency EUR in a catalogue in USD"),
        (10, "unknown currency 'XQQ'"),
        (11, "stock is not a number"),
        (12, "title is longer than 1,000 characters"),
    ]
    assert (report.rows, report.loaded) == (12, 2)
    catalogue = Retrieval.open(tmp_path / "data", "shop").catalogue
    assert list(catalogue.products) == ["ok1", "ok2"]
    assert catalogue.get("ok2").default_variant.stock == 0


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", b"", "empty"),
        ("bad.csv", b"id,title,price\n,,\n,x,1\n", "no row that can be loaded"),
        ("cut.jsonl.gz", gzip.compress(b'{"id": "a"}\n' * 5_000)[:-20], "cut off"),
        ("junk.jsonl", b"\x00\xff\xfe" * 50, "no row that can be loaded"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    import_products(small_shop(), root=tmp_path / "data", name="shop")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFailed, match=why):
        import_file(path, root=tmp_path / "data", name="shop")
    assert len(Retrieval.open(tmp_path / "data", "shop").catalogue.rows) == len(small_shop())
    assert find_current(tmp_path / "data" / "shop") == 1


def test_missing_files_folders_and_formats_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="no such file"):
        import_file(tmp_path / "none.csv", root=tmp_path, name="shop")
    with pytest.raises(ImportFailed, match="it is a folder"):
        import_file(tmp_path, root=tmp_path, name="shop")
    path = tmp_path / "shop.csv"
    path.write_text(CSV)
    with pytest.raises(ImportFailed, match="no importer 'xml'"):
        import_file(path, root=tmp_path, name="shop", format="xml")
    with pytest.raises(MapError, match="cannot be read"):
        import_file(path, root=tmp_path, name="shop", column_map=tmp_path / "none.yaml")
    with pytest.raises(CatalogueMissing, match="no catalogue name"):
        import_file(path, root=tmp_path, name="../escape")


def test_a_file_without_a_known_ending_is_read_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "export").write_text(CSV)
    (tmp_path / "lines").write_text(product_to_json(small_shop()[0]) + "\n")
    assert import_file(tmp_path / "export", root=tmp_path / "data", name="a").loaded == 2
    assert import_file(tmp_path / "lines", root=tmp_path / "data", name="b").loaded == 1


WOO = "ID,Type,Name,Regular price\n1,simple,Tent,10\n"


def test_a_map_says_what_the_columns_mean_whatever_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text(WOO)
    (tmp_path / "map.yaml").write_text("fields: {id: ID, title: Type}\nprice: {column: Regular price}\n")
    report = import_file(tmp_path / "shop.csv", root=tmp_path / "data", name="shop", column_map=tmp_path / "map.yaml")
    assert report.format == "csv"
    assert Retrieval.open(tmp_path / "data", "shop").catalogue.rows[0].title == "simple"
    with pytest.raises(ImportFailed, match="leave --map out"):
        import_file(
            tmp_path / "shop.csv",
            root=tmp_path / "data",
            name="shop",
            column_map=tmp_path / "map.yaml",
            format="woocommerce",
        )


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", WOO, "woocommerce"),
        ("a.csv", "id,title,price,availability,link\n", "google"),
        ("a.txt", "g:id\tg:title\tg:price\tg:availability\tg:image_link\n", "google"),
        ("a", "<?xml version='1.0'?>", "google"),
        ("a.json", '\ufeff {"products": [{"id": 1, "handle": "a", "variants": []}]}', "shopify"),
        ("a.json", '[{"title": "x", "body_html": "' + "x" * 70_000, "jsonl"),
        ("a.json", '[{"variants": [], "handle": "a", "body_html": "' + "x" * 70_000, "shopify"),
        ("a.jsonl", product_to_json(small_shop()[0]), "jsonl"),
        ("a.jsonl", '{"id": "a", "handle": "of steel", "price": 1}', "jsonl"),
        ("a.csv", "id,title,price,brand,link,image_link,description\n", "csv"),
        ("a.csv", "handle,title,price\n", "csv"),
        ("a.csv", "id,type,name,price\n", "csv"),
        ("a.csv", '{"looks": "like JSON"},b\n', "csv"),
        ("a.tsv", "id\ttitle\tprice\n", "csv"),
        ("a.csv", '"unclosed\n', "csv"),
        ("a", "", "csv"),
    ],
)
def test_each_format_is_known_by_what_it_holds_and_a_plain_file_is_taken_for_no_other(
    name: str, content: str, format: str
) -> None:
    head = Head(name, content.encode()[:HEAD_BYTES])
    assert next(key for key, one in IMPORTERS.items() if one.recognises(head)) == format


def test_a_workbook_is_told_from_a_text(tmp_path: Path) -> None:
    (tmp_path / "shop.xlsx").write_bytes(b"PK\x03\x04" + bytes(500))
    with pytest.raises(ImportFailed, match="save it as CSV"):
        import_file(tmp_path / "shop.xlsx", root=tmp_path / "data", name="shop")


def test_a_wrong_currency_is_told_with_the_way_out(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text("<rss><item><id>a</id><title>A</title><price>5 EUR</price></item></rss>")
    with pytest.raises(ImportFailed, match="currency EUR in a catalogue in USD"):
        import_file(feed, root=tmp_path / "data", name="shop")
    with pytest.raises(ImportFailed, match="'euro' is no ISO 4217 currency code"):
        import_file(feed, root=tmp_path / "data", name="shop", currency="euro")
    assert import_file(feed, root=tmp_path / "data", name="shop", currency="EUR").currency == "EUR"


@pytest.mark.parametrize("price", ["5.00", None])
def test_an_object_of_json_is_one_row_whatever_becomes_of_its_variants(tmp_path: Path, price: str | None) -> None:
    variants = [{"id": 1, "price": price}, {"id": 2, "price": None}, {"id": 3, "price": None}]
    products = [{"handle": "a", "title": "A", "variants": variants}]
    products += [{"handle": "b", "title": "B", "variants": [{"id": 4, "price": "1"}]}]
    (tmp_path / "products.json").write_text(json.dumps({"products": products}))
    report = import_file(tmp_path / "products.json", root=tmp_path / "data", name="shop")
    assert (report.rows, report.loaded, len(report.rejected)) == (2, 2 if price else 1, 2 if price else 3)


def test_rows_that_make_one_product_count_as_rows_and_rejections_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "Handle,Title,Option1 Name,Option1 Value,Variant Price\n"
        "a,A,Size,M,\na,,,L,5\na,,,XL,5\ntoo,few\nb,B,,,free\nb,,,,\n"
    )
    report = import_file(path, root=tmp_path / "data", name="shop")
    assert (report.rows, report.loaded) == (6, 1)
    assert [(row.line, row.reason) for row in report.rejected] == [
        (2, "no price"),
        (5, "2 fields where the header has 5"),
        (6, "bad price 'free'"),
    ]


def test_an_interrupted_import_leaves_the_old_version_and_resumes(tmp_path: Path) -> None:
    root = tmp_path / "data"
    import_products([product("old", "Old lamp")], root=root, name="shop")
    many = [product(f"p{i}", f"Lamp number {i}") for i in range(1_200)]
    failing = FailingEncoder(batches=1)
    with pytest.raises(PowerCut):
        import_products(many, root=root, name="shop", encoder=failing)
    assert list(Retrieval.open(root, "shop").catalogue.products) == ["old"]

    encoder, told = WordEncoder(), list[tuple[str, int, int | None]]()
    report = import_products(many, root=root, name="shop", encoder=encoder, progress=lambda *step: told.append(step))
    assert report.loaded == 1_200
    assert sum(encoder.calls) == 1_200 - 512
    assert ("meaning", 1_200, 1_200) in told
    assert ("index", 1_200, 1_200) in told
    retrieval = Retrieval.open(root, "shop")
    retrieval.warm(encoder)
    assert retrieval.search(SearchRequest("Lamp number 700")).hits[0].product_id == "p700"


def test_loading_the_same_products_again_computes_no_vector(tmp_path: Path) -> None:
    import_products(small_shop(), root=tmp_path, name="shop", encoder=WordEncoder())
    encoder = WordEncoder()
    import_products(small_shop(), root=tmp_path, name="shop", encoder=encoder)
    assert encoder.calls == []


def test_two_imports_into_one_catalogue_do_not_mix(tmp_path: Path) -> None:
    class Importing(WordEncoder):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            with pytest.raises(ImportFailed, match="Another import"):
                import_products([product("x", "X")], root=tmp_path, name="shop")
            return super().encode(texts)

    import_products(small_shop(), root=tmp_path, name="shop", encoder=Importing())
    assert len(Retrieval.open(tmp_path, "shop").catalogue.rows) == len(small_shop())


def test_the_vocabulary_is_learned_once_and_checked_like_every_file(tmp_path: Path) -> None:
    told = list[tuple[str, int, int | None]]()
    import_products(small_shop(), root=tmp_path, name="shop", progress=lambda *step: told.append(step))
    assert ("vocabulary", len(small_shop()), len(small_shop())) in told
    version = tmp_path / "shop" / "versions" / "1"
    assert VOCABULARY in read_manifest(version).files
    retrieval = Retrieval.open(tmp_path, "shop")
    assert retrieval.vocabulary() is retrieval.vocabulary()
    assert retrieval.vocabulary().brands.keys() == Vocabulary.learn(small_shop()).brands.keys()


@pytest.mark.parametrize("damage", ["missing", "cut", "other content"])
def test_a_vocabulary_that_cannot_be_read_is_learned_again(tmp_path: Path, damage: str) -> None:
    import_products(small_shop(), root=tmp_path, name="shop")
    path = tmp_path / "shop" / "versions" / "1" / VOCABULARY
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        Vocabulary.learn(small_shop()[:1]).save(path)
    vocabulary = Retrieval.open(tmp_path, "shop").vocabulary()
    assert vocabulary.n_products == len(small_shop())
    assert vocabulary.categories["Hiking boots"] == 2


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([], "no products"),
        ([product("a", "A"), product("a", "B")], "Two products"),
        ([product("a", "A", currency="EUR")], "not priced in USD"),
        ([product("a", "")], "no title"),
        ([product("a", "A", -5)], "negative price"),
    ],
)
def test_products_of_a_program_must_all_be_valid(tmp_path: Path, items: list, why: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ImportFailed, match=why):
        import_products(items, root=tmp_path, name="shop")
    assert not (tmp_path / "shop" / "CURRENT").exists()


def test_a_disk_copy_of_the_catalogue_is_a_catalogue(tmp_path: Path) -> None:
    import_products(small_shop(), root=tmp_path / "a", name="shop", encoder=WordEncoder())
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    retrieval = Retrieval.open(tmp_path / "b", "shop")
    retrieval.warm(WordEncoder())
    assert retrieval.mode == "words+meaning"


def test_the_stored_lines_can_be_imported_again(tmp_path: Path) -> None:
    import_products(small_shop(), root=tmp_path, name="shop")
    stored = tmp_path / "shop" / "versions" / "1" / "products.jsonl"
    assert all(json.loads(line)["id"] for line in stored.read_text().splitlines())
    assert import_file(stored, root=tmp_path, name="again").loaded == len(small_shop())
