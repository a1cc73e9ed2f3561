"""The other side's own words: short, readable, and never a secret that it repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, Unavailable
from connector.http import words
from connector.http.request import Request
from tests.http.misbehaving import says

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

GET = Request(method="GET", url="/x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"message": "temporarily unavailable"}', "temporarily unavailable"),
        ('{"errors": [{"message": "no AppServer"}, "try later"]}', "no AppServer try later"),
        ('["one", "two"]', "one two"),
        ("<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        ("<style>p {}</style><p>Down &amp; out<!-- v1 --></p>", "Down & out"),
        ("<SCRIPT>x</script ><p>seen</p><script>never ends", "seen"),
        ("<p>a <b>c</p><!-- never ends", "a c"),
        ("a < b <br> c", "a < b c"),
        ("plain words", "plain words"),
        ("{}", ""),
        ("", ""),
        ('{"message": {"a": 1}}', ""),
        ("[" * 100_000, ""),
    ],
)
def test_words_are_found_in_whatever_came(text: str, said: str) -> None:
    assert words.of(text, GET) == said


@pytest.mark.parametrize(
    "begins", ["<", "<!--", "<script", "<title", "<title>", "<style>", "</script ", "<script></script "]
)
def test_a_page_of_nothing_but_beginnings_is_read_at_once(begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this length each of them would take minutes where every beginning is followed to the end."""
    monkeypatch.setattr(words, "_LONGEST_READ", 1_000_000)
    assert len(words.of(begins * (1_000_000 // len(begins)), GET)) <= 163


def test_many_words_are_cut() -> None:
    assert words.of("so " * 1000, GET) == f"{('so ' * 1000)[:160]}..."


def test_a_secret_that_is_repeated_is_hidden() -> None:
    request = Request(
        method="POST",
        url="/token",
        headers={"Authorization": "Bearer canary-token"},
        form={"password": "canary-form", "username": "mfg"},
        basic=("mfg", "canary-basic"),
    )
    said = words.of("mfg sent canary-token, canary-form, canary-basic", request)
    assert said == "mfg sent [hidden], [hidden], [hidden]"
    login = Request(method="POST", url="/login", json={"username": "mfg", "password": "canary-json"})
    assert "canary" not in words.of("got canary-json", login)


def test_a_failing_system_is_quoted(server: Server) -> None:
    server.script["/x"] = [says(503, b"<h1>Maintenance until 6</h1>")]
    with pytest.raises(Unavailable, match=r'answered 503 \(Service Unavailable\) \("Maintenance until 6"\)'):
        server.http().send(GET)


def test_http_spoken_to_a_port_that_wants_https_says_so(server: Server) -> None:
    page = b"<title>400 The plain HTTP request was sent to HTTPS port</title>"
    server.script["/x"] = [says(400, page)]
    with pytest.raises(ConfigurationError, match="speaks https on that port; write https:// for http://"):
        server.http().send(GET)
