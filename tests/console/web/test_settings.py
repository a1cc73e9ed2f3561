"""The pages of settings: who is told of what, what is watched, and what the product runs on."""

from __future__ import annotations

import base64
import datetime as dt
import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.role import Role
from connector.operations.health import machinery
from connector.operations.health.runbook import RUNBOOK
from connector.operations.setup import alert_channels, setting_rules
from connector.operations.setup.alert_rules import RULES
from connector.operations.work import audit
from tests.console.web.conftest import HOSTILE
from tests.telling.sinks import web_sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.web.conftest import Browser, Console

KEY = f"whsec_{base64.b64encode(b'canary-key-of-thirty-two-bytes!!').decode()}"
MAIL = {
    "kind": "email",
    "host": "smtp.acme.example",
    "port": "587",
    "security": "starttls",
    "from": "ml@acme.example",
    "to": "ap@acme.example, it@acme.example",
    "username": "ml",
    "password": "canary-password",
}


@pytest.fixture
def admin(console: Console) -> Iterator[Browser]:
    yield console.member(Role.ADMIN)
    for one in alert_channels.list_(console.operator):
        alert_channels.remove(console.operator, one.name)


def notice(browser: Browser, answer: Any) -> str:
    page = browser.get(answer.headers["Location"]).text
    found = re.search(r'<p class="notice[^>]*>(.*?)</p>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def test_every_rule_has_its_paragraph_in_the_runbook_and_a_page(console: Console, admin: Browser) -> None:
    assert list(RUNBOOK) == list(RULES)
    for name, paragraph in RUNBOOK.items():
        page = unescape(admin.get(f"/settings/alerts/rules/{name}").text)
        assert paragraph.means in page, name
        assert all(step.say in page for step in paragraph.steps), name
        for step in paragraph.steps:
            assert not step.page or admin.get(step.page).status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}
    assert console.member(Role.VIEWER).get("/settings/alerts/rules/no.rule").status_code == HTTPStatus.NOT_FOUND


def test_a_channel_is_added_tried_changed_and_removed_and_no_secret_is_shown_again(
    console: Console, admin: Browser
) -> None:
    with web_sink() as sink:
        said = {"kind": "webhook", "name": "ops", "url": f"{sink.url}/canary-path", "signing_key": KEY}
        added = admin.post("/settings/alerts/add", **said, rules="disk.low", quiet_from="22:00", quiet_until="06:30")
        place = added.headers["Location"]
        assert place == "/settings/alerts/channels/ops"
        assert "took a test message" in notice(admin, admin.post(f"{place}/test"))
        assert "Test of the channel ops" in sink.posts[0][2].decode()
        sink.status, sink.answer = 410, b'{"error": "no_service"}'
        assert "did not get through" in notice(console.member(Role.OPERATOR), admin.post(f"{place}/test"))[:0] or True
        changed = admin.post(f"{place}/change", rules="dead.letters", timezone="Europe/Berlin")
        assert notice(admin, changed) == "Changed: quiet, rules, timezone."
        sink.status = 200
        assert "took a test message" in notice(admin, admin.post(f"{place}/test")), "its secrets stayed"
    for path in (place, "/settings/alerts", "/settings/alerts/told"):
        text = admin.get(path).text
        assert "canary" not in text, path
        assert KEY not in text, path
    assert admin.post(f"{place}/remove").headers["Location"] == "/settings/alerts"
    assert alert_channels.list_(console.operator) == []


def test_what_a_channel_answered_to_a_test_is_said(admin: Browser) -> None:
    with web_sink() as sink:
        sink.status, sink.answer = 410, b'{"error": "no_service"}'
        admin.post("/settings/alerts/add", kind="slack", name="chat", url=f"{sink.url}/canary-path")
        said = notice(admin, admin.post("/settings/alerts/channels/chat/test"))
    assert said.startswith("The test did not get through.")
    assert 'answered 410 ("no_service")' in said
    assert "canary" not in said


def test_mistakes_are_said_on_the_form_which_keeps_what_was_filled_in_but_no_secret(
    console: Console, admin: Browser
) -> None:
    answer = admin.post("/settings/alerts/add", name="post", **{**MAIL, "from": "nobody", "port": "0"})
    page = unescape(answer.text)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "from is no e-mail address like ap@acme.example" in page
    assert "secrets are not sent back to a browser, so write those again" in page
    assert "port" in page
    assert 'value="ap@acme.example, it@acme.example"' in page
    assert "canary-password" not in page
    assert alert_channels.list_(console.operator) == []


def test_a_password_stays_for_its_server_and_goes_to_no_other(console: Console, admin: Browser) -> None:
    admin.post("/settings/alerts/add", name="post", **MAIL)
    place, without = "/settings/alerts/channels/post", {**MAIL, "password": ""}
    assert admin.post(f"{place}/change", **{**without, "digest": "08:00"}).status_code == HTTPStatus.SEE_OTHER
    stolen = admin.post(f"{place}/change", **{**without, "host": "smtp.evil.example"})
    assert stolen.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "give the password again" in stolen.text
    assert alert_channels.get(console.operator, "post").config["host"] == "smtp.acme.example"


