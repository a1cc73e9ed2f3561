from __future__ import annotations

import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from urllib3.connection import HTTPConnection

from connector.domain.errors import ConfigurationError, ConnectorError, Unanswered, Unavailable
from connector.embedded.places import free_port
from connector.http.request import Answer, Request
from tests.http.misbehaving import says
from tests.http.plain import GET, POST

if TYPE_CHECKING:
    from tests.http.misbehaving import Server


def test_a_path_keeps_the_context_root(server: Server) -> None:
    server.on("/clouderp/api/login", says())

    assert server.http("/clouderp/").send(Request(method="GET", url="/api/login")).ok
    assert server.http("/clouderp").send(Request(method="GET", url="api/login")).ok


def test_parameters_headers_and_a_user_agent_arrive(server: Server) -> None:
    server.on("/things", says())

    server.http().send(
        Request(method="GET", url="/things", params={"flt": "a==b;c=='ü &'"}, headers={"x-qad-workspace-id": "10USA"})
    )

    [heard] = server.heard
    assert heard.target == "/things?flt=a%3D%3Db%3Bc%3D%3D%27%C3%BC+%26%27"
    assert heard.headers["x-qad-workspace-id"] == "10USA"
    assert heard.headers["user-agent"].startswith("ml-connector/")


def test_amounts_travel_both_ways_as_exact_digits(server: Server) -> None:
    server.on("/things", says(body=b'{"total": 12345678901234567.89}'))

    answer = server.http().send(
        Request(
            method="POST", url="/things", json={"money": Decimal("98765432109876543.21"), "n": [1, True, None, "x"]}
        )
    )

    assert server.heard[0].body == b'{"money":98765432109876543.21,"n":[1,true,null,"x"]}'
    assert server.heard[0].headers["content-type"] == "application/json"
    assert answer.json() == {"total": Decimal("12345678901234567.89")}


def test_a_float_never_leaves(server: Server) -> None:
    with pytest.raises(TypeError, match="float has no exact spelling"):
        server.http().send(Request(method="POST", url="/things", json={"money": 0.1}))
    with pytest.raises(TypeError, match="Decimal has no exact spelling"):
        server.http().send(Request(method="POST", url="/things", json={"money": Decimal("NaN")}))


def test_a_form_and_basic_credentials_arrive_in_utf8(server: Server) -> None:
    server.on("/token", says())

    server.http().send(Request(method="POST", url="/token", form={"grant_type": "x y"}, basic=("mfg", "pässwörd")))

    assert server.heard[0].body == b"grant_type=x+y"
    assert server.heard[0].headers["authorization"] == "Basic bWZnOnDDpHNzd8O2cmQ="


def test_a_redirect_on_the_same_host_is_followed_by_a_read(server: Server) -> None:
    server.on("/things", says(302, Location="/elsewhere"))
    server.on("/elsewhere", says(body=b"[1]"))

    assert server.http().send(GET).json() == [1]


def test_a_redirect_to_another_host_is_refused_and_takes_no_credentials_along(server: Server) -> None:
    other = f"http://localhost:{server.port}/login"
    server.on("/things", says(302, Location=f"{other}?token=s3cret"))
    server.on("/login", says())

    with pytest.raises(ConfigurationError, match=rf"redirects to {other}; if that is right, configure that address"):
        server.http().send(Request(method="GET", url="/things", headers={"Authorization": "Bearer s3cret"}))

    assert [heard.path for heard in server.heard] == ["/things"]


def test_a_redirected_write_is_never_repeated_elsewhere(server: Server) -> None:
    server.on("/things", says(303, Location="/done"), says(308, Location="/done"))

    with pytest.raises(Unanswered, match="answered 303"):
        server.http().send(POST)
    with pytest.raises(ConfigurationError, match="redirects to"):
        server.http().send(POST)

    assert [heard.path for heard in server.heard] == ["/things", "/things"]


def test_a_redirect_in_circles_ends(server: Server) -> None:
    server.on("/things", says(302, Location="/things"))

    with pytest.raises(ConfigurationError, match="redirects in circles"):
        server.http().send(GET)


def test_cookies_are_not_kept(server: Server) -> None:
    server.on("/things", says(Set_Cookie="JSESSIONID=abc"))
    http = server.http()

    http.send(GET)
    http.send(GET)

    assert "cookie" not in server.heard[1].headers


