"""``ml-connector alert``: rules and channels, and an alert from its beginning to its end at real sinks."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from connector.config import load_settings
from connector.operations.health import telling, watching
from connector.operations.operator import Operator
from tests.certificates import self_signed
from tests.store.scene import BURIED
from tests.telling.sinks import PASSWORD, USER, mail_sink, web_sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene
    from tests.telling.sinks import WebSink

CONSOLE = "https://ml.acme.example"
LETTERS = "dead letters of acme/invoices (refused)"
KEY = f"whsec_{base64.b64encode(b'canary-key-of-thirty-two-bytes!!').decode()}"


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebSink]:
    with web_sink() as served:
        monkeypatch.setenv("HOOK", f"{served.url}/services/canary-path")
        monkeypatch.setenv("HOOK_KEY", KEY)
        monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
        yield served


def channel(terminal: Terminal, name: str, kind: str = "slack", **keys: Any) -> Any:
    written = {"url": "env:HOOK", **keys} if kind != "email" else keys
    place = terminal.file(f"{name}.yaml", json.dumps(written))
    return terminal("alert", "channel", "add", name, "--kind", kind, "--config", place, "--json")


class Day:
    """Beat looks, the worker tells, and time passes."""

    def __init__(self, scene: Scene, built: Application) -> None:
        self._scene = scene
        self._operator = Operator(application=built, actor="beat")

    def look(self) -> None:
        watching.report_work(self._operator, dt.timedelta(hours=72))

    def tell(self, **later: float) -> int:
        self._scene.change(
            "UPDATE alert_messages SET due_at = due_at - :ago, created_at = created_at - :ago",
            ago=dt.timedelta(**(later or {"seconds": 31})),
        )
        return telling.tell(self._operator, console=CONSOLE)


@pytest.fixture
def day(terminal: Terminal, scene: Scene, built: Application) -> Day:
    claim = scene.held(scene.read_one("INV-1"))
    assert scene.settle(claim, BURIED)
    return Day(scene, built)


def test_an_alert_is_told_to_every_kind_of_channel_when_it_begins_and_when_it_is_over(
    terminal: Terminal, scene: Scene, day: Day, sink: WebSink, tmp_path: Path
) -> None:
    pair = self_signed(tmp_path)
    with mail_sink(pair) as mail:
        for kind in ("slack", "teams"):
            assert channel(terminal, kind, kind).code == 0
        assert channel(terminal, "hook", "webhook", signing_key="env:HOOK_KEY").code == 0
        added = channel(
            terminal, "mail", "email", host="127.0.0.1", port=mail.port, username=USER, password="env:SMTP_PASSWORD",
            to=["ap@acme.example"], ca_file=str(pair.cert), **{"from": "ml@acme.example"},
        )  # fmt: skip
        assert added.code == 0, added
        day.look()
        day.look()
        assert day.tell() == 4
        assert [letter["Subject"] for letter in mail.letters] == [f"[ml-connector] {LETTERS}"]
        text = mail.letters[0].get_content()
        assert "1 open" in text
        assert "`ml-connector dead list --flow acme/invoices --reason refused`" in text
        assert f"{CONSOLE}/work" in text
        assert len(sink.posts) == 3
        assert all(LETTERS in body.decode() for _, _, body in sink.posts)
        scene.change("UPDATE dead_letters SET resolved_at = now()")
        day.look()
        assert day.tell() == 4
        assert mail.letters[1]["Subject"] == f"[ml-connector] Over: {LETTERS}"
    assert (day.tell(), len(sink.posts)) == (0, 6)


def test_what_stands_is_listed_with_what_to_do(terminal: Terminal, day: Day) -> None:
    assert terminal.json("alert", "list") == []
    day.look()
    [found] = terminal.json("alert", "list")
    assert (found["name"], found["about"], found["detail"]["number"]) == ("dead.letters", LETTERS, 1)
    assert "dead.letters" in terminal.ok("alert", "list").out


def test_a_rule_is_set_and_taken_back_and_the_trail_says_who(terminal: Terminal, day: Day) -> None:
    terminal.ok("alert", "rule", "set", "dead.letters", "--for", "acme/invoices", "--threshold", "2", "--urgent")
    day.look()
    assert terminal.json("alert", "list") == []
    terminal.ok("alert", "rule", "set", "dead.letters", "--for", "acme/invoices", "--off")
    [found] = terminal.json("alert", "rule", "list")["set"]
    assert found == {
        "name": "dead.letters", "scope": "acme/invoices", "enabled": False, "threshold": 2, "urgent": True
    }  # fmt: skip
    terminal.ok("alert", "rule", "set", "dead.letters", "--for", "acme/invoices", "--default")
    day.look()
    assert len(terminal.json("alert", "list")) == 1
    events = terminal.json("audit", "show", "alert-rule:dead.letters")
    assert [event["name"] for event in events] == ["operator.changed", "operator.changed", "operator.reset"]


MISTAKES_IN_RULES = (
    (["dead.leters", "--off"], "Did you mean 'dead.letters'?"),
    (["dead.letters"], "Say what is to change"),
    (["queue.silent", "--threshold", "5"], "queue.silent has no threshold"),
    (["dead.letters", "--threshold", "0"], "from above 0 to 1,000,000"),
    (["disk.low", "--for", "acme", "--off"], "disk.low holds everywhere"),
    (["codes.missing", "--for", "acme/invoices", "--off"], "give acme"),
    (["dead.letters", "--for", "acm", "--off"], "Did you mean 'acme'?"),
    (["dead.letters", "--for", "acme/invoice", "--off"], "invoices"),
    (["dead.letters", "--default", "--off"], "leave the other options away"),
)


@pytest.mark.usefixtures("scene")
def test_a_mistake_about_a_rule_is_a_sentence(terminal: Terminal) -> None:
    for words, says in MISTAKES_IN_RULES:
        said = terminal("alert", "rule", "set", *words)
        assert (said.code, says in " ".join(said.err.split())) == (2, True), said


@pytest.mark.usefixtures("scene", "sink")
def test_a_channel_that_asks_for_what_there_is_not_is_none(terminal: Terminal) -> None:
    for keys, says in (
        ({"rules": ["disk.lo"]}, "Did you mean 'disk.low'?"),
        ({"integrations": ["acm"]}, "Did you mean 'acme'?"),
        ({"url": "https://hooks.example/canary"}, "url is a secret"),
        ({"quiet": "22-6"}, "quiet are no hours"),
    ):
        said = channel(terminal, "ops", **keys)
        assert (said.code, says in " ".join(said.err.split())) == (2, True), said
        assert "canary" not in said.out + said.err
    assert terminal.json("alert", "channel", "list") == []


@pytest.mark.usefixtures("scene", "sink")
def test_plain_http_is_refused_unless_the_channel_or_the_deployment_says_so(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES", "false")
    assert "must begin with https://" in channel(terminal, "ops").err
    assert channel(terminal, "ops", allow_plain_http=True).code == 0
    said = terminal("alert", "channel", "test", "ops")
    assert (said.code, "private or loopback" in " ".join(said.err.split())) == (2, True)


def test_a_channels_secrets_are_seen_by_nobody_again(terminal: Terminal, scene: Scene, sink: WebSink, day: Day) -> None:
    assert channel(terminal, "ops", "webhook", signing_key="env:HOOK_KEY").code == 0
    for words in (["channel", "list"], ["channel", "list", "--json"]):
        assert "canary" not in terminal.ok("alert", *words).out
    stored = scene.ask("SELECT CAST(c AS text) AS row FROM alert_channels c")[0].row
    heard = json.dumps(terminal.json("audit", "show", "alert-channel:ops"))
    for secret in ("canary-path", KEY):
        assert secret not in stored + heard
        assert secret.encode().hex() not in stored
    again = channel(terminal, "ops", allow_plain_http=True)
    assert (again.code, "already" in again.err) == (2, True)


def test_a_test_message_goes_at_once_and_says_what_is_wrong(terminal: Terminal, scene: Scene, sink: WebSink) -> None:
    assert channel(terminal, "ops", allow_plain_http=True).code == 0
    terminal.ok("alert", "channel", "test", "ops")
    assert "Test of the channel ops" in sink.posts[0][2].decode()
    sink.status, sink.answer = 410, b'{"error": "no_service"}'
    said = terminal("alert", "channel", "test", "ops")
    assert said.code == 1
    assert 'answered 410 ("no_service")' in " ".join(said.err.split())
    assert "canary" not in said.err
    terminal.ok("alert", "channel", "remove", "ops")
    assert terminal("alert", "channel", "test", "ops").code == 2


def test_a_channel_that_is_away_stops_nothing_else_and_the_doctor_says_so(
    terminal: Terminal, scene: Scene, sink: WebSink, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWAY", "http://127.0.0.1:1/services/canary-away")
    assert channel(terminal, "away", url="env:AWAY", allow_plain_http=True).code == 0
    assert channel(terminal, "well", allow_plain_http=True).code == 0
    day.look()
    assert (day.tell(), len(sink.posts)) == (1, 1)

    def line() -> dict[str, Any]:
        checks = terminal("doctor", "--json").json["checks"]
        found: dict[str, Any] = {check["what"]: check for check in checks}.get("alert channel away", {})
        return found

    assert line()["health"] == "warning"
    assert "refuses connections on port 1" in line()["found"]
    assert "alert channel test away" in line()["advice"]
    assert day.tell(days=2) == 0
    assert line()["health"] == "wrong"
    assert line()["found"].startswith("1 alerts were given up: ")
    assert "canary" not in json.dumps(line())
    assert day.tell(days=2) == 0, "it is not tried any more"
    [away, well] = terminal.json("alert", "channel", "list")
    assert (away["given_up"], well["given_up"]) == (1, 0)
    scene.change("UPDATE alert_channels SET sealed = (SELECT sealed FROM alert_channels WHERE name = 'well')")
    said = terminal("alert", "channel", "test", "away")
    assert (said.code, "does not open there" in " ".join(said.err.split())) == (2, True)


def test_what_is_written_beside_the_seal_leads_no_secret_elsewhere(
    terminal: Terminal, scene: Scene, sink: WebSink, day: Day
) -> None:
    assert channel(terminal, "ops", allow_plain_http=True).code == 0
    scene.change('UPDATE alert_channels SET config = \'{"proxy": "http://evil.example:3128"}\'')
    terminal.ok("alert", "channel", "test", "ops")
    assert len(sink.posts) == 1


def test_where_the_console_is_stands_in_the_settings(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_CONSOLE_URL", CONSOLE)
    assert load_settings().console_url == CONSOLE


def test_a_channel_is_set_otherwise_and_a_password_goes_to_no_other_server(
    terminal: Terminal, scene: Scene, sink: WebSink
) -> None:
    keys: dict[str, Any] = {"host": "smtp.acme.example", "username": USER, "to": ["ap@acme.example"]}
    keys["from"] = "ml@acme.example"
    assert channel(terminal, "post", "email", **keys, password="env:SMTP_PASSWORD").code == 0

    def changed(**others: Any) -> Any:
        place = terminal.file("again.yaml", json.dumps({**keys, **others}))
        return terminal("alert", "channel", "change", "post", "--config", place, "--json")

    assert changed(to=["it@acme.example"], quiet="22:00-06:00").json == {"changed": ["quiet", "to"]}
    assert changed(to=["it@acme.example"], quiet="22:00-06:00").json == {"changed": []}
    for elsewhere in ({"host": "smtp.evil.example"}, {"port": 2525}, {"username": "other"}, {"security": "tls"}):
        said = changed(**elsewhere)
        assert (said.code, "give the password again" in " ".join(said.err.split())) == (2, True), said
    assert changed(host="smtp2.acme.example", password="env:SMTP_PASSWORD").json == {"changed": ["host", "quiet", "to"]}
    [found] = terminal.json("alert", "channel", "list")
    assert (found["config"]["host"], found["hearing"]["quiet"]) == ("smtp2.acme.example", "")
    events = [event["name"] for event in terminal.json("audit", "show", "alert-channel:post")]
    assert events == ["operator.added", "operator.changed", "operator.changed"]


def test_what_was_told_and_what_waits_is_listed(terminal: Terminal, day: Day, sink: WebSink) -> None:
    assert channel(terminal, "ops").code == 0
    day.look()
    assert [(one["status"], one["about"]) for one in terminal.json("alert", "channel", "told")] == [("waits", LETTERS)]
    sink.status = 500
    day.tell()
    [failing] = terminal.json("alert", "channel", "told", "ops")
    assert (failing["status"], "answered 500" in failing["why"]) == ("fails", True)
    sink.status = 200
    day.tell(minutes=2)
    assert terminal.json("alert", "channel", "told", "ops")[0]["status"] == "told"
    assert "told" in terminal.ok("alert", "channel", "told").out
