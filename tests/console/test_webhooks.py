from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.domain.errors import ConfigurationError, StoreUnavailable
from connector.inbound.hints import COALESCE_SECONDS, Forwarding, Seen
from connector.inbound.signature import genuine, read_keys
from connector.ports import Hint
from connector.systems.concur.events import ConcurEvents
from tests.console.receiver import Receiver, pem, signed

CONCUR = ConcurEvents()

COMPANY = "11111111-2222-4333-8444-555555555555"
EVENT = {
    "id": "e1",
    "eventType": "expense.readyForIntegration",
    "topic": "public.concur.financialintegration",
    "facts": {"companyId": COMPANY, "documentId": "d1"},
}


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
    receiver.down = False
    assert receiver.send(body, signed(body, private_keys[0])).status_code == 202
    assert receiver.hints == [Hint(COMPANY, "expenses")], "it is new as long as nothing came of it"


def test_behind_a_proxy_the_client_certificate_must_be_saps(private_keys: list[rsa.RSAPrivateKey]) -> None:
    body = json.dumps(EVENT).encode()
    signature = signed(body, private_keys[0])
    with Receiver(pem(*private_keys), certificate_header="X-Client-CN") as receiver:
        assert receiver.send(body, signature).status_code == 400
        assert receiver.send(body, signature, **{"X-Client-CN": "evil.example"}).status_code == 400
        assert receiver.send(body, signature, **{"X-Client-CN": "webhook.api.concursolutions.com"}).status_code == 202


def test_a_name_beside_the_one_the_proxy_passed_on_is_not_believed(private_keys: list[rsa.RSAPrivateKey]) -> None:
    body = json.dumps(EVENT).encode()
    head = f"POST /webhooks/concur HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    head += f"Concur-Signature: {signed(body, private_keys[0])}\r\n"
    names = ("webhook.api.concursolutions.com", "evil.example")
    with Receiver(pem(*private_keys), certificate_header="X-Client-CN") as receiver:
        for both in (names, names[::-1], names[:1] * 2):
            with receiver.connect() as line:
                line.sendall((head + "".join(f"X-Client-CN: {name}\r\n" for name in both) + "\r\n").encode() + body)
                assert line.recv(1000).startswith(b"HTTP/1.1 400")
    assert receiver.hints == []


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"eventType": ' * 3_000,
        json.dumps({**EVENT, "eventType": "\ud800"}).encode(),
        json.dumps({**EVENT, "facts": {"companyId": "\udfff"}}).encode(),
        json.dumps({**EVENT, "later": {"\ud83d": 1}}).encode(),
    ],
    ids=["lists without end", "objects without end", "half a character", "half a company", "half a name"],
)
def test_what_sap_signed_and_nobody_can_store_is_refused_for_good(
    receiver: Receiver, private_keys: list[rsa.RSAPrivateKey], body: bytes
) -> None:
    assert receiver.send(body, signed(body, private_keys[0])).status_code == 400
    assert receiver.hints == []


@pytest.mark.parametrize("company", ["x\x00y", "", "a" * 1000, 7, None, ["x"]])
def test_a_company_that_is_no_id_is_nobodys(company: object) -> None:
    assert CONCUR.read({**EVENT, "facts": {"companyId": company}}) is None


def test_a_companys_id_is_read_in_any_spelling() -> None:
    assert CONCUR.read({**EVENT, "facts": {"companyId": COMPANY.upper()}}) == Hint(COMPANY, "expenses")


def test_a_refusal_says_who_sent_it_and_which_event_it_claims_to_be(
    receiver: Receiver, private_keys: list[rsa.RSAPrivateKey], caplog: pytest.LogCaptureFixture
) -> None:
    forged, unreadable = json.dumps(EVENT).encode(), json.dumps({"id": "e\n2"}).encode()
    receiver.send(forged, "")
    receiver.send(unreadable, "")
    receiver.send(b"x" * 200_000, "")
    refusals = [record for record in caplog.records if record.message == "webhook.refused"]
    assert [record.__dict__["event_id"] for record in refusals] == ["e1", "", ""]
    assert {record.__dict__["peer"].split(":")[0] for record in refusals} == {"127.0.0.1"}


class Polls:
    """What was asked for, on a clock that the test holds."""

    def __init__(self) -> None:
        self.now = 100.0
        self.down = False
        #: company -> when each of its polls is due
        self.due: dict[str, list[float]] = {}
        self.forwarding = Forwarding(self._take, clock=lambda: self.now)

    def _take(self, hint: Hint, after: float) -> int:
        if self.down:
            raise StoreUnavailable("The ledger cannot be reached.")
        self.due.setdefault(hint.company, []).append(self.now + after)
        return 1

    def event(self, at: float, company: str = "a") -> None:
        self.now = at
        self.forwarding.take(Hint(company, "expenses"))


def test_every_event_is_followed_by_a_poll_and_polls_are_never_closer_than_a_while() -> None:
    polls = Polls()
    for _ in range(10_000):
        polls.event(at=100)
    assert polls.due == {"a": [100, 100 + COALESCE_SECONDS]}, "at once, and when the burst is over"
    polls.event(at=104.9)
    assert polls.due["a"] == [100, 105], "the poll that is to come will do"
    polls.event(at=106)
    assert polls.due["a"] == [100, 105, 110], "one that may have read past it will not"
    polls.event(at=200)
    assert polls.due["a"] == [100, 105, 110, 200]


def test_each_company_has_its_own_polls() -> None:
    polls = Polls()
    polls.event(at=100)
    polls.event(at=101, company="b")
    assert polls.due == {"a": [100], "b": [101]}


def test_a_poll_that_could_not_be_asked_for_is_asked_for_with_the_next_event() -> None:
    polls = Polls()
    polls.down = True
    with pytest.raises(StoreUnavailable):
        polls.event(at=100)
    polls.down = False
    polls.event(at=101)
    assert polls.due == {"a": [101]}


@pytest.mark.parametrize(
    ("kind", "entity"),
    [("expense", "expenses"), ("invoice", "invoices"), ("cashAdvance", "cash_advances")],
)
def test_each_kind_of_document_brings_its_own_flow_forward(kind: str, entity: str) -> None:
    assert CONCUR.read({**EVENT, "eventType": f"{kind}.readyForIntegration"}) == Hint(COMPANY, entity)


def test_a_key_file_without_usable_keys_is_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="no public key"):
        read_keys(b"nothing")
    with pytest.raises(ConfigurationError, match=r"Key 1 .* cannot be read"):
        read_keys(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
    assert not genuine(b"", "", ())
