"""What is sent to us: who may send what, what is answered, and what hostile messages come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.ports import Arrived, Kept, Message, Proof, TurnedAwayError
from connector.systems.cxml.system import SYSTEM
from connector.xml.reading import parse
from tests.systems.cxml import messages as xml
from tests.systems.cxml.conftest import Connection

if TYPE_CHECKING:
    from connector.ports import Receiver, Reply


def receiver(**settings: object) -> Receiver:
    return SYSTEM.receiver(Connection(settings=settings))


def arrived(body: bytes, content_type: str = "text/xml; charset=UTF-8") -> Arrived:
    return Arrived(body=body, headers={"content-type": (content_type,)})


def status(reply: Reply) -> tuple[int, str]:
    """The code and the words of a Response."""
    found = parse(reply.body).find("Response/Status")
    assert found is not None
    return int(found.get("code") or 0), found.text or ""


def answered(body: bytes, content_type: str = "text/xml", **settings: object) -> tuple[Message, int, str]:
    """What a message that is kept turned out to be, and what it is answered."""
    door, came = receiver(**settings), arrived(body, content_type)
    message = door.read(came)
    reply = door.reply(came, message, Kept.NEW)
    assert reply.status == 200
    again = door.reread(body, content_type)
    assert (again.entity, again.id, again.key, again.problem) == (
        message.entity,
        message.id,
        message.key,
        message.problem,
    )
    return message, *status(reply)


def turned_away(body: bytes, content_type: str = "text/xml", **settings: object) -> tuple[int, str]:
    with pytest.raises(TurnedAwayError) as caught:
        receiver(**settings).read(arrived(body, content_type))
    assert caught.value.reply.status == 200
    assert xml.SECRET not in caught.value.why
    assert xml.SECRET.encode() not in caught.value.reply.body
    return status(caught.value.reply)


@pytest.mark.parametrize(
    ("document", "entity", "key"),
    [
        (xml.invoice(number=" inv - 1 "), "invoices", "duns:123456789|INV-1|standard"),
        (xml.CONFIRMATION, "confirmations", "duns:123456789|confirmation|C1"),
        (xml.SHIP_NOTICE, "confirmations", "duns:123456789|ship notice|S1"),
        (xml.STATUS, "confirmations", "duns:123456789|status|1.1@supplier"),
    ],
)
def test_a_message_is_known_by_its_document(document: str, entity: str, key: str) -> None:
    message = receiver().read(arrived(xml.message(document)))

    assert (message.entity, message.key) == (entity, key)
    assert message.id == "duns:123456789|1.1@supplier"
    assert message.stands_at is not None
    assert message.problem == ""


def test_an_invoice_in_another_message_is_the_same_invoice_and_information_about_it_another() -> None:
    def key(attributes: str, payload_id: str) -> str:
        body = xml.message(xml.invoice(attributes=attributes), payload_id=payload_id)
        return receiver().read(arrived(body)).key

    assert key('purpose="standard"', "1") == key("", "2") == key('operation="delete"', "3")
    assert key('isInformationOnly="yes"', "4") != key("", "5")
    assert key('purpose="creditMemo"', "6") != key("", "7")


def test_a_document_is_told_by_its_element_whatever_the_doctype_says() -> None:
    for doctype in ("", '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.013/cXML.dtd">'):
        assert receiver().read(arrived(xml.message(xml.invoice(), doctype=doctype))).entity == "invoices"


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "guessed"},
        {"secret": ""},
        {"secret": None},
        {"sender": "NetworkID:OTHER"},
        {"sender": "DUNS:NETWORK"},
        {"secret": "half\ufffd"},
    ],
)
def test_who_shows_no_right_secret_is_not_told_why(changes: dict[str, str]) -> None:
    body = xml.message("<ProfileRequest/>", **changes)  # type: ignore[arg-type]

    assert turned_away(body) == (401, "The credentials of Sender are not known here.")


def test_only_who_shows_a_wrong_secret_or_none_has_guessed() -> None:
    def proof(body: bytes, **settings: object) -> Proof:
        with pytest.raises(TurnedAwayError) as caught:
            receiver(**settings).read(arrived(body))
        return caught.value.proof

    good = xml.message(xml.invoice())
    assert proof(xml.message(xml.invoice(), secret="guessed")) is Proof.FAILED
    assert proof(xml.message(xml.invoice(), secret=None)) is Proof.FAILED
    assert proof(good[:-9]) is Proof.UNREADABLE
    assert proof(good, suppliers=["DUNS:1"]) is Proof.GIVEN


def test_domains_are_compared_without_case() -> None:
    assert receiver().read(arrived(xml.message(xml.invoice(), sender="networkid:NETWORK", to="duns:987654321")))


def test_only_the_suppliers_of_a_connection_may_be_spoken_for() -> None:
    known = ["DUNS:123456789"]
    assert receiver(suppliers=known).read(arrived(xml.message(xml.invoice())))
    code, words = turned_away(xml.message(xml.invoice(), from_="DUNS:1"), suppliers=known)
    assert code == 401
    assert "From" in words


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"to": "NetworkID:SOMEBODY"}, 400, "To names nobody"),
        ({"mode": "test"}, 400, "deploymentMode production"),
    ],
)
def test_what_is_not_for_this_connection_is_refused_and_no_flow_reads_it(
    changes: dict[str, str], code: int, said: str
) -> None:
    message, found, words = answered(xml.message(xml.invoice(), **changes))  # type: ignore[arg-type]
    assert found == code
    assert said in words
    assert (message.entity, message.key, message.problem) == ("", "", words)


@pytest.mark.parametrize("payload_id", ["", "x" * 501])
def test_a_message_without_an_id_to_know_it_by_is_refused(payload_id: str) -> None:
    code, words = turned_away(xml.message(xml.invoice(), payload_id=payload_id))
    assert code == 406
    assert "no payloadID" in words


def test_a_connection_for_trial_takes_only_what_is_for_trial() -> None:
    assert receiver(deployment_mode="test").read(arrived(xml.message(xml.invoice(), mode="test")))
    message, code, _ = answered(xml.message(xml.invoice()), deployment_mode="test")
    assert (message.entity, code) == ("", 400)


@pytest.mark.parametrize("asked", ["PunchOutSetupRequest", "ProfileRequest", "OrderRequest", "NobodyKnowsRequest"])
def test_what_is_not_implemented_says_so(asked: str) -> None:
    message, code, words = answered(xml.message(f"<{asked}/>"))

    assert (code, words) == (450, f"{asked} is not implemented here.")
    assert (message.entity, message.problem) == ("", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<cXML",
        b"<html/>",
        b'<cXML payloadID="1" timestamp="2026-11-10"><Response><Status code="200" text="OK"/></Response></cXML>',
        b'<c:cXML xmlns:c="urn:c" payloadID="1"/>',
        xml.message(xml.invoice(), doctype='<!DOCTYPE cXML [<!ENTITY x "y">]>'),
        xml.message(xml.invoice(), doctype='<!DOCTYPE cXML [<!ENTITY % x SYSTEM "http://127.0.0.1/x">%x;]>'),
        xml.message("<a>" * 300 + "</a>" * 300),
        xml.message(xml.invoice()).replace(b"<Header>", b"<Header><x/></Header><Header>"),
        xml.message(xml.invoice()).replace(b"</Request>", b"</Request><Request/>"),
        xml.message(xml.invoice() + xml.invoice()),
        xml.message(xml.invoice(), secret="a</SharedSecret><SharedSecret>b"),
        xml.message(xml.invoice()).replace(b"<Identity>123456789</Identity>", b""),
        xml.message('<i:InvoiceDetailRequest xmlns:i="urn:i"/>'),
        xml.message(xml.invoice()).replace(b"UTF-8", b"UTF-16"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(body: bytes) -> None:
    code, words = turned_away(body)

    assert code == 406
    assert words.startswith("The message ")
    assert words.endswith(".")
    assert words.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        xml.message(xml.invoice(number="")),
        xml.message("<InvoiceDetailRequest/>"),
        xml.message("<ConfirmationRequest/>"),
        xml.message(xml.invoice()).replace(b"<NetAmount>", b"<NetAmount/><NetAmount>"),
        xml.message(xml.invoice()).replace(b"<InvoiceDetailSummary>", b"<InvoiceDetailSummary/><InvoiceDetailSummary>"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_a_sentence_and_kept_for_people(body: bytes) -> None:
    message, code, words = answered(body)

    assert (message.entity, message.problem, code) == ("", words, 406)
    assert words.startswith("The message ")
    assert words.endswith(".")


def test_what_was_refused_may_come_again_under_its_id_once_it_is_right() -> None:
    wrong, right = (receiver().read(arrived(xml.message(xml.invoice(number=number)))) for number in ("", "INV-1"))

    assert wrong.id != right.id
    assert wrong.sender == right.sender == "DUNS:123456789"


def multipart(first: bytes, *, boundary: str = "b", encoding: str = "8bit") -> bytes:
    return (
        (
            f"--{boundary}\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-ID: <main>\r\n"
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ).encode()
        + (first + f"\r\n--{boundary}\r\nContent-Type: application/pdf\r\nContent-ID: <a>\r\n\r\n".encode())
        + b"%PDF-1.7\xff\r\n"
        + f"--{boundary}--\r\n".encode()
    )


def test_attachments_stay_with_their_message() -> None:
    kind = 'multipart/related; boundary="b"; type="text/xml"; start="<main>"'
    message = receiver().read(arrived(multipart(xml.message(xml.invoice())), kind))

    assert message.entity == "invoices"
    assert message.content_type == kind


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/related",
        'multipart/related; boundary="other"',
        'multipart/related; boundary="b"; start="<nobody>"',
        'multipart/related; boundary="b"\n; start="<main>"',
        "multipart/related[start*=;\u00e9*",  # Python's own reader stumbles over it
    ],
)
def test_parts_that_cannot_be_told_apart_are_refused(kind: str) -> None:
    assert turned_away(multipart(xml.message(xml.invoice())), kind)[0] == 406


def test_an_answer_says_what_becomes_of_a_message_and_a_repeat_is_answered_alike() -> None:
    taken = Message(entity="invoices", id="duns:1|p", key="k")

    def answer(kept: Kept, **settings: object) -> bytes:
        reply = receiver(**settings).reply(arrived(xml.message(xml.invoice())), taken, kept)
        assert reply.status == 200
        return reply.body.partition(b"timestamp")[0] + reply.body.partition(b"<Response")[2]

    assert answer(Kept.NEW) == answer(Kept.REPEATED)
    assert b'code="201"' in answer(Kept.NEW)
    assert b'code="200"' in answer(Kept.NEW, url="")
    assert b'code="409"' in answer(Kept.OTHER)


def test_what_could_not_be_stored_is_to_be_sent_again() -> None:
    reply = receiver().unable(None)

    assert reply.status == 503
    assert status(reply)[0] == 500
    assert "same payloadID" in status(reply)[1]


def test_what_is_too_long_is_refused_for_good() -> None:
    assert receiver(most_message_megabytes=1).most_bytes == 1_000_000
    assert status(receiver(most_message_megabytes=1).too_long()) == (400, "The message is longer than 1 MB.")