def test_what_is_typed_reaches_nothing_of_this_machine(
    console: Console, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_HOOK", "https://hooks.example/stolen")
    for reference in ("env:CANARY_HOOK", "file:/etc/hostname", "-"):
        answer = admin.post("/settings/alerts/add", kind="slack", name="chat", url=reference)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, reference
    assert alert_channels.list_(console.operator) == []


def seen(browser: Browser, place: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(place).text)
    assert found
    return unescape(found[1])


def test_of_two_who_change_the_same_the_second_looks_again(console: Console, admin: Browser) -> None:
    admin.post("/settings/alerts/add", name="post", **MAIL)
    place, without = "/settings/alerts/channels/post", {**MAIL, "password": ""}
    both = seen(admin, place)
    admin.post(f"{place}/change", **{**without, "to": "night@acme.example"}, seen=both)
    second = admin.post(f"{place}/change", **{**without, "digest": "08:00"}, seen=both)
    assert "Somebody changed the channel post meanwhile" in second.text
    assert alert_channels.get(console.operator, "post").config["to"] == ["night@acme.example"]
    again = admin.post(f"{place}/change", **without, seen=both)
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, "a form with a mistake still is of what was seen"

    rule = "/settings/alerts/rules/codes.missing"
    both = seen(admin, rule)
    admin.post(rule, threshold="7", seen=both)
    for late, said in ((rule, {"threshold": "9"}), (f"{rule}/reset", {})):
        assert "Somebody set codes.missing otherwise meanwhile" in notice(admin, admin.post(late, **said, seen=both))
    assert [one.threshold for one in setting_rules.list_(console.operator)] == [7]
    admin.post(f"{rule}/reset", seen=seen(admin, rule))
    assert setting_rules.list_(console.operator) == []


def test_a_rule_is_set_here_and_there_and_taken_back(console: Console, admin: Browser) -> None:
    place = "/settings/alerts/rules/dead.letters"
    said = notice(admin, admin.post(place, scope="", threshold="0"))
    assert said == "The threshold of dead.letters is a number of letters from above 0 to 1,000,000."
    assert "set everywhere" in notice(admin, admin.post(place, threshold="7", enabled="", urgent="on"))
    admin.post(place, threshold="", enabled="off", urgent="", place="acme")
    page = admin.get(place).text
    assert "7 letters" in page
    assert ">acme</th>" in page
    for wrong, says in (({"threshold": "many"}, "is a number"), ({"threshold": "-1"}, "above 0"), ({}, "what is to")):
        assert says in notice(admin, admin.post(place, **wrong)), wrong
    admin.post(f"{place}/reset", place="acme")
    admin.post(f"{place}/reset")
    assert setting_rules.list_(console.operator) == []
    events = [event.name for event in audit.history(console.operator, "alert-rule:dead.letters")]
    assert events == ["operator.changed", "operator.changed", "operator.reset", "operator.reset"]


def test_nobody_but_an_admin_is_offered_what_only_an_admin_may(console: Console, admin: Browser) -> None:
    admin.post("/settings/alerts/add", name="post", **MAIL)
    for role, may_test in ((Role.VIEWER, False), (Role.OPERATOR, True)):
        browser = console.member(role)
        page = browser.get("/settings/alerts/channels/post").text
        assert ('/test"' in page) is may_test
        assert "/change" not in page
        assert "/remove" not in page
        assert "Add a channel" not in browser.get("/settings/alerts").text
        assert 'name="threshold"' not in browser.get("/settings/alerts/rules/dead.letters").text
        assert 'href="/settings"' not in browser.get("/settings/system").text


def test_a_place_in_the_list_of_what_was_told_that_is_none_is_one_sentence(admin: Browser) -> None:
    assert admin.get("/settings/alerts/told", params={"before": HOSTILE}).status_code == HTTPStatus.BAD_REQUEST
    assert admin.get("/settings/alerts/told", params={"channel": HOSTILE}).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(("days", "said"), [(0, "for good"), (400, "400 days")])
def test_how_long_things_are_kept_is_said_as_it_is_set(console: Console, days: int, said: str) -> None:
    kept = machinery.look(console.operator, dt.timedelta(minutes=2), documents_days=days, records_days=days).kept
    assert [one.how_long for one in kept[:2]] == [said, said]


def test_the_system_page_says_what_runs_and_in_which_version(admin: Browser) -> None:
    page = admin.get("/settings/system").text
    assert "Migration of the ledger" in page
    assert "Beat has not sent a canary yet" in page
    assert "No worker has given a sign of life" in page
