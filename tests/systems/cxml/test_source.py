"""What is in the inbox becomes documents; what no longer can be read is a document that says so."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import Malformed
from connector.domain.exchange import Query
from connector.ports import Confirming, Message
from connector.systems.cxml.documents import parse
from connector.systems.cxml.documents.invoices import Invoice
from connector.systems.cxml.system import SYSTEM
from tests.inboxes import InboxInMemory
from tests.systems.cxml import messages as xml
from tests.systems.cxml.conftest import Connection
from tests.systems.cxml.test_receiver import multipart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEY = "duns:123456789|INV-1|standard"


def inbox(*bodies: bytes, keys: Sequence[str] = (), content_type: str = "text/xml") -> InboxInMemory:
    """What these messages leave, one after the other."""
    made = InboxInMemory()
    for number, body in enumerate(bodies):
        key = keys[number] if keys else KEY
        moment = dt.datetime(2026, 11, 10, tzinfo=dt.UTC) + dt.timedelta(minutes=number)
        made.keep(
            Message(entity="invoices", id=str(number), key=key, stands_at=moment, content_type=content_type), body
        )
    return made


def payloads(held: InboxInMemory, **query: Any) -> list[Mapping[str, Any]]:
    source = SYSTEM.source(Connection(inbox=held))
    return [row.payload for page in source.pages(Query(entity="invoices", **query)) for row in page.rows]


def test_pages_go_through_the_inbox_and_go_on_where_they_stopped() -> None:
    body = xml.message(xml.invoice())
    source = SYSTEM.source(Connection(inbox=inbox(*[body] * 250, keys=[f"k{number}" for number in range(250)])))

    pages = list(source.pages(Query(entity="invoices")))
    again = list(source.pages(Query(entity="invoices", position=pages[0].next)))

    assert [len(page.rows) for page in pages] == [100, 100, 50, 0]
    assert [page.next for page in pages] == [{"number": 100}, {"number": 200}, {"number": 250}, None]
    assert [len(page.rows) for page in again] == [100, 50, 0]
    assert pages[0].rows[0].modified is not None
    assert not any(page.everything for page in pages)


def test_one_document_is_the_latest_message_about_it() -> None:
    delete = xml.message(xml.invoice(attributes='operation="delete"'), payload_id="2")
    held = inbox(xml.message(xml.invoice()), delete)

    assert [one["operation"] for one in payloads(held, key=KEY)] == ["delete"]
    assert [one["operation"] for one in payloads(held)] == ["delete"]
    assert payloads(held, key="nobody") == []


def test_the_same_document_in_another_message_is_the_same_document() -> None:
    one = xml.message(xml.invoice())
    other = xml.message(xml.invoice().replace("21.00", "21.0").replace("25.00", "+025"), payload_id="2", timestamp="x")

    first, second = payloads(inbox(one, other, keys=["a", "b"]))

    assert first == second


def test_what_can_no_longer_be_read_says_why() -> None:
    (payload,) = payloads(inbox(b"<cXML"))

    assert payload["source_key"] == KEY
    with pytest.raises(Malformed, match="cannot be read as cXML invoice: it is not well-formed"):
        parse(Invoice, payload)


def test_a_document_knows_how_many_parts_came_with_it() -> None:
    body = multipart(xml.message(xml.invoice()))
    (payload,) = payloads(inbox(body, content_type='multipart/related; boundary="b"'))

    assert parse(Invoice, payload).attachments == 1


def test_an_invoice_that_its_supplier_took_back_is_not_wanted_any_more() -> None:
    first = xml.message(xml.invoice())
    delete = xml.message(xml.invoice(attributes='operation="delete"'))
    (payload,) = payloads(inbox(first))

    def withdrawn(*bodies: bytes, entity: str = "invoices") -> str:
        source = SYSTEM.source(Connection(inbox=inbox(*bodies)))
        assert isinstance(source, Confirming)
        return source.withdrawn(entity, payload)

    assert withdrawn(first) == ""
    assert withdrawn(first, delete) == "Its supplier has taken invoice INV-1 back."
    assert withdrawn(first, delete, entity="confirmations") == ""
