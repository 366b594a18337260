"""`aisle doctor` on a healthy folder and on every broken one: what is so, what to do, and nothing changed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.checkups import CHECKUPS, system
from assistant.checkups.check import Check, Patient
from assistant.config import Settings
from assistant.doctor import examine, is_ok, refused, write_report
from assistant.places import catalogues_folder
from assistant.releases import registry_of
from assistant.store import open_store
from recommender.ctr.artifact import TENSORS_FILE
from retrieval.encoder import load_encoder
from retrieval.errors import IndexBroken
from retrieval.loader import import_products
from retrieval.storage import VOCABULARY
from tests.assistant.small_shop import PRODUCTS
from tests.fakes.models_endpoint import models_endpoint
from tests.recommender.promotion.drafts import add_release
from tests.retrieval.fakes import WordEncoder
from tests.retrieval.tiny_models import make_cross_encoder, make_encoder

Settle = Callable[..., Settings]
States = dict[str, str]


@pytest.fixture
def settle(tmp_path: Path) -> Settle:
    """Settings over a data folder of this test."""

    def make(**given: object) -> Settings:
        return Settings(**{"data": tmp_path / "data", "catalogue": "shop", "encoder": WordEncoder().name, **given})

    return make


@pytest.fixture
def healthy(settle: Settle) -> Settings:
    """A shop with catalogue, vectors, store and click model."""
    settings = settle()
    open_store(settings.data).close()
    import_products(PRODUCTS, root=catalogues_folder(settings), name="shop", encoder=WordEncoder())
    registry = registry_of(settings)
    registry.promote(add_release(registry).number, who="test")
    return settings


def found(settings: Settings, *, deep: bool = False) -> dict[str, Check]:
    """Findings by name; where one name has several, the worst."""
    worst = ("problem", "warning", "skipped", "ok")
    checks = sorted(examine(settings, deep=deep), key=lambda check: -worst.index(check.state))
    return {check.name: check for check in checks}


def version(settings: Settings) -> Path:
    return catalogues_folder(settings) / "shop" / "versions" / "1"


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_healthy_folder_is_well_and_stays_as_it_was(healthy: Settings) -> None:
    before = snapshot(healthy.data)
    checks = found(healthy)
    assert {name: check.found for name, check in checks.items() if check.state != "ok"} == {}
    assert "10 products in USD" in checks["catalogue"].found
    assert "sha256" in checks["click model"].found
    assert "which no aisle is using" in checks["data folder"].found
    assert snapshot(healthy.data) == before


def test_nothing_there_yet_is_no_problem_and_nothing_is_made(settle: Settle) -> None:
    settings = settle(catalogue="demo")
    assert is_ok(examine(settings, deep=False))
    assert not settings.data.exists()


def test_a_missing_catalogue_names_those_that_are_there(healthy: Settings) -> None:
    check = found(healthy.model_copy(update={"catalogue": "other"}))["catalogue"]
    assert check.state == "problem"
    assert check.found == "There is no catalogue 'other'."
    assert "AISLE_CATALOGUE (shop)" in check.advice
    assert "aisle import FILE --name other" in check.advice
    assert check.degrades == "the whole shop"


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xa5" * min(4096, len(content) - 4096)
    path.write_bytes(content)


DAMAGE = [
    ("products.jsonl", _cut, "index of words", "problem", "the whole shop"),
    ("products.jsonl", Path.unlink, "index of words", "problem", "the whole shop"),
    (VOCABULARY, _cut, "index of words", "warning", ""),
    ("vectors.npy", _cut, "index of meaning", "problem", "search by meaning"),
    ("chroma/chroma.sqlite3", _scribble, "index of meaning", "problem", "search by meaning"),
    ("chroma/chroma.sqlite3", Path.unlink, "index of meaning", "problem", "search by meaning"),
    ("manifest.json", _cut, "catalogue", "problem", "the whole shop"),
]


@pytest.mark.parametrize(("file", "damage", "name", "state", "degrades"), DAMAGE)
def test_a_damaged_file_of_the_catalogue_is_named(
    healthy: Settings, file: str, damage: Callable[[Path], None], name: str, state: str, degrades: str
) -> None:
    damage(version(healthy) / file)
    checks = found(healthy)
    assert (checks[name].state, checks[name].degrades) == (state, degrades)
    assert checks[name].advice.startswith("Import the catalogue again")
    assert (degrades in checks["degraded"].found) if degrades else checks["degraded"].state == "ok"


def test_a_damaged_word_index_is_named(healthy: Settings) -> None:
    part = next(path for path in sorted((version(healthy) / "bm25").iterdir()) if path.stat().st_size > 20)
    _cut(part)
    assert f"bm25/{part.name}" in found(healthy)["index of words"].found


def test_vectors_of_another_encoder_and_none_at_all_are_told(healthy: Settings) -> None:
    other = found(healthy.model_copy(update={"encoder": "another"}))["index of meaning"]
    assert other.state == "warning"
    assert f"AISLE_ENCODER={WordEncoder().name}" in other.advice
    of_locale = found(healthy.model_copy(update={"encoders": {"en": "another"}}))["index of meaning"]
    assert "AISLE_ENCODERS" in of_locale.advice
    import_products(PRODUCTS, root=catalogues_folder(healthy), name="shop")
    assert found(healthy)["index of meaning"].found == "The catalogue was imported without vectors."
    off = found(healthy.model_copy(update={"encoder": "off"}))
    assert (off["index of meaning"].state, off["encoder"].state) == ("skipped", "ok")


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(path.read_bytes()[:5_000]), _scribble])
def test_a_damaged_store_is_found(healthy: Settings, damage: Callable[[Path], None]) -> None:
    damage(healthy.data / "aisle.db")
    check = found(healthy)["database"]
    assert (check.state, check.degrades) == ("problem", "conversations, carts and orders")
    assert "put a backup in its place" in check.advice


def test_what_is_no_database_is_found(healthy: Settings) -> None:
    (healthy.data / "aisle.db").write_text("not a database, but long enough to be looked at as one" * 100)
    assert found(healthy)["database"].state == "problem"


def test_a_store_of_a_newer_version_is_told_from_a_damaged_one(healthy: Settings) -> None:
    with sqlite3.connect(healthy.data / "aisle.db") as connection:
        connection.execute("INSERT INTO migrations VALUES (9999, 'later')")
    connection.close()
    check = found(healthy)["database"]
    assert check.state == "problem"
    assert "newer" in check.found


def test_a_store_that_is_being_written_is_left_alone(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.checkups.data._WAIT_S", 0.01)
    connection = sqlite3.connect(healthy.data / "aisle.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert found(healthy)["database"].state == "skipped"
    finally:
        connection.close()


def test_who_holds_the_folder_is_told_while_a_server_runs(healthy: Settings) -> None:
    holding = (
        "import sys; from pathlib import Path; from assistant.store import open_store;"
        "store = open_store(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holding, str(healthy.data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        checks = found(healthy)
        assert f"in use by a running aisle, process {process.pid}" in checks["data folder"].found
        assert checks["database"].state == "ok"
    finally:
        process.communicate("")


def test_a_folder_that_cannot_be_written_is_a_problem(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode & os.W_OK and path == healthy.data) and real(path, mode)
    )
    check = found(healthy)["data folder"]
    assert (check.state, check.found) == ("problem", f"{healthy.data} cannot be written.")


@pytest.mark.skipif(os.geteuid() == 0, reason="everything may be written by root")
def test_a_folder_of_somebody_else_is_a_problem(healthy: Settings) -> None:
    healthy.data.chmod(0o500)
    try:
        assert found(healthy)["data folder"].state == "problem"
    finally:
        healthy.data.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_a_problem(tmp_path: Path, settle: Settle) -> None:
    (tmp_path / "data").write_text("x")
    assert found(settle())["data folder"].found == f"{tmp_path / 'data'} is no folder."
    inside = found(settle(data=tmp_path / "data" / "inside"))
    assert inside["data folder"].state == "problem"
    assert "cannot be made" in inside["data folder"].found


@pytest.mark.parametrize(("free", "state"), [(50 * 2**20, "problem"), (500 * 2**20, "warning"), (5 * 2**30, "ok")])
def test_a_full_disk_is_told_in_time(settle: Settle, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(0, 0, free))
    assert found(settle())["disk"].state == state


def test_a_damaged_click_model_is_found(healthy: Settings) -> None:
    _cut(registry_of(healthy).root / "releases" / "1" / TENSORS_FILE)
    check = found(healthy)["click model"]
    assert (check.state, check.degrades) == ("problem", "ranking by predicted clicks")


def test_only_deep_loads_the_encoder_and_compares_its_vectors(
    healthy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    def load(name: str, _dtype: str) -> WordEncoder:
        loaded.append(name)
        if name == "broken":
            raise IndexBroken("The encoder 'broken' cannot be loaded; set AISLE_ENCODER to one that can.")
        return WordEncoder()

    monkeypatch.setattr("retrieval.encoder.load_encoder", load)
    assert "--deep" in found(healthy)["encoder"].found
    assert loaded == []
    dim = WordEncoder().dim
    assert found(healthy, deep=True)["encoder"].found == f"{healthy.encoder} computes: vectors of {dim} numbers."
    np.save(version(healthy) / "vectors.npy", np.zeros((10, dim + 1), np.float32))
    assert f"the catalogue's have {dim + 1}" in found(healthy, deep=True)["encoder"].found
    broken = found(healthy.model_copy(update={"encoder": "broken"}), deep=True)["encoder"]
    assert (broken.state, broken.degrades) == ("problem", "search by meaning")


def test_vectors_of_a_folder_whose_weights_changed_are_told(healthy: Settings, tmp_path: Path) -> None:
    folder = make_encoder(tmp_path, ["red", "hat"], seed=1)
    import_products(PRODUCTS, root=catalogues_folder(healthy), name="shop", encoder=load_encoder(str(folder)))
    settings = healthy.model_copy(update={"encoder": str(folder)})
    assert found(settings)["index of meaning"].state == "ok"
    make_encoder(tmp_path, ["red", "hat"], seed=2)
    changed = found(settings)["index of meaning"]
    assert (changed.state, changed.advice) == ("warning", "Import the catalogue again.")


def test_the_cross_encoder_is_looked_for_and_with_deep_asked(healthy: Settings, tmp_path: Path) -> None:
    assert found(healthy)["cross encoder"].state == "ok"
    gone = found(healthy.model_copy(update={"cross_encoder": str(tmp_path / "nowhere")}))["cross encoder"]
    assert (gone.state, gone.degrades) == ("problem", "the cross-encoder's second look at the first products")
    fit = healthy.model_copy(update={"cross_encoder": str(make_cross_encoder(tmp_path / "tiny", ["red", "hat"]))})
    assert "--deep" in found(fit)["cross encoder"].found
    assert found(fit, deep=True)["cross encoder"].found.startswith("tiny reads")
    unfit = make_cross_encoder(tmp_path / "four", ["red", "hat"], labels=4)
    refused = found(healthy.model_copy(update={"cross_encoder": str(unfit)}), deep=True)["cross encoder"]
    assert refused.state == "problem"
    assert "one number" in refused.found


@pytest.mark.parametrize("name", ["database", "indexes"])
def test_large_files_are_read_with_deep_only(healthy: Settings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("assistant.checkups.data.LARGE_BYTES", 10)
    monkeypatch.setattr("assistant.checkups.indexes.LARGE_BYTES", 10)
    assert found(healthy)[name].state == "skipped"
    assert is_ok(examine(healthy, deep=False))


# ---------------------------------------------------------------- endpoint


def test_an_endpoint_that_serves_the_model_is_well(settle: Settle) -> None:
    with models_endpoint("aisle") as (url, asked):
        check = found(settle(llm_url=url, llm_api_key="s3cret"))["endpoint"]
    assert check == Check("endpoint", "ok", f"{url} answers and serves 'aisle'.")
    assert asked == ["/v1/models Bearer s3cret"]


@pytest.mark.parametrize(
    ("status", "body", "models", "says", "advice"),
    [
        (401, None, (), "refuses the key", "AISLE_LLM_API_KEY"),
        (404, None, (), "answers with status 404", "/v1"),
        (302, None, (), "answers with status 302", "/v1"),
        (200, None, ("qwen", "llama"), "serves qwen, llama, not 'aisle'", "AISLE_LLM_MODEL"),
        (200, "<html>", (), "does not answer", "AISLE_LLM_URL"),
        (200, "[]", (), "serves no model", "AISLE_LLM_MODEL"),
        (200, '{"data": [1, {"id": null}]}', (), "serves None", "AISLE_LLM_MODEL"),
    ],
)
def test_an_endpoint_that_is_wrong_is_told_with_what_to_correct(
    settle: Settle, status: int, body: str | None, models: tuple[str, ...], says: str, advice: str
) -> None:
    with models_endpoint(*models, status=status, body=body) as (url, _):
        check = found(settle(llm_url=url))["endpoint"]
    assert check.state == "problem"
    assert says in check.found
    assert advice in check.advice


@pytest.fixture
def dead_url() -> Iterator[str]:
    """An address of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def test_a_dead_endpoint_is_told_and_no_secret_is(
    settle: Settle, dead_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = dead_url.replace("127", "user:hunter2@127") + "?key=hunter3"
    checks = examine(settle(llm_url=url, llm_api_key="s3cret"), deep=False)
    for as_json in (True, False):
        write_report(checks, as_json=as_json)
    told = capsys.readouterr().out
    assert "does not answer" in told
    assert [secret for secret in ("s3cret", "hunter2", "hunter3") if secret in told] == []


@pytest.mark.parametrize("url", ["nonsense", "http://[::1", "http://127.0.0.1:99999/v1", "ftp://x"])
def test_an_address_that_is_none_is_a_problem_and_no_crash(settle: Settle, url: str) -> None:
    # The settings refuse most of these; what cannot be parsed must not stop the doctor either.
    check = found(settle().model_copy(update={"llm_url": url}))["endpoint"]
    assert check.state == "problem"
    assert "could not be looked at" not in check.found


# ---------------------------------------------------------------- the installation


def test_a_typing_error_in_a_setting_is_named_without_its_value(
    settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISLE_LLM_APIKEY", "s3cret")
    monkeypatch.setenv("AISLE_QQQQQQ", "1")
    told = [check for check in examine(settle(), deep=False) if check.name == "settings"]
    assert [(check.state, check.found) for check in told] == [
        ("warning", "AISLE_LLM_APIKEY is set, but there is no such setting."),
        ("warning", "AISLE_QQQQQQ is set, but there is no such setting."),
    ]
    assert told[0].advice == "Did you mean AISLE_LLM_API_KEY?"
    assert "s3cret" not in str(told)


def test_old_and_missing_packages_are_problems(settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    real = system._version
    seen = {"gradio": "6.3.1", "nh3": None}
    monkeypatch.setattr(system, "_version", lambda name: seen.get(name, real(name)))
    told = [check for check in examine(settle(), deep=False) if check.name == "packages"]
    assert [check.state for check in told] == ["problem", "problem"]
    assert told[0].found == "The package nh3 is not installed."
    assert told[1].found.startswith("gradio 6.3.1 is older than 6.25.0: ")
    assert told[1].advice.endswith("pip install --upgrade 'gradio>=6.25.0'.")


@pytest.mark.parametrize(
    ("version", "numbers"), [("1.3.0", (1, 3)), ("1.3.0rc1", (1, 3)), ("0.0.27", (0, 0, 27)), ("2.13.0+cpu", (2, 13))]
)
def test_releases_are_compared_as_numbers(version: str, numbers: tuple[int, ...]) -> None:
    assert system._numbers(version) == numbers


def test_an_old_python_is_a_problem(settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PYTHON_FLOOR", (9, 0))
    assert found(settle())["python"].state == "problem"


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(settle: Settle) -> None:
    def broken_part(_patient: Patient) -> Iterator[Check]:
        yield Check("first", "ok", "fine")
        raise ImportError("no module named 'torch'")

    checks = examine(settle(), deep=False, checkups=(broken_part, system.python))
    assert [check.name for check in checks] == ["first", "broken part", "python", "degraded"]
    assert checks[1].state == "problem"
    assert "no module named 'torch'" in checks[1].found


def test_every_problem_and_warning_says_what_to_do(healthy: Settings) -> None:
    shutil.rmtree(version(healthy))
    (healthy.data / "aisle.db").write_text("x" * 5_000)
    for check in examine(healthy.model_copy(update={"llm_url": "http://127.0.0.1:1/v1"}), deep=False):
        assert check.found.endswith((".", ")."))
        assert check.state == "ok" or check.advice or check.name == "degraded", check


# ---------------------------------------------------------------- the command


def test_without_deep_neither_torch_nor_chroma_is_loaded(healthy: Settings) -> None:
    ran = _aisle(healthy, "doctor", "--json", watch=True)
    assert {"torch", "chromadb", "gradio", "sentence_transformers"} & set(
        json.loads(ran.stderr.splitlines()[-1])
    ) == set()
    answer = json.loads(ran.stdout)
    assert set(answer) == {"checks", "ok", "version"}
    assert set(answer["checks"][0]) == {"name", "state", "found", "advice", "degrades"}
    assert (ran.returncode, answer["ok"]) == (0, True)


def test_missing_packages_are_findings_and_no_crash(healthy: Settings) -> None:
    hidden = ("httpx", "sqlalchemy", "numpy", "torch", "yaml", "bm25s")
    ran = _aisle(healthy, "doctor", "--json", hide=hidden, AISLE_LLM_URL="http://127.0.0.1:1/v1")
    checks = {check["name"]: check for check in json.loads(ran.stdout)["checks"]}
    assert ran.returncode == 1
    broken = {name for name, check in checks.items() if "could not be looked at" in check["found"]}
    assert broken == {"endpoint", "data folder", "database", "encoder", "click model", "prompts"}
    assert checks["index of words"]["state"] == "ok"


def test_where_even_the_command_cannot_be_read_one_sentence_says_so(healthy: Settings) -> None:
    ran = _aisle(healthy, "doctor", hide=("babel",))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "aisle: The package babel is not installed: install Aisle again.\n"


def test_a_setting_that_cannot_be_used_is_a_finding(healthy: Settings) -> None:
    ran = _aisle(healthy, "doctor", "--json", AISLE_PORT="many")
    answer = json.loads(ran.stdout)
    assert (ran.returncode, answer["ok"]) == (1, False)
    assert "AISLE_PORT cannot be used" in answer["checks"][0]["found"]


def test_the_list_for_people_is_calm_and_ends_in_a_count(healthy: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(examine(healthy, deep=False), as_json=False)
    assert capsys.readouterr().out.splitlines()[-1] == "All is well."
    write_report(refused("AISLE_PORT cannot be used: \x1b[31mred."), as_json=False)
    told = capsys.readouterr().out
    assert "1 problem." in told
    assert "\x1b" not in told


def test_there_is_a_check_for_everything() -> None:
    assert len(CHECKUPS) == len({checkup.__name__ for checkup in CHECKUPS}) == 13
    assert [checkup.__name__ for checkup in CHECKUPS if not checkup.__doc__] == []


def _aisle(
    settings: Settings, *arguments: str, watch: bool = False, hide: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    code = "import sys, json, atexit; " + "".join(f"sys.modules[{name!r}] = None; " for name in hide)
    code += "from assistant.cli import main; sys.argv = ['aisle', *sys.argv[1:]];"
    if watch:
        code += "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr));"
    given = {"AISLE_DATA": str(settings.data), "AISLE_CATALOGUE": "shop", "AISLE_ENCODER": settings.encoder}
    return subprocess.run(
        [sys.executable, "-c", f"{code} main()", *arguments],
        env={**os.environ, **given, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
