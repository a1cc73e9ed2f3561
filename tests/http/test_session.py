from __future__ import annotations

import gzip
import itertools
import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, ConnectorError, RateLimited, Unanswered, Unavailable
from connector.embedded.places import free_port
from connector.http.request import Answer, Request
from connector.http.session import Http
from tests.http.misbehaving import Heard, resets, says, truncates

if TYPE_CHECKING:
    import socket

    from tests.http.misbehaving import Server

GET = Request(method="GET", url="/things")
POST = Request(method="POST", url="/things", json={"a": 1}, writes=True)


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


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_an_understood_refusal_is_an_answer(server: Server, status: int) -> None:
    server.on("/things", says(status, b'{"error": "no"}'))

    answer = server.http().send(POST)

    assert (answer.status, answer.object()) == (status, {"error": "no"})
    assert not answer.ok


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_failing_server_is_unavailable_for_a_read_and_in_doubt_for_a_write(server: Server, status: int) -> None:
    server.on("/things", says(status, Retry_After="7"))

    with pytest.raises(Unavailable, match=rf"acme \(127\.0\.0\.1:\d+\) answered {status}") as unavailable:
        server.http().send(GET)
    with pytest.raises(Unanswered, match="may have taken effect"):
        server.http().send(POST)

    assert unavailable.value.retry_after == 7


def test_too_many_requests_names_the_seconds_to_wait(server: Server) -> None:
    server.on("/things", says(429, Retry_After="12"))

    with pytest.raises(RateLimited, match="asks for 12 seconds") as limited:
        server.http().send(POST)

    assert limited.value.retry_after == 12


def test_a_date_to_wait_for_counts_from_the_servers_own_clock(server: Server) -> None:
    server.on("/things", says(429, Retry_After="Fri, 01 Jan 2100 00:01:30 GMT", Date="Fri, 01 Jan 2100 00:00:00 GMT"))

    with pytest.raises(RateLimited) as limited:
        server.http().send(GET)

    assert limited.value.retry_after == 90


def test_too_many_requests_without_a_wait_says_none(server: Server) -> None:
    server.on("/things", says(429))

    with pytest.raises(RateLimited) as limited:
        server.http().send(GET)

    assert limited.value.retry_after is None


@pytest.mark.parametrize("request_", [GET, POST])
def test_a_refused_connection_changed_nothing(request_: Request) -> None:
    http = Http(name="acme", base_url=f"http://127.0.0.1:{free_port()}", allow_private=True, allow_plain=True)

    with pytest.raises(Unavailable, match=r"acme: 127\.0\.0\.1 refuses connections on port \d+.*Nothing was sent"):
        http.send(request_)


def test_an_unknown_host_changed_nothing() -> None:
    http = Http(name="acme", base_url="https://no-such-host.invalid", allow_private=False, allow_plain=False)

    with pytest.raises(Unavailable, match="cannot be found in DNS"):
        http.send(POST)


def test_a_server_that_does_not_speak_tls_changed_nothing(server: Server) -> None:
    http = Http(name="acme", base_url=f"https://127.0.0.1:{server.port}", allow_private=True, allow_plain=True)

    with pytest.raises((Unavailable, ConfigurationError), match="Nothing was sent"):
        http.send(POST)


@pytest.mark.parametrize("behaviour", [resets, truncates])
def test_a_broken_connection_leaves_a_write_in_doubt(server: Server, behaviour: Any) -> None:
    server.on("/things", behaviour)

    with pytest.raises(Unavailable, match="broke the connection off"):
        server.http().send(GET)
    with pytest.raises(Unanswered, match="broke the connection off before its answer was complete: the POST may have"):
        server.http().send(POST)


def test_a_hanging_server_leaves_a_write_in_doubt(server: Server) -> None:
    server.on("/things", server.hangs)

    with pytest.raises(Unanswered, match=r"did not answer within 0\.2 seconds: the POST may have taken effect"):
        server.http(timeout=0.2).send(POST)
    with pytest.raises(Unavailable, match=r"did not answer within 0\.2 seconds\."):
        server.http(timeout=0.2).send(GET)


def test_an_answer_that_stalls_is_given_up(server: Server) -> None:
    def stalls(heard: Heard, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        server.hangs(heard, connection)

    server.on("/things", stalls)

    with pytest.raises(Unanswered, match=r"did not answer within 0\.2 seconds"):
        server.http(timeout=0.2).send(POST)


def test_an_answer_that_trickles_for_ever_is_given_up(server: Server) -> None:
    def trickles(_: Heard, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not server.released.wait(0.01):
            connection.sendall(b"1\r\n \r\n")

    server.on("/things", trickles)

    every_chunk_takes_a_minute = itertools.count(step=60).__next__
    with pytest.raises(Unavailable, match="was still answering after 600 seconds"):
        server.http(timeout=60, clock=every_chunk_takes_a_minute).send(GET)


def test_a_huge_answer_is_not_read(server: Server) -> None:
    server.on("/things", says(body=gzip.compress(b" " * 2_000_000), Content_Encoding="gzip"))

    with pytest.raises(Unavailable, match="more than 1,000,000 bytes"):
        server.http(most_bytes=1_000_000).send(GET)


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
