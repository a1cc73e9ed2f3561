"""What QXO pushes: who may, which document it is, how it is answered, and how it is read later."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as examples

from connector.domain.errors import ConfigurationError, Malformed
from connector.domain.exchange import Query
from connector.ports import Arrived, Kept, Received, Receiving, TurnedAwayError
from connector.systems.qad.documents import SupplierInvoice, parse
from connector.systems.qad.documents.receipts import Receipts
from connector.systems.qad_ee.system import SYSTEM
from connector.xml import reading
from tests.fuzzing import mutated, survives
from tests.systems.qad.posted import invoice
from tests.systems.qad_ee.standing_in import PUSH_SECRET, Connection, settings
from tests.systems.qad_ee.test_reading import INVOICE, LINE

if TYPE_CHECKING:
    from connector.domain.exchange import Row

AT = dt.datetime(2026, 11, 28, 21, 0, tzinfo=dt.UTC)
MATCHED = LINE.format("FINISHED", 1)
WHOLE = INVOICE.format(MATCHED)


def pushed(
    data: str = "",
    *,
    around: str = "BCInvoice",
    event: str = "E1",
    at: str = "2026-11-28T21:00:00.123+0000",
    domain: str = "10USA",
    entity: str = "10USACO",
    name: str = "SupplierInvoiceModify",
) -> bytes:
    told = {"domain": domain, "entity": entity, "businessEventId": event, "eventTimestamp": at, "eventName": name}
    context = "".join(
        f"<q:ttContext><q:propertyName>{name}</q:propertyName><q:propertyValue>{value}</q:propertyValue></q:ttContext>"
        for name, value in told.items()
    )
    return (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><publishBusinessDocument '
        'xmlns="urn:schemas-qad-com:xml-services" xmlns:q="urn:schemas-qad-com:xml-services:common">'
        f"<q:dsSessionContext>{context}</q:dsSessionContext><{around}>{data or INVOICE.format(MATCHED)}</{around}>"
        "</publishBusinessDocument></e:Body></e:Envelope>"
    ).encode()


def arrived(body: bytes, **headers: str) -> Arrived:
    given = {"x-connector-secret": PUSH_SECRET} | {name.replace("_", "-"): text for name, text in headers.items()}
    return Arrived(body=body, headers={name: (text,) for name, text in given.items() if text})


def connection(overrides: dict[str, Any] | None = None, **changes: Any) -> Connection:
    return Connection(config=SYSTEM.check(settings(**changes), overrides or {}), overrides=overrides or {})


def receiver(**changes: Any) -> Any:
    assert isinstance(SYSTEM, Receiving)
    return SYSTEM.receiver(connection(**changes))


def deliver(to: Connection, body: bytes, *, later: int = 0) -> Received:
    """What the web process does with a push."""
    assert isinstance(SYSTEM, Receiving)
    message = SYSTEM.receiver(to).read(arrived(body))
    number = len(to.inbox.kept) + 1
    kept = Received(
        number=number,
        id=message.id,
        key=message.key,
        at=AT + dt.timedelta(minutes=later),
        stands_at=message.stands_at,
        content_type=message.content_type,
        body=body,
    )
    if not message.problem:
        to.inbox.kept.append((message.entity, kept))
    return kept


def read(of: Connection, entity: str, **query: Any) -> list[Row]:
    pages = SYSTEM.source(of).pages(Query(entity=entity, **query))
    return [row for page in pages for row in page.rows]


def test_a_push_is_known_by_its_event_and_its_document() -> None:
    message = receiver().read(arrived(pushed()))
    assert (message.entity, message.key, message.problem) == ("invoices", "7", "")
    assert message.id.startswith("E1:")
    assert message.stands_at == dt.datetime(2026, 11, 28, 21, 0, 0, 123000, dt.UTC)


@pytest.mark.parametrize(
    ("headers", "welcome"),
    [
        ({}, True),
        ({"x_connector_secret": ""}, False),
        ({"x_connector_secret": "guessed"}, False),
        (
            {"x_connector_secret": "", "authorization": f"Basic {base64.b64encode(b'qxo:only-qxo-knows').decode()}"},
            True,
        ),
        ({"x_connector_secret": "", "authorization": f"Basic {base64.b64encode(b'only-qxo-knows:x').decode()}"}, False),
        ({"x_connector_secret": "", "authorization": "Basic %%%"}, False),
        ({"x_connector_secret": "", "authorization": f"Bearer {PUSH_SECRET}"}, False),
    ],
)
def test_only_who_knows_the_secret_is_taken(headers: dict[str, str], *, welcome: bool) -> None:
    if welcome:
        assert receiver().read(arrived(pushed(), **headers)).key == "7"
        return
    with pytest.raises(TurnedAwayError) as turned:
        receiver().read(arrived(pushed(), **headers))
    assert turned.value.reply.status == 401
    assert PUSH_SECRET.encode() not in turned.value.reply.body


def test_a_client_certificate_is_checked_where_one_is_named() -> None:
    with_one = receiver(push_certificate="qxo.acme.example")
    with pytest.raises(TurnedAwayError, match="client certificate"):
        with_one.read(arrived(pushed()))
    message = with_one.read(replace(arrived(pushed()), certificate="qxo.acme.example"))
    assert (message.key, message.sender) == ("7", "qxo.acme.example")


def test_without_a_secret_nothing_is_taken() -> None:
    assert isinstance(SYSTEM, Receiving)
    with pytest.raises(ConfigurationError, match="neither push_secret nor push_certificate"):
        SYSTEM.receiver(replace(connection(), secrets={"password": "x"}))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "It is no XML."),
        (b"<a/>", "It is no SOAP envelope."),
        (pushed()[:-30], "It is not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + pushed(), "It declares entities"),
        (pushed(around="BUnheardOf"), "It holds BUnheardOf, which is none of the objects under entities."),
        (pushed(INVOICE.format("") * 2), "It holds 2 documents (tCInvoice)"),
        (pushed(INVOICE.format("").replace(">7<", "><")), "It names no invoice id."),
        (pushed(INVOICE.format("").replace("AllocationStatus", "X")), "It has no CInvoiceAllocationStatus"),
        (pushed(INVOICE.format("<tcReasonCode>B</tcReasonCode>")), "It has tcReasonCode more than once"),
        (pushed(entity="12MEXCO"), "It is of entity 12MEXCO, and this connection is for 10USACO."),
        (pushed(INVOICE.format("<tcCompanyCode>12MEXCO</tcCompanyCode>"), entity=""), "It is of entity 12MEXCO, and"),
        (pushed(INVOICE.format("<tcCompanyCode>12MEXCO</tcCompanyCode>")), "It says that it is of entity 10USACO, and"),
        (
            pushed("<tContextInfo><tcCompanyCode>12MEXCO</tcCompanyCode></tContextInfo>" + WHOLE, entity=""),
            "It is of entity 12MEXCO, and",
        ),
        (pushed(name="SupplierInvoiceDelete"), "It tells that its document was deleted in QAD"),
        (pushed(INVOICE.format("<operation>D</operation>")), "It tells that its document was deleted in QAD"),
        (pushed(domain="12MEX"), "It is of domain 12MEX, and this connection is for 10USA."),
    ],
)
def test_what_cannot_be_read_is_kept_for_a_person_and_answered_well(body: bytes, problem: str) -> None:
    taking = receiver()
    message = taking.read(arrived(body))
    assert message.problem.startswith(problem)
    assert message.id
    answer = taking.reply(arrived(body), message, Kept.NEW)
    inside = reading.parse(answer.body)[-1][0]
    assert (answer.status, reading.local(inside)) == (200, "publishBusinessDocumentResponse")
    assert reading.text(reading.child(inside, "result")) == "success"


def test_what_could_not_be_stored_is_answered_with_a_fault() -> None:
    for answer in (receiver().unable(None), receiver().too_long()):
        assert answer.status >= 400
        assert reading.local(reading.parse(answer.body)[-1][0]) == "Fault"
    assert receiver(most_push_megabytes=3).most_bytes == 3_000_000


def test_a_repeat_is_the_same_message_and_another_document_of_the_event_is_not() -> None:
    read_ = receiver().read
    first, again = read_(arrived(pushed())), read_(arrived(pushed()))
    other = read_(arrived(pushed(INVOICE.format(MATCHED).replace(">7<", ">8<"))))
    assert first.id == again.id != other.id


def test_a_document_that_is_as_before_is_news_where_no_event_is_named() -> None:
    read_ = receiver().read
    first, again = read_(arrived(pushed(event=""))), read_(arrived(pushed(event="")))
    assert first.id != again.id
    assert first.id.startswith("sha256:")


def test_a_line_that_was_deleted_is_none_any_more() -> None:
    to = connection()
    line = LINE.format("INITIAL", 2)
    name = reading.local(reading.parse(line.encode()))
    gone = line.replace(f"<{name}>", f"<{name}><operation>D</operation>")
    deliver(to, pushed(INVOICE.format(MATCHED + gone)))
    [row] = read(to, "invoices")
    found = parse(SupplierInvoice, row.payload)
    assert (found.matching_status, len(found.lines)) == ("FINISHED", 1)


def test_pushed_documents_are_read_as_any_others() -> None:
    to = connection()
    deliver(to, pushed(INVOICE.format(LINE.format("INITIAL", 1))))
    deliver(to, pushed(event="E2"), later=5)
    deliver(to, pushed(INVOICE.format("").replace(">7<", ">8<"), event="E3"), later=6)
    seven, eight = (parse(SupplierInvoice, row.payload) for row in read(to, "invoices"))
    assert (seven.invoice_id, seven.matching_status, eight.matching_status) == ("7", "FINISHED", "")
    assert [row.payload["invoice_id"] for row in read(to, "invoices", since=AT + dt.timedelta(minutes=6))] == ["8"]
    assert [row.payload["invoice_id"] for row in read(to, "invoices", key="8")] == ["8"]
    assert read(to, "invoices", key="9") == []
    assert read(to, "payments") == []


def test_a_long_inbox_is_gone_on_with_where_it_was_left() -> None:
    to = connection()
    for number in range(250):
        deliver(to, pushed(INVOICE.format("").replace(">7<", f">{number}<"), event=f"E{number}"))
    first, *rest = SYSTEM.source(to).pages(Query(entity="invoices"))
    assert first.next is not None
    assert not first.everything
    again = list(SYSTEM.source(to).pages(Query(entity="invoices", position=first.next)))
    assert [page.rows for page in again] == [page.rows for page in rest]
    assert sum(len(page.rows) for page in (first, *again)) == 250
    assert again[-1].next is None


def test_a_message_that_no_longer_reads_stops_no_other_one() -> None:
    to = connection({"receipts": {"objects": {"receipt": {"record": "prhHist"}}}})
    data = "<prhHist><prhNbr>PO1</prhNbr></prhHist>"
    kept = deliver(to, pushed(data, around="dsReceiverHistory", entity=""))
    to.inbox.kept[0] = ("receipts", replace(kept, body=b"<cut"))
    deliver(to, pushed(data.replace("PO1", "PO2"), around="dsReceiverHistory", entity=""))
    reads = replace(to, config={**to.config, "reads": {"receipts": "qxo"}})
    broken, whole = read(reads, "receipts")
    with pytest.raises(Malformed, match="PO1"):
        parse(Receipts, broken.payload)
    assert parse(Receipts, whole.payload).order_number == "PO2"


def test_cost_objects_of_three_objects_are_one_list() -> None:
    written = {
        "record": "tGL",
        "dataset": "BGL",
        "line": None,
        "fields": {"code": "GLCode", "description": "GLDescription", "active": "GLIsActive"},
    }
    centre = written | {"record": "tCostCentre", "dataset": "BCostCentre"}
    objects = {"listed": None, "account": written, "cost_centre": centre}
    to = connection({"cost_objects": {"objects": objects}})
    data = "<{0}><GLCode>4000</GLCode><GLDescription>Sales</GLDescription><GLIsActive>true</GLIsActive></{0}>"
    deliver(to, pushed(data.format("tGL"), around="BGL"))
    deliver(to, pushed(data.format("tCostCentre"), around="BCostCentre", event="E2"))
    assert [row.payload["cost_object"] for row in read(to, "cost_objects")] == ["account|4000", "cost_centre|4000"]
    assert [row.payload["account"] for row in read(to, "accounts")] == ["4000"], "one push, two flows"
    assert [row.payload["kind"] for row in read(to, "cost_objects", key="cost_centre|4000")] == ["cost_centre"]


POSTED = INVOICE.format(
    "<tcCompanyCode>{0}</tcCompanyCode><CInvoiceReference>INV 1</CInvoiceReference><CInvoiceVoucher>12"
    "</CInvoiceVoucher>"
    "<CInvoicePostingYear>2026</CInvoicePostingYear><tcJournalCode>AP</tcJournalCode><CustomLong1>{1}</CustomLong1>"
)


@pytest.mark.parametrize(("entity", "own"), [("10USACO", True), ("11CANCO", False)])
def test_a_posting_is_found_among_what_was_pushed_in_its_entity(entity: str, *, own: bool) -> None:
    to = connection(posted={"supplier_invoices": "qxo"}, workspaces=["11CAN_11CANCO"])
    data = POSTED.format(entity, "corr-1").replace(">S1<", ">S10001<").replace(">10<", ">110<")
    assert SYSTEM.target(to).find(invoice(entity=entity)) is None
    deliver(to, pushed(data, entity=entity, domain=entity[:5]))
    found = SYSTEM.target(to).find(invoice(entity=entity))
    assert found is not None
    assert (found.target_id, found.difference, found.correlation) == ("2026/AP/12", "", "corr-1")
    assert bool(read(to, "invoices")) is own, "documents of other entities are only looked through for postings"


@examples(max_examples=60, deadline=None)
@given(mutated([pushed(), pushed(POSTED, event="E2"), pushed(INVOICE.format(MATCHED * 2), entity="", domain="")]))
def test_whatever_a_push_becomes_it_is_taken_and_read_or_kept_for_a_person(body: bytes) -> None:
    to = connection()
    assert isinstance(SYSTEM, Receiving)
    secret = {"x-connector-secret": (PUSH_SECRET,), "content-type": ("text/xml",)}
    message = survives(SYSTEM.receiver(to), body, secret)
    assert message is not None
    deliver(to, body)
    read(to, "invoices")


def test_what_no_index_could_hold_is_kept_for_a_person() -> None:
    long = receiver().read(arrived(pushed(INVOICE.format(MATCHED).replace(">7<", f">{'7' * 3000}<"), event="E" * 3000)))
    assert long.problem.endswith("invoice id of 3000 characters.")
    assert len(long.id) < 300
