"""Webhook, Slack and Teams against a real web server on loopback."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.alert import Facts, Line
from connector.domain.errors import ConnectorError
from connector.domain.identity import new_id
from connector.domain.outbound import NOTHING_SAID
from connector.telling import posts, wording
from connector.telling.channels import Post
from tests.telling.sinks import web_sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.telling.sinks import WebSink

NOW = dt.datetime(2026, 11, 29, 12, 0, tzinfo=dt.UTC)
RAW = b"canary-key-of-thirty-two-bytes!!"
KEY = f"whsec_{base64.b64encode(RAW).decode()}"
PATH = "/services/T0/canary-path?sig=canary-query"
OPEN = Post(allow_private_addresses=True, allow_plain_http=True)
HOSTILE = "acme said: <!channel> [click](http://evil.example) @here & <b> password=canary-quoted \x1b[2J\u202egnp"


@pytest.fixture
def sink() -> Iterator[WebSink]:
    with web_sink() as served:
        yield served


def line(kind: str = "begun", **facts: Any) -> Line:
    said: dict[str, Any] = {"found": "12 open", "advice": "`ml-connector dead list`", "number": 12, **facts}
    ended = NOW + dt.timedelta(hours=2) if kind != "begun" else None
    about = "dead letters of acme/x (refused)"
    return Line(kind=kind, name="dead.letters", about=about, facts=Facts(**said), began=NOW, ended=ended)


def send(url: str, kind: str, *lines: Line, settings: Post = OPEN) -> wording.Message:
    message = wording.message(
        new_id(), lines, channel="ops", timezone="Europe/Berlin", console="https://ml.acme.example/"
    )
    secrets = {"url": url, "signing_key": KEY}
    posts.send(message, kind, settings, secrets, name="ops", at=NOW, outbound=NOTHING_SAID)
    return message


def test_a_webhook_can_be_verified_as_the_page_says(sink: WebSink) -> None:
    message = send(sink.url + PATH, "webhook", line(money={"EUR": "1234.50"}), line("over"))
    [(path, headers, body)] = sink.posts
    assert path == PATH
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(RAW, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    told = json.loads(body)
    assert (told["id"], told["summary"]) == (str(message.id), "1 alert begun, 1 alert over")
    assert headers["webhook-id"] == told["id"]
    assert told["alerts"][0]["runbook"] == "https://ml.acme.example/settings/alerts/rules/dead.letters"
    assert {key: told["alerts"][0][key] for key in ("event", "alert", "number", "money", "ended_at", "link")} == {
        "event": "begun",
        "alert": "dead.letters",
        "number": 12,
        "money": {"EUR": "1234.50"},
        "ended_at": None,
        "link": "https://ml.acme.example/",
    }
    assert told["alerts"][1]["event"] == "over"
    assert told["alerts"][1]["ended_at"] == "2026-11-29T14:00:00+00:00"


def test_a_key_as_the_standard_has_it_gives_the_signature_that_the_standard_shows() -> None:
    key = posts.signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    said = posts.signed(b'{"test": 2432232314}', key, identifier="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at)
    assert said["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_slack_is_sent_text_in_which_nobody_can_plant_a_link_or_call_everybody(sink: WebSink) -> None:
    send(sink.url + PATH, "slack", line(found=HOSTILE, page="/work"))
    [(_, headers, body)] = sink.posts
    assert set(json.loads(body)) == {"text"}
    text = json.loads(body)["text"]
    assert "webhook-signature" not in headers
    assert text.startswith("*dead letters of acme/x (refused)*\n")
    assert text.count("dead letters of acme/x") == 1
    assert "<https://ml.acme.example/work|Open the console>" in text
    assert "&lt;!channel&gt; [click] (http://evil.example) (at)here &amp;" in text
    assert "canary-quoted" not in text
    assert "\x1b" not in text


def test_teams_is_sent_a_card_that_reads_no_markdown(sink: WebSink) -> None:
    sink.status = 202
    send(sink.url + PATH, "teams", line(found=HOSTILE, page="/work"), line("passed", page="/work"))
    told = json.loads(sink.posts[0][2])
    [attachment] = told["attachments"]
    card = attachment["content"]
    assert told["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}, "a TextBlock would read Markdown"
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open /work", "url": "https://ml.acme.example/work"}]


def test_the_largest_message_is_one_that_teams_takes(sink: WebSink) -> None:
    send(sink.url + PATH, "teams", *(line(found="x" * 5000, advice="y" * 5000) for _ in range(50)))
    body = sink.posts[0][2]
    assert len(body) < 28_000
    assert b"And 35 more: `ml-connector alert list`." in body


@pytest.mark.parametrize("kind", ["webhook", "slack", "teams"])
def test_what_goes_wrong_is_a_sentence_without_the_address(
    sink: WebSink, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sink.status, sink.answer = 404, f"no such hook {PATH}".encode()
    said = []
    for url, settings in (
        (sink.url + PATH, OPEN),
        (sink.url + PATH, Post(allow_plain_http=True)),
        (sink.url + PATH, Post()),
        (f"http://127.0.0.1:1{PATH}", OPEN),
        (f"https://169.254.169.254{PATH}", OPEN),
        (f"{sink.url}/a/../canary-path", OPEN),
    ):
        with pytest.raises(ConnectorError) as caught:
            send(url, kind, line(), settings=settings)
        said.append(caught.value.message)
    assert [sentence for sentence in said if "ops" not in sentence] == []
    told = "\n".join([*said, *(str(vars(record)) for record in caplog.records if record.name.startswith("connector"))])
    assert "canary" not in told
    assert "answered 404" in said[0]
    assert len(sink.posts) == 1, "nobody else was called"


def test_a_digest_says_what_stands_or_that_nothing_does() -> None:
    stands = [line(money={"EUR": "12345.60", "USD": "-5"}), line()]
    digest = Line(kind="digest", began=NOW, standing=stands)
    said = wording.message(new_id(), [digest], channel="ops", timezone="Europe/Berlin")
    assert said.subject == "Digest: 2 alerts stand"
    assert said.text.splitlines()[:7] == [
        "dead letters of acme/x (refused)",
        "  12 open",
        "  How many: 12",
        "  How much: 12345.60 EUR, -5.00 USD",
        "  Since: 2026-11-29 13:00 (Europe/Berlin)",
        "  To do: `ml-connector dead list`",
        "",
    ]
    nothing = wording.message(new_id(), [Line(kind="digest", began=NOW)], channel="ops", timezone="UTC")
    assert (nothing.subject, nothing.text) == (
        "All is well",
        "Nothing needs you. The next digest of ops comes tomorrow.\n",
    )


def test_what_is_over_says_how_long_it_stood() -> None:
    said = wording.message(new_id(), [line("over")], channel="ops", timezone="UTC", console="https://a.example")
    assert said.subject == "Over: dead letters of acme/x (refused)"
    assert said.text == (
        "Over: dead letters of acme/x (refused)\n  It stood from 2026-11-29 12:00 (UTC) until 2026-11-29 14:00 (UTC).\n"
        "  https://a.example/\n"
    )
