"""Products replaced, added and removed while others read: each reader has one version, whole."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from retrieval.chroma_index import ChromaIndex
from retrieval.embeddings import product_text
from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing, ImportFailed, IndexBroken
from retrieval.loader import Terms, import_file, import_products
from retrieval.product import Money, Product, Variant
from retrieval.relevance import RANKER, SCHEMA, open_schema
from retrieval.results import SearchRequest
from retrieval.storage import complete_versions, read_manifest
from retrieval.updating import delete_products, update_file, update_products
from tests.retrieval.fakes import WordEncoder, product, small_shop


def _no_encoder(_name: str) -> NoReturn:
    raise AssertionError("nothing needs to be encoded")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    import_products(small_shop(), root=tmp_path, name="shop", encoder=WordEncoder())
    return tmp_path


def _opened(root: Path) -> Retrieval:
    retrieval = Retrieval.open(root, "shop")
    retrieval.warm(WordEncoder())
    return retrieval


# ---------------------------------------------------------------- files


def test_rows_of_the_file_replace_or_add_products_and_others_stay(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "delta.csv"
    file.write_text("id,title,price\ntent-1,Tent for four,250\nkettle,Brass kettle,30\n")
    report = update_file(file, root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert (report.rows, report.loaded, report.data.products) == (2, 2, len(small_shop()) + 1)
    assert report.data.changes is not None
    assert (report.data.changes.added, report.data.changes.changed, report.data.changes.removed) == (1, 1, 0)
    retrieval = _opened(root)
    assert retrieval.catalogue.get("tent-1").title == "Tent for four"
    assert retrieval.catalogue.get("mug-1") == small_shop()[3]
    assert retrieval.search(SearchRequest("kettle")).hits[0].product_id == "kettle"
    assert retrieval.vocabulary().n_products == len(small_shop()) + 1


def test_what_a_file_marks_as_deleted_is_removed(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "delta.jsonl"
    file.write_text('{"id": "mug-1", "deleted": true}\n{"id": "mug-2", "title": "Mug", "price": 9, "deleted": false}\n')
    report = update_file(file, root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert [(row.line, row.reason) for row in report.rejected] == [(1, "marked as deleted")]
    products = _opened(root).catalogue.products
    assert "mug-1" not in products
    assert products["mug-2"].title == "Mug"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("products.csv", "Handle,Title,Variant Price,Status\nmug-1,Mug,9,draft\nmug-2,Mug,9,active\n"),
        ("products.json", '{"products": [{"handle": "mug-1", "published_at": null, "variants": [{"id": 1}]}]}'),
        ("woo.csv", "ID,Type,Name,Published,Regular price\nmug-1,simple,Mug,0,9\n"),
        ("woo.csv", "ID,Type,Name,Published,Regular price\nmug-1,variable,Mug,-1,\n,,,,\n"),
    ],
)  # fmt: skip
def test_a_product_that_the_shop_no_longer_sells_is_removed(
    root: Path, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    report = update_file(tmp_path / name, root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert "not published" in report.rejected[0].reason
    assert "mug-1" not in Retrieval.open(root, "shop").catalogue.products


def test_a_bad_row_leaves_the_product_as_it_was(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "delta.csv"
    file.write_text("id,title,price\nmug-1,Mug,free\nmug-2,Mug,9\n")
    report = update_file(file, root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert [row.line for row in report.rejected] == [2]
    assert Retrieval.open(root, "shop").catalogue.get("mug-1") == small_shop()[3]


def test_a_variant_id_of_another_product_is_rejected_by_its_line(root: Path, tmp_path: Path) -> None:
    own = {"id": "new", "title": "New", "variants": [{"id": "mug-1-v", "price_minor": 1, "currency": "USD"}]}
    file = tmp_path / "delta.jsonl"
    file.write_text(json.dumps(own) + '\n{"id": "fine", "title": "Fine", "price": 1}\n')
    report = update_file(file, root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert [(row.line, row.reason) for row in report.rejected] == [
        (1, "variant id 'mug-1-v' belongs to product 'mug-1' already")
    ]
    assert report.loaded == 1


def test_what_cannot_be_updated_is_refused_and_changes_nothing(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "delta.csv"
    file.write_text("id,title,price\nmug-1,Mug,9\n")
    with pytest.raises(CatalogueMissing):
        update_file(file, root=root, name="none", load_encoder=_no_encoder)
    with pytest.raises(ImportFailed, match="read in EUR, and catalogue 'shop' is in USD"):
        update_file(file, root=root, name="shop", load_encoder=_no_encoder, currency="EUR")
    file.write_text("id,title,price\nmug-1,Mug,free\n")
    with pytest.raises(ImportFailed, match="no row that can be loaded"):
        update_file(file, root=root, name="shop", load_encoder=_no_encoder)
    with pytest.raises(ImportFailed, match="'new' cannot be loaded: variant id"):
        update_products(
            [product("new", "New", variants=[Variant("mug-1-v", Money(1, "USD"))])],
            root=root, name="shop", load_encoder=_no_encoder,
        )  # fmt: skip
    assert complete_versions(root / "shop") == [1]


# ---------------------------------------------------------------- ids


def test_deleting_needs_no_encoder_and_tells_ids_that_are_not_there(root: Path) -> None:
    report = delete_products(["mug-1", "lamp-1", "nobody"], root=root, name="shop")
    assert report.missing == ("nobody",)
    assert sorted(_opened(root).catalogue.products) == ["boot-1", "boot-2", "mug-2", "tent-1"]
    with pytest.raises(ImportFailed, match="no product with this id"):
        delete_products(["nobody"], root=root, name="shop")
    with pytest.raises(ImportFailed, match="No product would be left"):
        delete_products([item.id for item in small_shop()], root=root, name="shop")


# ---------------------------------------------------------------- vectors


def test_a_change_of_prices_needs_no_encoder(root: Path) -> None:
    mug = small_shop()[3]
    dearer = replace(mug, variants=(replace(mug.default_variant, price=Money(1_900, "USD")),))
    report = update_products([dearer], root=root, name="shop", load_encoder=_no_encoder)
    assert report.data.changes is not None
    assert report.data.changes.prices_changed == 1
    assert _opened(root).catalogue.get("mug-1").price.amount_minor == 1_900


def test_patched_vectors_and_chroma_are_those_of_an_import_made_anew(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    items = {f"p{i}": product(f"p{i}", f"Lamp {i} of {rng.integers(50)}") for i in range(400)}
    import_products(items.values(), root=tmp_path, name="shop", encoder=WordEncoder())
    for step in range(4):
        update = [product(f"p{i}", f"Boot {i} in step {step}") for i in (*range(step, 400, 90), 400 + step)]
        removed = [f"p{50 + step}", f"p{398 - step}"]
        update_products(update, root=tmp_path, name="shop", load_encoder=lambda _: WordEncoder(), removed=removed)
        items = {one: item for one, item in items.items() if one not in removed} | {item.id: item for item in update}
    retrieval = _opened(tmp_path)
    ids, vectors = retrieval.vectors()  # type: ignore[misc]
    assert set(ids) == set(items)
    expected = WordEncoder().encode([product_text(items[one]) for one in ids])
    assert np.allclose(vectors, expected)
    path = tmp_path / "shop" / "versions" / str(retrieval.catalogue.version)
    chroma = ChromaIndex.open(path / "chroma", len(ids))
    rows, cosines = chroma.search(expected[7], 400, np.arange(len(ids)) < len(ids) - 1)
    assert np.allclose(np.sort(cosines), np.sort(expected[rows] @ expected[7]), atol=1e-5)
    found, _ = chroma.search(expected[7], 10)
    assert expected[found[0]] @ expected[7] == pytest.approx(1.0, abs=1e-5)
    chroma.close()


def test_a_damaged_chroma_index_is_made_anew_and_damaged_vectors_are_refused(root: Path) -> None:
    path = root / "shop" / "versions" / "1"
    (path / "chroma" / "chroma.sqlite3").write_bytes(b"nothing")
    update_products([product("x", "New")], root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert _opened(root).mode == "words+meaning"
    (root / "shop" / "versions" / "2" / "vectors.npy").write_bytes(b"nothing")
    with pytest.raises(IndexBroken, match=r"vectors\.npy"):
        update_products([product("y", "New")], root=root, name="shop", load_encoder=lambda _: WordEncoder())


def test_an_update_takes_the_ranker_over_and_writes_what_all_products_state(root: Path) -> None:
    versions = root / "shop" / "versions"
    (versions / "1" / RANKER).write_text("learned from version 1")
    update_products([product("x", "New")], root=root, name="shop", load_encoder=lambda _: WordEncoder())
    assert (versions / "2" / RANKER).read_text() == "learned from version 1"
    assert len(open_schema(versions / "2", len(small_shop()) + 1)) == len(small_shop()) + 1
    assert {RANKER, SCHEMA} <= read_manifest(versions / "2").files.keys()


def test_a_catalogue_of_words_alone_stays_one(tmp_path: Path) -> None:
    import_products(small_shop(), root=tmp_path, name="shop")
    update_products([product("x", "New")], root=tmp_path, name="shop", load_encoder=_no_encoder)
    assert Retrieval.open(tmp_path, "shop").vectors() is None


# ---------------------------------------------------------------- guard


def _many(n: int, first: int = 0) -> list[Product]:
    return [product(f"p{i}", f"Lamp {i}") for i in range(first, first + n)]


def test_a_file_that_would_lose_most_of_the_catalogue_is_refused_unless_forced(tmp_path: Path) -> None:
    import_products(_many(200), root=tmp_path, name="shop")
    file = tmp_path / "shop.csv"
    file.write_text("id,title,price\n" + "".join(f"p{i},Lamp {i},1\n" for i in range(99)))
    with pytest.raises(ImportFailed, match=r"remove 101 of the catalogue's 200 products.* --force"):
        import_file(file, root=tmp_path, name="shop")
    file.write_text("id,title,price\n" + "".join(f"p{i},Lamp {i},{1 if i < 200 else 'free'}\n" for i in range(500)))
    with pytest.raises(ImportFailed, match=r"300 of 500 rows cannot be loaded \(line 202: bad price 'free'\)"):
        import_file(file, root=tmp_path, name="shop")
    with pytest.raises(ImportFailed, match="remove 150 of the catalogue's 200"):
        delete_products([f"p{i}" for i in range(150)], root=tmp_path, name="shop")
    assert complete_versions(tmp_path / "shop") == [1]
    assert import_file(file, root=tmp_path, name="shop", terms=Terms(force=True)).loaded == 200


def test_an_update_of_bad_rows_and_deletions_is_not_taken_for_a_loss(tmp_path: Path) -> None:
    import_products(_many(200), root=tmp_path, name="shop")
    file = tmp_path / "delta.csv"
    file.write_text("id,title,price,deleted\np1,Lamp,free,\np2,Lamp,,\np3,,,yes\np4,Lamp,1,\n")
    report = update_file(file, root=tmp_path, name="shop", load_encoder=_no_encoder)
    assert (report.loaded, len(report.rejected), report.data.products) == (1, 3, 199)


def test_a_first_import_and_a_small_catalogue_are_never_refused(tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("id,title,price\nok,Lamp,1\n" + "".join(f"p{i},Lamp {i},free\n" for i in range(300)))
    assert import_file(file, root=tmp_path, name="shop").loaded == 1
    file.write_text("id,title,price\nother,Lamp,1\n")
    assert import_file(file, root=tmp_path, name="shop").loaded == 1


# ---------------------------------------------------------------- readers


def test_readers_see_whole_versions_while_updates_land(tmp_path: Path) -> None:
    """Every product of version n says n in its title and its price: a mixture would show."""

    def shop(n: int) -> list[Product]:
        return [product(f"p{i}", f"Lamp {i} edition {n}", 100 + n) for i in range(12 + n % 3)]

    import_products(shop(1), root=tmp_path, name="shop", encoder=WordEncoder())
    retrieval = _opened(tmp_path)
    done, seen = threading.Event(), set[int]()

    def read() -> None:
        while not done.is_set():
            view = retrieval.view()
            version, result = view.catalogue.version, view.search(SearchRequest("lamp"))
            found = [view.catalogue.get(hit.product_id) for hit in result.hits]
            assert {item.title.split()[-1] for item in found} == {str(version)}
            assert {item.price.amount_minor for item in found} == {100 + version}
            assert (result.total, result.mode) == (12 + version % 3, "words+meaning")
            assert retrieval.search(SearchRequest("lamp edition")).total in (12, 13, 14)
            seen.add(version)

    def follow() -> None:
        while not done.is_set():
            retrieval.reload_if_changed()

    def update(n: int) -> None:
        gone = [f"p{i}" for i in range(12 + n % 3, 15)]
        terms = Terms(kept=1)
        update_products(
            shop(n), root=tmp_path, name="shop", load_encoder=lambda _: WordEncoder(), removed=gone, terms=terms
        )

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(work) for work in (read, read, follow)]
        try:
            for n in range(2, 9):
                update(n)
        finally:
            done.set()
        for reader in readers:
            reader.result()
    assert len(seen) > 1
    retrieval.reload_if_changed()
    assert retrieval.catalogue.version == 8


def test_a_version_that_is_read_is_not_removed_until_it_is_let_go_of(root: Path) -> None:
    reader = Retrieval.open(root, "shop")
    for n in range(2):
        update_products([product("x", f"Edition {n}")], root=root, name="shop", load_encoder=lambda _: WordEncoder(),
                        terms=Terms(kept=1))  # fmt: skip
    assert complete_versions(root / "shop") == [1, 3]
    reader.warm(WordEncoder())
    assert reader.search(SearchRequest("tent")).mode == "words+meaning"
    assert reader.vocabulary().n_products == len(small_shop())
    reader.reload_if_changed()
    update_products([product("x", "Edition 3")], root=root, name="shop", load_encoder=lambda _: WordEncoder(),
                    terms=Terms(kept=1))  # fmt: skip
    assert complete_versions(root / "shop") == [3, 4]
