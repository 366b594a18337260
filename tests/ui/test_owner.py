"""The owner's page: who may call what, what each section shows, and that words stay words."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.service import Assistant
from assistant.support import passwords
from recommender.bandit.drift import DriftAlarm
from recommender.events import Decision, DecisionContext, SlateItem
from recommender.online_head import LiveHead
from recommender.promotion.releases import release_folder
from tests.assistant.owner_house import PASSWORD, owner_house, shown_slate
from tests.contracts.channel import live_markup, read
from tests.recommender.promotion.drafts import a_card, add_release, write_draft
from tests.ui.staff_page import call_page
from ui.app import create_app
from ui.front import ALLOWED_PATHS
from ui.owner_actions import OwnerActions
from ui.owner_forms import ExperimentForm, RuleForm
from ui.render import Renderer
from ui.staff import OWNER_COOKIE
from ui.views import Look

ORIGIN = "http://127.0.0.1:7860"
ATTACK = "<img src=x onerror=alert(1)><script>alert(1)</script> {{ 7 * 7 }} ${alert(1)}"
BEHIND = [
    ("GET", "/owner"),
    ("GET", "/owner/"),
    ("GET", "/owner/config"),
    ("GET", "/owner/theme.css"),
    ("GET", "/owner/assets/index.js"),
    ("GET", "/owner/gradio_api/queue/data"),
    ("POST", "/owner/gradio_api/queue/join"),
    ("POST", "/owner/gradio_api/component_server"),
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with pytest.MonkeyPatch.context() as patch, owner_house_of(patch, tmp_path_factory) as made:
        yield made


def owner_house_of(patch: pytest.MonkeyPatch, folders: pytest.TempPathFactory) -> Any:
    patch.setattr(passwords, "_N", 2**4)
    return owner_house(folders.mktemp("owner"))


@pytest.fixture(scope="module")
def server(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(assistant, Settings(data=tmp_path_factory.mktemp("data")))
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as client:
        client.headers["origin"] = ORIGIN
        yield client


@pytest.fixture
def client(server: TestClient) -> TestClient:
    server.cookies.clear()
    return server


def _sign_in(client: TestClient, name: str = "Ola", **more: str) -> str:
    answer = client.post("/desk/login", data={"name": name, "password": PASSWORD, **more})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def _call(client: TestClient, action: str, payload: dict[str, Any] | None = None) -> Any:
    return call_page(client, "owner", action, payload)


def _view(client: TestClient, section: str, about: str = "", **options: str) -> str:
    reply = _call(client, "view", {"section": section, "about": about, "options": options})
    assert reply["ok"], reply
    # The forms are the page’s own.
    assert set(live_markup(reply["html"])) <= {"form"}
    return str(reply["html"])


# ---------------------------------------------------------------- who may call


@pytest.mark.parametrize(("method", "path"), BEHIND)
def test_strangers_are_led_to_the_sign_in_and_agents_are_refused(client: TestClient, method: str, path: str) -> None:
    assert ALLOWED_PATHS.fullmatch(path)
    page = path in ("/owner", "/owner/")
    stranger = client.request(method, path, json={} if method == "POST" else None)
    assert stranger.status_code == (303 if page else 401)
    assert not page or stranger.headers["location"] == "/desk/login?to=owner"
    _sign_in(client, "Nora")
    agent = client.request(method, path, json={} if method == "POST" else None)
    assert agent.status_code == 403
    assert "for the shop’s admins" in agent.text or "admins" in agent.json()["message"]
    for answer in (stranger, agent):
        assert answer.headers["cache-control"] == "no-store"
        assert "gradio" not in answer.text.lower()


def test_the_cookies_of_desk_and_shop_open_nothing(client: TestClient) -> None:
    _sign_in(client)
    token = client.cookies[OWNER_COOKIE]
    client.cookies.clear()
    client.cookies.set("aisle_staff", token)
    assert client.get("/owner/config").status_code == 401


@pytest.mark.parametrize("path", ["/owner/gradio_api/info", "/owner/gradio_api/upload", "/owner/monitoring", "/Owner/"])
def test_what_the_page_does_not_need_does_not_exist(client: TestClient, path: str) -> None:
    _sign_in(client)
    assert client.get(path).status_code == 404


def test_other_origins_are_refused(client: TestClient) -> None:
    _sign_in(client)
    for origin in ("http://evil.example", "null"):
        answer = client.post("/owner/gradio_api/component_server", headers={"origin": origin}, json={})
        assert answer.status_code == 403


@pytest.mark.parametrize(("to", "where"), [("owner", "owner’s page"), ("", "desk"), ("http://evil.example", "desk")])
def test_the_sign_in_says_where_one_is_going(client: TestClient, to: str, where: str) -> None:
    assert f"<h1>Sign in to the {where}</h1>" in client.get("/desk/login", params={"to": to}).text
    wrong = client.post("/desk/login", data={"name": "Ola", "password": "wrong", "to": to})
    assert f"<h1>Sign in to the {where}</h1>" in wrong.text


def test_an_admin_is_led_to_where_they_wanted_to_go(client: TestClient) -> None:
    assert "to=" not in _sign_in(client)
    client.cookies.clear()
    assert _sign_in(client, to="owner") == "/owner/"
    page = client.get("/owner/")
    assert page.status_code == 200
    assert "<title>Owner · Aisle &amp; Co.</title>" in page.text
    assert client.get("/owner").headers["location"] == "/owner/"
    # Who is signed in at the desk already gets the owner's cookie too.
    del client.cookies[OWNER_COOKIE]
    assert client.get("/desk/login?to=owner").headers["location"] == "/owner/"
    assert client.get("/owner/").status_code == 200
    assert client.get("/desk/login?to=http://evil.example").headers["location"] == "/desk/"
    client.post("/desk/logout")
    assert client.get("/owner/").status_code == 303


def test_every_action_looks_session_and_role_up_again(assistant: Assistant) -> None:
    actions = OwnerActions(assistant.desk, assistant.owner, Renderer(Look()), Settings())

    async def replies() -> list[str]:
        _, token = await assistant.desk.sign_in("Nora", PASSWORD, "192.0.2.1")
        return [
            (await actions.perform(name, {}, cookies))["code"]
            for name in actions.names
            for cookies in ({}, {OWNER_COOKIE: token})
        ]

    assert set(asyncio.run(replies())) == {"session", "refused"}
    assert asyncio.run(replies())[1::2] == ["refused"] * len(actions.names)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("view", {"section": "secrets"}),
        ("view", {}),
        ("view", {"section": "funnel", "who": "x"}),
        ("promote", {"number": 0, "stage": "shadow", "share": 0}),
        ("promote", {"number": 1}),
        ("add_campaign", {"sponsor": "x", "items": "dome"}),
        ("switch", {"ranking": "off", "reason": "because"}),
        ("add_rule", {"kind": "drop"}),
        ("__class__", None),
        (None, None),
    ],
)
def test_unknown_actions_and_payloads_are_refused(client: TestClient, action: Any, payload: Any) -> None:
    _sign_in(client)
    assert _call(client, action, payload)["code"] == "unknown"


@pytest.mark.parametrize("action", ["roll_back", "switch", "stop_release", "stop_experiment"])
def test_what_takes_something_back_needs_a_reason(client: TestClient, action: str) -> None:
    _sign_in(client)
    more = {"switch": {"ranking": "default"}, "stop_experiment": {"name": "x"}}
    more |= {action: {"number": 1} for action in ("stop_release", "roll_back")}
    reply = _call(client, action, {**more.get(action, {}), "reason": "  "})
    assert (reply["ok"], "say why" in reply["message"]) == (False, True)


# ---------------------------------------------------------------- what is shown


def test_an_empty_shop_says_what_to_do(client: TestClient) -> None:
    _sign_in(client)
    for section, words in (
        ("experiments", "No experiment yet"),
        ("models", "aisle train ranker"),
        ("rules", "No rule stands"),
        ("sponsored", "No place is sponsored"),
        ("health", "Make the data card"),
    ):
        assert words in _view(client, section)
    assert "No sponsored place" in _view(client, "funnel", part="sponsored")
    assert _call(client, "view", {"section": "funnel", "options": {"days": "8"}})["code"] == "refused"


def test_words_of_shoppers_and_owners_are_words(client: TestClient, assistant: Assistant) -> None:
    _sign_in(client)
    session, slate = asyncio.run(shown_slate(assistant, f"tents {ATTACK}"))
    assert slate.decision is not None
    asyncio.run(assistant.record(session.principal, "click", slate.items[0].product.id, slate.decision.decision_id, 0))
    rule = {"kind": "bury", "items": "strange, dome", "words": ATTACK, "note": ATTACK}
    assert _call(client, "add_rule", rule)["ok"]
    form = {"name": "three-cards", "hypothesis": f"More. {ATTACK}", "value": "3"}
    assert _call(client, "start_experiment", form)["go"] == "experiments/three-cards"
    pages = [
        _view(client, "rules"),
        _view(client, "experiments"),
        _view(client, "experiments", "three-cards"),
        _view(client, "slates"),
        _view(client, "slates", slate.decision.decision_id),
        _view(client, "funnel"),
    ]
    assert "IGNORE ALL RULES" in read(pages[0])
    assert "Computed again: identical" in pages[4]
    for page in pages:
        assert session.principal.session_id not in page
        assert session.token not in page


def test_a_rule_is_previewed_added_and_removed(client: TestClient) -> None:
    _sign_in(client)
    rule = {"kind": "exclude", "brands": "Acme", "surface": "search", "ends": "2999-01-31", "query": "tents"}
    shown = _call(client, "preview_rule", rule)
    assert "would leave the slate" in read(shown["html"]), shown
    assert _call(client, "add_rule", {**rule, "query": ""})["message"].endswith("from the next slate on.")
    page = read(_view(client, "rules"))
    assert "Never show products of Acme" in page
    rule_id = _call(client, "view", {"section": "rules"})["html"].split('data-without="')[-1].split('"')[0]
    assert "new" in read(_call(client, "preview_without", {"rule_id": rule_id, "query": "tents"})["html"])
    assert _call(client, "remove_rule", {"rule_id": rule_id})["ok"]
    assert "removed rule" in read(_view(client, "rules"))


def test_a_campaign_is_added_shown_and_stopped(client: TestClient) -> None:
    _sign_in(client)
    form = {"sponsor": ATTACK, "items": "fjell-2", "words": "tent", "ends": "2999-01-31", "per_shopper_per_day": "2"}
    refused = _call(client, "add_campaign", {**form, "items": "gone"})
    assert (refused["ok"], refused["message"]) == (False, "There is no product 'gone' in the catalogue.")
    assert "over already" in _call(client, "add_campaign", {**form, "ends": "2001-01-31"})["message"]
    assert _call(client, "add_campaign", form)["message"].endswith("from the next slate on.")
    page = read(_view(client, "sponsored"))
    assert "at most 2 times a day" in page
    assert "alert(1)" in page
    number = _view(client, "sponsored").split("Campaign ")[1].split("<")[0]
    assert _call(client, "stop_campaign", {"number": number})["ok"]
    assert "no running campaign" in _call(client, "stop_campaign", {"number": number})["message"]
    assert "Campaigns that are over" in _view(client, "sponsored")


def test_a_release_shows_the_card_of_its_training_and_what_is_wrong_with_its_files(
    client: TestClient, assistant: Assistant
) -> None:
    _sign_in(client)
    registry = assistant.owner._registry
    draft = write_draft(registry.root)
    (draft / "card.json").write_text(a_card().model_dump_json())
    registry.add(draft, who="test", seed=1)
    add_release(registry, seed=2)
    page = read(_view(client, "models", "1"))
    assert "Factorisation machine chosen" in page
    assert "+0.0006 (−0.0003 to 0.0015)" in page
    assert "figures cannot be shown" in _view(client, "models", "2")
    (release_folder(registry.root, 1) / "ctr.safetensors").unlink()
    page = read(_view(client, "models", "1"))
    assert "ctr.safetensors of release 1 is missing" in page
    assert "Promote" not in page
    assert "Damaged" in _view(client, "models")
    for number in (1, 2):
        shutil.rmtree(release_folder(registry.root, number))


def test_a_slate_without_its_trace_is_no_alarm(client: TestClient, assistant: Assistant) -> None:
    _sign_in(client)
    context = DecisionContext("ann", "v", "t", "search", 1e9, seed=0, query="tents")
    slots = (SlateItem("dome", 0, 0.9, 0.5, ()),)
    decision = Decision("old", context, slots, 0.5, "demo-logging/1", "none", ("fjell-2", "dome"), (0.2, 0.9))
    assistant.owner._rooms.event_log.append_many([decision], [])
    page = read(_view(client, "slates", "old"))
    assert "Cannot be computed again" in page
    assert "Not the same again" not in page
    assert "First chance" not in page
    assert page.index("Dome") < page.rindex("Fjell")


def test_health_tells_what_turns_take(client: TestClient, assistant: Assistant) -> None:
    _sign_in(client)
    asyncio.run(shown_slate(assistant))
    page = _view(client, "health")
    assert "What turns take" in page
    assert "embedded (" in page
    for stage in ("Whole turn", "Checks of the message", "of these: search", "of these: ranking", "Keeping"):
        assert stage in page
    samples = assistant.telemetry.exposition().decode()
    assert 'aisle_turns_total{model="embedded",outcome="answered"}' in samples
    for stage in ("guards", "model", "tools", "search", "rank", "ground", "store"):
        assert f'aisle_stage_seconds_count{{stage="{stage}"}}' in samples


def test_an_alarm_of_drift_shows_on_every_section(client: TestClient, assistant: Assistant) -> None:
    _sign_in(client)
    assert not _call(client, "view", {"section": "funnel"})["alarm"]
    shop = asyncio.run(assistant.owner._rooms.open_shop())
    shop.recommender.use_head(LiveHead(alarms=(DriftAlarm("surface search", False, 900, 1e9),)))
    assert _call(client, "view", {"section": "funnel"})["alarm"]
    assert "Search: cards are clicked less often than the click model predicts" in _view(client, "health")
    shop.recommender.use_head(LiveHead())


def test_products_are_found_by_words_of_their_title_and_what_is_typed_stays(client: TestClient) -> None:
    _sign_in(client)
    found = _call(client, "find_items", {"text": "camp-mug, fjell TENT"})["html"]
    assert 'value="camp-mug, fjell-2"' in found
    assert "dome" not in found
    assert _call(client, "find_items", {"text": " "})["html"].strip() == ""


def test_the_kill_switch_stands_on_every_section(client: TestClient) -> None:
    _sign_in(client)
    _call(client, "switch", {"ranking": "default", "reason": "odd slates"})
    reply = _call(client, "view", {"section": "funnel"})
    assert reply["off"]
    assert "The kill switch is on" in _view(client, "health")
    _call(client, "switch", {"ranking": "learned", "reason": "all well"})
    assert not _call(client, "view", {"section": "funnel"})["off"]


def test_nothing_of_the_shop_stands_in_errors(client: TestClient) -> None:
    _sign_in(client)
    for section, about in (("experiments", "none"), ("models", "99"), ("slates", "none")):
        reply = _call(client, "view", {"section": section, "about": about})
        assert (reply["code"], "no " in reply["message"]) == ("refused", True)
    assert "Traceback" not in json.dumps(_call(client, "promote", {"number": 99, "stage": "shadow", "share": 0}))


# ---------------------------------------------------------------- forms


def test_a_form_becomes_a_rule_with_slots_from_one_and_whole_days() -> None:
    from zoneinfo import ZoneInfo

    form = RuleForm(kind="pin", items="tent-1", slot="3", starts="2026-12-01", ends="2026-12-24")  # type: ignore[arg-type]
    given = form.given(ZoneInfo("Europe/Berlin"))
    assert (given["item_id"], given["slot"]) == ("tent-1", 2)
    assert (given["starts"], given["ends"]) == ("2026-12-01T00:00:00+01:00", "2026-12-25T00:00:00+01:00")


@pytest.mark.parametrize(
    ("changes", "value", "sets"),
    [
        ("slate_size", "3", {"slate_size": 3}),
        ("first", "question", {"first": "question"}),
        ("policy", "greedy", {"ranker": {"policy": "greedy"}}),
        ("release", "2", {"ranker": {"release": 2}}),
        ("prompt", "brief", {"prompt": "brief"}),
    ],
)
def test_a_form_becomes_an_experiment(changes: Any, value: str, sets: dict[str, Any]) -> None:
    form = ExperimentForm(name="x", hypothesis="It sells better so.", changes=changes, value=value, traffic=25)
    made = form.experiment()
    assert made.traffic == 0.25
    assert made.arms[1].sets.model_dump(exclude_defaults=True) == sets
    assert made.arms[0].sets.knobs == frozenset()
