"""What is in the inbox becomes documents; what no longer can be read is a document that says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from connector.domain.errors import Malformed
from connector.domain.exchange import Query
from connector.ports import Received
from connector.systems.cxml.documents import parse
from connector.systems.cxml.documents.invoices import Invoice
from connector.systems.cxml.system import SYSTEM
from tests.systems.cxml import messages as xml
from tests.systems.cxml.conftest import Connection, Shelf
from tests.systems.cxml.test_receiver import multipart

AT = dt.datetime(2026, 11, 10, 10, tzinfo=dt.UTC)
KEY = "duns:123456789|INV-1|standard"


def received(number: int, body: bytes, key: str = KEY, content_type: str = "text/xml") -> Received:
    return Received(number=number, id=str(number), key=key, at=AT, stands_at=AT, content_type=content_type, body=body)


def test_pages_go_through_the_inbox_and_go_on_where_they_stopped() -> None:
    body = xml.message(xml.invoice())
    shelf = Shelf([received(number, body, key=f"k{number}") for number in range(1, 251)])
    source = SYSTEM.source(Connection(inbox=shelf))

    pages = list(source.pages(Query(entity="invoices")))
    again = list(source.pages(Query(entity="invoices", position=pages[0].next)))

    assert [len(page.rows) for page in pages] == [100, 100, 50]
    assert [page.next for page in pages] == [{"number": 100}, {"number": 200}, None]
    assert [len(page.rows) for page in again] == [100, 50]
    assert pages[0].rows[0].modified == AT
    assert not any(page.everything for page in pages)


def test_one_document_is_the_latest_message_about_it() -> None:
    delete = xml.message(xml.invoice(attributes='operation="delete"'), payload_id="2")
    shelf = Shelf([received(1, xml.message(xml.invoice())), received(2, delete)])
    source = SYSTEM.source(Connection(inbox=shelf))

    (page,) = source.pages(Query(entity="invoices", key=KEY))

    assert [row.payload["operation"] for row in page.rows] == ["delete"]
    assert next(source.pages(Query(entity="invoices", key="nobody"))).rows == ()


def test_the_same_document_in_another_message_is_the_same_document() -> None:
    one = xml.message(xml.invoice())
    other = xml.message(xml.invoice().replace("21.00", "21.0").replace("25.00", "+025"), payload_id="2", timestamp="x")
    source = SYSTEM.source(Connection(inbox=Shelf([received(1, one, "a"), received(2, other, "b")])))

    (page,) = source.pages(Query(entity="invoices"))

    assert page.rows[0].payload == page.rows[1].payload


def test_what_can_no_longer_be_read_says_why() -> None:
    source = SYSTEM.source(Connection(inbox=Shelf([received(1, b"<cXML")])))

    (page,) = source.pages(Query(entity="invoices"))

    assert page.rows[0].payload["source_key"] == KEY
    with pytest.raises(Malformed, match="cannot be read as cXML invoice: it is not well-formed"):
        parse(Invoice, page.rows[0].payload)


def test_a_document_knows_how_many_parts_came_with_it() -> None:
    body = multipart(xml.message(xml.invoice()))
    shelf = Shelf([received(1, body, content_type='multipart/related; boundary="b"')])

    (page,) = SYSTEM.source(Connection(inbox=shelf)).pages(Query(entity="invoices"))

    assert parse(Invoice, page.rows[0].payload).attachments == 1


def test_an_invoice_that_its_supplier_took_back_is_not_wanted_any_more() -> None:
    first = received(1, xml.message(xml.invoice()))
    delete = replace(received(2, xml.message(xml.invoice(attributes='operation="delete"'))))
    payload = next(SYSTEM.source(Connection(inbox=Shelf([first]))).pages(Query(entity="invoices"))).rows[0].payload

    def withdrawn(*inbox: Received, entity: str = "invoices") -> str:
        return SYSTEM.source(Connection(inbox=Shelf(list(inbox)))).withdrawn(entity, payload)  # type: ignore[attr-defined]

    assert withdrawn(first) == ""
    assert withdrawn(first, delete) == "Its supplier has taken invoice INV-1 back."
    assert withdrawn(first, delete, entity="confirmations") == ""
