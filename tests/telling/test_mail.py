"""E-mail to a real mail server on loopback: TLS is verified, and nothing goes in clear or where nobody may call."""

from __future__ import annotations

import datetime as dt
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.alert import Facts, Line
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.identity import new_id
from connector.telling import mail, wording
from connector.telling.channels import Mail
from tests.certificates import self_signed
from tests.telling.sinks import PASSWORD, USER, mail_sink

if TYPE_CHECKING:
    from pathlib import Path

    from tests.certificates import Pair
    from tests.telling.sinks import MailSink

NOW = dt.datetime(2026, 11, 29, 12, 0, tzinfo=dt.UTC)
TO = ("ap@acme.example", "it@acme.example")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("mail"))


def settings(sink: MailSink, pair: Pair | None, **other: Any) -> Mail:
    usual = {"host": "127.0.0.1", "port": sink.port, "username": USER, "from": "ml@acme.example", "to": TO}
    trusted = {} if pair is None else {"ca_file": str(pair.cert)}
    return Mail.model_validate({**usual, **trusted, "allow_private_addresses": True, **other})


def send(channel: Mail, *, password: str = PASSWORD, about: str = "dead letters of acme/x (refused)") -> Any:
    line = Line(
        kind="begun", name="dead.letters", about=about, began=NOW, facts=Facts(found="3 open", advice="Look: ü")
    )
    message = wording.message(new_id(), [line], channel="ops", timezone="UTC")
    mail.send(message, channel, {"password": password}, name="ops", at=NOW)
    return message


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_arrives_over_tls_with_an_id_that_stays(pair: Pair, security: str) -> None:
    with mail_sink(pair, implicit=security == "tls") as sink:
        message = send(settings(sink, pair, security=security))
    [letter] = sink.letters
    assert sink.users == [USER]
    assert sink.encrypted == [True]
    assert letter["Subject"] == "[ml-connector] dead letters of acme/x (refused)"
    assert (letter["From"], letter["To"]) == ("ml@acme.example", ", ".join(TO))
    assert letter["Message-ID"] == f"<{message.id}@acme.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "To do: Look: ü" in letter.get_content()


def test_a_subject_stays_one_header_whatever_it_is_about(pair: Pair) -> None:
    with mail_sink(pair) as sink:
        send(settings(sink, pair), about="queue\r\nBcc: eve@evil.example\r\n\r\nhello \x1b[2J")
    assert sink.letters[0]["Bcc"] is None
    assert sink.letters[0]["Subject"] == "[ml-connector] queue Bcc: eve@evil.example hello \u241b[2J"


def test_one_recipient_that_is_refused_keeps_the_others_from_nothing(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_sink(pair) as sink:
        sink.refuses = frozenset(TO[:1])
        send(settings(sink, pair))
        assert [one.msg for one in caplog.records if one.name == mail.__name__] == ["alert.recipient_refused"]
        sink.refuses = frozenset(TO)
        with pytest.raises(
            ConfigurationError, match=r"takes nothing for ap@acme\.example, it@acme\.example; correct to"
        ):
            send(settings(sink, pair))
    assert len(sink.letters) == 1


def test_a_certificate_that_nobody_vouches_for_is_told_nothing(pair: Pair, tmp_path: Path) -> None:
    other = self_signed(tmp_path, "other")
    for security in ("starttls", "tls"):
        with mail_sink(pair, implicit=security == "tls") as sink:
            for trusted in (None, other):
                with pytest.raises(ConfigurationError, match=r"127.0.0.1 shows a certificate that is not trusted"):
                    send(settings(sink, trusted, security=security))
            with pytest.raises(ConnectorError, match="not trusted"):
                send(settings(sink, pair, host="localhost", security=security))
        assert (sink.users, sink.letters) == ([], [])


def test_a_server_without_tls_is_told_nothing(pair: Pair) -> None:
    with mail_sink(None) as sink:
        with pytest.raises(ConfigurationError, match=r"does not offer .*STARTTLS.* Nothing was sent in clear"):
            send(settings(sink, pair))
        with pytest.raises(ConnectorError, match="do not agree on TLS"):
            send(settings(sink, pair, security="tls"))
    assert (sink.users, sink.letters) == ([], [])


def test_a_wrong_password_is_named_and_not_shown(pair: Pair) -> None:
    with mail_sink(pair) as sink, pytest.raises(ConfigurationError) as caught:
        send(settings(sink, pair), password="canary-wrong")
    assert (
        caught.value.message == "ops: the mail server 127.0.0.1 refuses the user or the password (535); correct them."
    )


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("127.0.0.1", "private or loopback"),
        ("169.254.169.254", "cloud metadata"),
        ("::1", "private or loopback"),
        ("nowhere.invalid", "cannot be found in DNS"),
    ],
)
def test_a_mail_server_is_where_one_may_call(host: str, says: str) -> None:
    with mail_sink(None) as sink, pytest.raises(ConnectorError, match=says):
        send(settings(sink, None, host=host, allow_private_addresses=False))


def test_a_server_that_is_away_is_a_sentence(pair: Pair) -> None:
    with mail_sink(pair) as sink:
        away = settings(sink, pair)
    with pytest.raises(ConnectorError, match=f"cannot be reached on port {away.port}"):
        send(away)
    with pytest.raises(ConfigurationError, match="holds no certificate in PEM"):
        send(settings(sink, None, ca_file="/nowhere.pem"))


def test_the_context_is_the_strict_one(pair: Pair) -> None:
    context = mail._believing(str(pair.cert), "ops")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
