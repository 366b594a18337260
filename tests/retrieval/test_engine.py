"""The one door: opens by words, adds meaning, survives damage, follows imports."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing, IndexBroken, NotEmbedded, ProductMissing
from retrieval.filters import AttributeIn, BrandIn, CategoryIn, InStock, PriceRange
from retrieval.loader import import_products
from retrieval.results import SearchRequest, Sort
from retrieval.storage import digest_files, read_manifest
from tests.retrieval.fakes import WordEncoder, product, small_shop


@pytest.fixture
def root(tmp_path: Path) -> Path:
    import_products(small_shop(), root=tmp_path, name="shop", encoder=WordEncoder())
    return tmp_path


@pytest.fixture
def words(root: Path) -> Retrieval:
    return Retrieval.open(root, "shop")


@pytest.fixture
def meaning(root: Path) -> Retrieval:
    retrieval = Retrieval.open(root, "shop")
    retrieval.warm(WordEncoder())
    return retrieval


def test_opening_and_searching_by_words_loads_neither_torch_nor_chroma(root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from retrieval.engine import Retrieval;"
        "from retrieval.results import SearchRequest;"
        f"r = Retrieval.open(Path({str(root)!r}), 'shop'); assert r.search(SearchRequest('tent')).total == 1;"
        "print([m for m in ('torch', 'chromadb', 'sentence_transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_not_there_is_said(tmp_path: Path, words: Retrieval) -> None:
    with pytest.raises(CatalogueMissing, match="aisle import"):
        Retrieval.open(tmp_path, "other")
    with pytest.raises(ProductMissing):
        words.catalogue.get("nothing")
    with pytest.raises(ProductMissing):
        words.similar("nothing", 3)
    assert words.catalogue.find("nothing") is None


def test_mode_changes_when_meaning_is_attached(root: Path) -> None:
    retrieval = Retrieval.open(root, "shop")
    assert retrieval.mode == retrieval.search(SearchRequest("tent")).mode == "words"
    retrieval.warm(WordEncoder())
    assert retrieval.mode == retrieval.search(SearchRequest("tent")).mode == "words+meaning"


def test_the_catalogue_is_what_was_imported(words: Retrieval) -> None:
    assert list(words.catalogue.rows) == small_shop()
    assert (words.catalogue.name, words.catalogue.version, words.catalogue.currency) == ("shop", 1, "USD")


def test_similar_products_are_found_with_and_without_meaning(words: Retrieval, meaning: Retrieval) -> None:
    for retrieval in (words, meaning):
        assert retrieval.similar("boot-1", 1)[0].product_id == "boot-2"
        assert "boot-1" not in {hit.product_id for hit in retrieval.similar("boot-1", 10)}
        assert retrieval.similar("boot-1", 5, (BrandIn(("Karst",), exclude=True), CategoryIn(("Hiking boots",)))) == ()


def test_vectors_are_unit_rows_in_the_order_of_the_ids(meaning: Retrieval, words: Retrieval) -> None:
    for retrieval in (meaning, words):
        found = retrieval.vectors()
        assert found is not None
        ids, vectors = found
        assert ids == tuple(retrieval.catalogue.products)
        assert vectors.shape == (len(ids), 64)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_a_catalogue_without_vectors_serves_words_and_says_so(tmp_path: Path) -> None:
    import_products(small_shop(), root=tmp_path, name="plain")
    retrieval = Retrieval.open(tmp_path, "plain")
    assert retrieval.vectors() is None
    with pytest.raises(NotEmbedded, match="without meaning"):
        retrieval.warm(WordEncoder())
    assert retrieval.search(SearchRequest("tent")).hits[0].product_id == "tent-1"


def test_another_encoder_than_that_of_the_import_is_refused(words: Retrieval) -> None:
    with pytest.raises(IndexBroken, match="aisle import"):
        words.warm(WordEncoder(name="other"))
    assert words.mode == "words"


def _files(root: Path, pattern: str) -> list[Path]:
    found = [path for path in (root / "shop" / "versions" / "1").glob(pattern) if path.is_file()]
    assert found, pattern
    return found


@pytest.mark.parametrize("pattern", ["vectors.npy", "compact/*", "chroma/chroma.sqlite3", "chroma/*/*"])
@pytest.mark.parametrize("damage", ["remove", "cut", "flip"])
def test_damaged_meaning_is_refused_and_words_go_on(root: Path, pattern: str, damage: str) -> None:
    for path in _files(root, pattern):
        content = path.read_bytes()
        if damage == "remove" or not content:
            path.unlink()
        elif damage == "cut":
            path.write_bytes(content[: len(content) // 2])
        else:
            path.write_bytes(bytes([*content[:20], *(255 - byte for byte in content[20:])]))
    retrieval = Retrieval.open(root, "shop")
    with pytest.raises(IndexBroken, match="aisle import"):
        retrieval.warm(WordEncoder())
    assert retrieval.mode == "words"
    assert retrieval.search(SearchRequest("tent")).hits[0].product_id == "tent-1"


def _rewrite_manifest(version: Path) -> None:
    """State every file of a version as it is now."""
    manifest = read_manifest(version)
    files = {name: entry for name, entry in manifest.files.items() if (version / name).exists()}
    row = json.loads((version / "manifest.json").read_text())
    row["files"] = digest_files(version, sorted(files))
    (version / "manifest.json").write_text(json.dumps(row))


def test_a_version_from_before_there_were_compact_vectors_is_served(root: Path, meaning: Retrieval) -> None:
    version = root / "shop" / "versions" / "1"
    shutil.rmtree(version / "compact")
    _rewrite_manifest(version)
    old = Retrieval.open(root, "shop")
    old.warm(WordEncoder())
    request = SearchRequest("a tent for the trail", (InStock(),))
    assert old.search(request) == meaning.search(request)


def test_compact_vectors_of_another_version_are_refused(root: Path) -> None:
    import_products(small_shop()[:-1], root=root, name="shop", encoder=WordEncoder())
    versions = root / "shop" / "versions"
    about = json.loads((versions / "1" / "compact" / "about.json").read_text())
    (versions / "2" / "compact" / "about.json").write_text(json.dumps(about))
    _rewrite_manifest(versions / "2")
    retrieval = Retrieval.open(root, "shop")
    with pytest.raises(IndexBroken, match=r"other vectors.*aisle import"):
        retrieval.warm(WordEncoder())
    assert retrieval.mode == "words"


@pytest.mark.parametrize("pattern", ["products.jsonl", "manifest.json", "bm25/*.npy", "bm25/*.json"])
@pytest.mark.parametrize("damage", ["remove", "cut", "junk"])
def test_a_damaged_catalogue_or_word_index_is_broken_with_a_way_out(root: Path, pattern: str, damage: str) -> None:
    path = _files(root, pattern)[0]
    content = path.read_bytes()
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else b"\xff{" * 30)
    with pytest.raises(IndexBroken, match="aisle import"):
        Retrieval.open(root, "shop")


def test_one_changed_letter_in_the_catalogue_is_noticed(root: Path) -> None:
    path = _files(root, "products.jsonl")[0]
    path.write_text(path.read_text().replace("Enamel", "Enomel"))
    with pytest.raises(IndexBroken, match="damaged"):
        Retrieval.open(root, "shop")


def test_a_new_import_is_served_after_a_reload_with_meaning_kept(root: Path, meaning: Retrieval) -> None:
    assert meaning.reload_if_changed() is False
    import_products([product("new", "Brass kettle")], root=root, name="shop", encoder=WordEncoder())
    assert meaning.search(SearchRequest("kettle")).total == 0
    assert meaning.reload_if_changed() is True
    assert meaning.search(SearchRequest("kettle")).hits[0].product_id == "new"
    assert (meaning.mode, meaning.catalogue.version) == ("words+meaning", 2)


def test_a_view_stays_with_its_version(root: Path, meaning: Retrieval) -> None:
    view = meaning.view()
    import_products([product("new", "Brass kettle")], root=root, name="shop", encoder=WordEncoder())
    assert meaning.reload_if_changed()
    hit = view.search(SearchRequest("tent")).hits[0]
    assert view.catalogue.get(hit.product_id).title == "Two-person tent"
    assert (view.catalogue.version, view.mode, meaning.catalogue.version) == (1, "words+meaning", 2)


def test_a_broken_new_version_leaves_the_old_one_serving(root: Path, meaning: Retrieval) -> None:
    import_products([product("new", "Brass kettle")], root=root, name="shop", encoder=WordEncoder())
    (root / "shop" / "versions" / "2" / "products.jsonl").write_text("{")
    with pytest.raises(IndexBroken):
        meaning.reload_if_changed()
    assert meaning.search(SearchRequest("tent")).total >= 1


def test_relaxed_counts_are_what_the_relaxed_search_finds(words: Retrieval, meaning: Retrieval) -> None:
    wishes = (BrandIn(("Karst",)), AttributeIn("waterproof", ("yes",)), InStock())
    for retrieval in (words, meaning):
        result = retrieval.search(SearchRequest("hiking boot", wishes))
        assert result.total == 0
        assert result.relaxations
        for relaxation in result.relaxations:
            kept = tuple(wish for wish in wishes if wish.key not in relaxation.drop.split("+"))
            assert retrieval.search(SearchRequest("hiking boot", kept)).total == relaxation.count


def test_where_no_single_wish_helps_pairs_are_tried(words: Retrieval) -> None:
    wishes = (PriceRange("USD", max_minor=1), BrandIn(("Nobody",)))
    relaxations = words.search(SearchRequest("boot", wishes)).relaxations
    assert [(r.drop, r.label, r.count) for r in relaxations] == [("price+brand", "under $0.01 and Nobody", 2)]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        (Sort.PRICE_LOW, ["mug-1", "mug-2", "lamp-1"]),
        (Sort.PRICE_HIGH, ["tent-1", "boot-1", "boot-2"]),
        (Sort.RATING, ["boot-2", "boot-1", "tent-1"]),
        (Sort.NEWEST, ["boot-2", "boot-1"]),
        (Sort.RELEVANCE, ["boot-1", "tent-1", "boot-2"]),
    ],
)
def test_without_words_all_products_come_in_the_order_asked_for(words: Retrieval, sort: Sort, first: list[str]) -> None:
    result = words.search(SearchRequest("", sort=sort))
    assert result.total == len(small_shop())
    assert [hit.product_id for hit in result.hits][: len(first)] == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00\x01\xff",
        "😀🎉",
        "\ud800",
        "a" * 100_000,
        "tent " * 20_000,
        "مرحبا",
        "' OR 1=1 --",
        "\u202etent",
        "(*&^%$",
        "the",
    ],
)
def test_no_text_makes_a_search_fail(words: Retrieval, meaning: Retrieval, text: str) -> None:
    for retrieval in (words, meaning):
        result = retrieval.search(SearchRequest(text, (InStock(),)))
        assert result.total >= len(result.hits)
        assert all(0 <= hit.score <= 1 for hit in result.hits)


@pytest.mark.parametrize("k", [-5, 0, 1, 3, 10_000])
def test_k_is_kept_within_its_bounds(words: Retrieval, k: int) -> None:
    result = words.search(SearchRequest("", k=k))
    assert len(result.hits) == min(max(1, k), len(small_shop()))
    assert result.total == len(small_shop())