def test_one_thread_reuses_its_connection_and_another_has_its_own(server: Server) -> None:
    server.on("/things", says())
    http = server.http()

    http.send(GET)
    http.send(GET)
    assert server.connections == 1
    thread = threading.Thread(target=http.send, args=(GET,))
    thread.start()
    thread.join()
    assert server.connections == 2
    http.close()
    http.close()
    http.send(GET)
    assert server.connections == 3


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"a": NaN}', b"{", b"[" * 100_000, b""])
def test_what_is_not_json_says_so(server: Server, body: bytes) -> None:
    server.on("/things", says(body=body))

    with pytest.raises(Unavailable, match="not JSON"):
        server.http().send(GET).json()
    with pytest.raises(Unanswered, match="not JSON"):
        server.http().send(POST).json()
    assert server.http().send(GET).object() == {}


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("; charset=UTF-8", "ü".encode()),
        ("application/json", b"\xef\xbb\xbf" + "ü".encode()),
        ("application/json;charset=ISO-8859-1", "ü".encode("latin-1")),
        ("application/json; charset=nonsense", "ü".encode()),
    ],
)
def test_a_broken_content_type_does_not_matter(server: Server, content_type: str, encoded: bytes) -> None:
    bom, text = (encoded[:3], encoded[3:]) if encoded.startswith(b"\xef") else (b"", encoded)
    server.on("/things", says(body=bom + b'{"a": "' + text + b'"}', Content_Type=content_type))

    assert server.http().send(GET).json() == {"a": "ü"}


def test_data_in_an_unknown_character_set_is_not_guessed_but_an_error_page_is_still_shown(server: Server) -> None:
    server.on("/things", says(body=b'{"a": "\xff"}'), says(400, b"\xff"))

    with pytest.raises(Unavailable, match="character set"):
        server.http().send(GET)
    assert server.http().send(GET).status == 400


def test_nothing_secret_is_in_errors_or_reprs(server: Server) -> None:
    secret = "s3cret-canary"
    request = Request(
        method="POST",
        url="/things",
        params={"p": secret},
        headers={"Authorization": secret},
        json={"p": secret},
        form={"p": secret},
        basic=("u", secret),
        writes=True,
    )
    server.on("/things", says(500, secret.encode()))

    with pytest.raises(ConnectorError) as error:
        server.http().send(request)

    assert secret not in repr(request) + str(error.value) + repr(error.value.evidence)
    assert secret not in repr(Answer(status=200, headers={"X": secret}, text=secret))


def test_a_credential_that_cannot_be_a_header_is_named_without_showing_it(server: Server) -> None:
    for bad in ("s3cret\r\nX-Evil: 1", "s3cret\u20ac"):
        with pytest.raises(ConfigurationError, match="cannot be written as HTTP") as error:
            server.http().send(Request(method="GET", url="/things", headers={"Authorization": bad}))
        assert "s3cret" not in str(error.value)


def test_a_ca_file_that_names_nobody_is_a_mistake_in_the_configuration(server: Server, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for file, why in ((Path("/no/such.pem"), "cannot be read"), (empty, "holds no certificate"), (tmp_path, "be read")):
        with pytest.raises(ConfigurationError, match=rf"CA file {file} .*{why}.*correct ca_file"):
            server.http(ca_file=str(file)).send(POST)
    assert server.connections == 0


def test_the_environments_proxy_is_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    server.on("/things", says())

    assert server.http().send(GET).ok


def test_bodies_are_never_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.on("/things", says(body=json.dumps({"name": "canary-body"}).encode()))

    with caplog.at_level("DEBUG", logger="connector"):
        server.http().send(Request(method="GET", url="/things", params={"q": "canary-query"}))

    [record] = [record for record in caplog.records if record.name.startswith("connector")]
    assert (record.message, record.path, record.status) == ("http.answered", "/things", 200)
    assert "canary" not in str(record.__dict__)


def test_threads_share_the_classes_of_their_connections(server: Server) -> None:
    server.on("/things", says())
    http = server.http()
    before = len(HTTPConnection.__subclasses__())

    for _ in range(5):
        thread = threading.Thread(target=http.send, args=[GET])
        thread.start()
        thread.join()

    assert len(server.heard) == 5
    assert len(HTTPConnection.__subclasses__()) == before
