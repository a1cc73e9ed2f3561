from __future__ import annotations

import base64
import json
import socket
import threading
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import pytest
import requests
import uvicorn
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from connector.console.app import build
from connector.console.hints import COALESCE_SECONDS, Forwarding, Hint, Seen, read
from connector.console.signature import genuine, read_keys
from connector.domain.errors import ConfigurationError, StoreUnavailable
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPANY = "11111111-2222-4333-8444-555555555555"
EVENT = {
    "id": "e1",
    "eventType": "expense.readyForIntegration",
    "topic": "public.concur.financialintegration",
    "facts": {"companyId": COMPANY, "documentId": "d1"},
}


@pytest.fixture(scope="module")
def private_keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def signed(body: bytes, key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(body, PKCS1v15(), hashes.SHA256())).decode()


def pem(*keys: rsa.RSAPrivateKey) -> bytes:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"\n".join(key.public_key().public_bytes(*form) for key in keys)


class Receiver:
    """A running receiver, and what it forwarded."""

    def __init__(self, keys: bytes, **how: Any) -> None:
        self.hints: list[Hint] = []
        self.wrong = ""
        self.down = False
        app = build(keys=read_keys(keys), bring_forward=self._take, ready=lambda: self.wrong, **how)
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def _take(self, hint: Hint) -> int:
        if self.down:
            raise StoreUnavailable("The ledger cannot be reached.")
        self.hints.append(hint)
        return 1

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self._server.started, "the receiver starts")
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(HANG_SECONDS)

    def send(self, body: bytes, signature: str, **headers: str) -> requests.Response:
        sent = {"Concur-Signature": signature, **headers}
        return requests.post(f"{self.url}/webhooks/concur", data=body, headers=sent, timeout=HANG_SECONDS)


@pytest.fixture
def receiver(private_keys: list[rsa.RSAPrivateKey]) -> Iterator[Receiver]:
    with Receiver(pem(*private_keys)) as running:
        yield running


def test_an_event_signed_with_any_of_the_keys_brings_one_poll_forward(
    receiver: Receiver, private_keys: list[rsa.RSAPrivateKey]
) -> None:
    body = json.dumps(EVENT).encode()
    assert [receiver.send(body, signed(body, key)).status_code for key in private_keys * 5] == [202] * 10
    assert receiver.hints == [Hint(COMPANY, "expenses")]


def test_what_is_forged_changed_or_unsigned_is_refused_and_not_asked_for_again(
    receiver: Receiver, private_keys: list[rsa.RSAPrivateKey]
) -> None:
    body = json.dumps(EVENT).encode()
    stranger = rsa.generate_private_key(65537, 2048)
    forged = [signed(body, stranger), signed(b"other" + body, private_keys[0]), "", "not base64!", "YWJj"]
    assert {receiver.send(body, signature).status_code for signature in forged} == {400}
    assert receiver.hints == []


def test_an_event_that_is_none_of_our_business_is_taken_without_effect(
    receiver: Receiver, private_keys: list[rsa.RSAPrivateKey]
) -> None:
    for event in ({"eventType": "travel.changed"}, [], {**EVENT, "facts": {}}, {**EVENT, "eventType": 7}):
        body = json.dumps(event).encode()
        assert receiver.send(body, signed(body, private_keys[0])).status_code == 202
    assert receiver.hints == []


def test_an_endless_event_is_cut_off(receiver: Receiver) -> None:
    assert receiver.send(b"x" * 200_000, "").status_code == 413


def test_an_event_that_trickles_in_is_given_up(private_keys: list[rsa.RSAPrivateKey]) -> None:
    with Receiver(pem(*private_keys), patience=0.2) as receiver:
        place = urlsplit(receiver.url)
        with socket.create_connection((str(place.hostname), place.port or 0), timeout=HANG_SECONDS) as line:
            line.sendall(b"POST /webhooks/concur HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            assert line.recv(100).startswith(b"HTTP/1.1 408")


def test_the_same_event_again_is_none_however_much_later() -> None:
    seen = Seen(most=2)
    assert [seen.is_new(event) for event in (b"a", b"a", b"b", b"a")] == [True, False, True, False]
    assert seen.is_new(b"c"), "and what is remembered is bounded"
    assert seen.is_new(b"a")


def test_signed_nonsense_is_refused(receiver: Receiver, private_keys: list[rsa.RSAPrivateKey]) -> None:
    assert receiver.send(b"{", signed(b"{", private_keys[0])).status_code == 400


def test_a_ledger_that_is_away_does_not_make_sap_send_again(
    receiver: Receiver, private_keys: list[rsa.RSAPrivateKey]
) -> None:
    receiver.down = True
    body = json.dumps(EVENT).encode()
    assert receiver.send(body, signed(body, private_keys[0])).status_code == 202


def test_behind_a_proxy_the_client_certificate_must_be_saps(private_keys: list[rsa.RSAPrivateKey]) -> None:
    body = json.dumps(EVENT).encode()
    signature = signed(body, private_keys[0])
    with Receiver(pem(*private_keys), certificate_header="X-Client-CN") as receiver:
        assert receiver.send(body, signature).status_code == 400
        assert receiver.send(body, signature, **{"X-Client-CN": "evil.example"}).status_code == 400
        assert receiver.send(body, signature, **{"X-Client-CN": "webhook.api.concursolutions.com"}).status_code == 202


def test_health_is_being_alive_and_readiness_is_a_ledger_that_answers(receiver: Receiver) -> None:
    assert requests.get(f"{receiver.url}/healthz", timeout=HANG_SECONDS).status_code == 200
    assert requests.get(f"{receiver.url}/readyz", timeout=HANG_SECONDS).status_code == 200
    receiver.wrong = "The ledger cannot be reached."
    answer = requests.get(f"{receiver.url}/readyz", timeout=HANG_SECONDS)
    assert (answer.status_code, answer.text) == (503, "The ledger cannot be reached.\n")


def test_a_burst_is_one_hint_a_while_and_each_company_its_own() -> None:
    now = [0.0]
    taken: list[Hint] = []

    def bring_forward(hint: Hint) -> int:
        taken.append(hint)
        return 1

    forwarding = Forwarding(bring_forward, clock=lambda: now[0])
    for _ in range(10_000):
        forwarding.take(Hint("a", "expenses"))
    forwarding.take(Hint("b", "expenses"))
    now[0] = COALESCE_SECONDS
    forwarding.take(Hint("a", "expenses"))
    assert [hint.company for hint in taken] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("kind", "entity"),
    [("expense", "expenses"), ("invoice", "invoices"), ("cashAdvance", "cash_advances")],
)
def test_each_kind_of_document_brings_its_own_flow_forward(kind: str, entity: str) -> None:
    assert read({**EVENT, "eventType": f"{kind}.readyForIntegration"}) == Hint(COMPANY, entity)


def test_a_key_file_without_usable_keys_is_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="no public key"):
        read_keys(b"nothing")
    with pytest.raises(ConfigurationError, match=r"Key 1 .* cannot be read"):
        read_keys(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
    assert not genuine(b"", "", ())
