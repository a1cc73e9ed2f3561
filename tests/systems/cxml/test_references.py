"""What takes back or changes another document is about that one, whatever number it has itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.exchange import Query
from connector.ports import Arrived, Receiving
from connector.systems.cxml.system import SYSTEM
from tests.inboxes import InboxInMemory
from tests.systems.cxml import messages as xml
from tests.systems.cxml.conftest import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "duns:123456789|INV-1|standard"
DELETE = 'purpose="standard" operation="delete"'
EARLY = "2020-01-01T00:00:00"


def reference(payload_id: str) -> str:
    return f'<DocumentReference payloadID="{payload_id}"/>'


def delete(payload_id: str, of: str, **how: Any) -> bytes:
    """Takes an invoice back, under a number of its own and by a clock that is years late."""
    taken_back = xml.invoice(number=how.pop("number", "CANCEL-9"), attributes=DELETE, inside=reference(of))
    return xml.message(taken_back, payload_id=payload_id, timestamp=EARLY, **how)


def answer(operation: str, payload_id: str, of: str) -> bytes:
    head = f'confirmID="C9" operation="{operation}">{reference(of)}</ConfirmationHeader>'
    return xml.message(xml.CONFIRMATION.replace('confirmID="C1"/>', head), payload_id=payload_id)


def notice(operation: str, payload_id: str, of: str) -> bytes:
    head = f'shipmentID="S9" noticeDate="2026-11-10" operation="{operation}">{reference(of)}</ShipNoticeHeader>'
    plain = 'shipmentID="S1" noticeDate="2026-11-10T10:00:00+00:00"/>'
    return xml.message(xml.SHIP_NOTICE.replace(plain, head), payload_id=payload_id)


def read(*bodies: bytes, entity: str = "invoices", **query: Any) -> list[Mapping[str, Any]]:
    """What a flow reads after these have come."""
    held = InboxInMemory()
    assert isinstance(SYSTEM, Receiving)
    receiver = SYSTEM.receiver(Connection(inbox=held))
    for body in bodies:
        held.keep(receiver.read(Arrived(body=body, headers={"content-type": ("text/xml",)})), body)
    pages = SYSTEM.source(Connection(inbox=held)).pages(Query(entity=entity, **query))
    return [row.payload for page in pages for row in page.rows]


INVOICE = xml.message(xml.invoice(), payload_id="i1")


def told(payloads: list[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["source_key"], one["operation"], one.get("original_known")) for one in payloads]


def test_a_delete_is_of_the_invoice_that_it_refers_to_whatever_its_number_and_clock() -> None:
    assert told(read(INVOICE, delete("d1", "i1"))) == [(KEY, "delete", True)]
    assert told(read(INVOICE, delete("d1", "i1"), key=KEY)) == [(KEY, "delete", True)]


def test_a_delete_of_what_is_not_here_is_of_the_invoice_with_its_number() -> None:
    timely = delete("d1", "never-came", number="inv-1").replace(EARLY.encode(), b"?")
    assert told(read(INVOICE, timely)) == [(KEY, "delete", True)]


@pytest.mark.parametrize("from_", ["DUNS:123456789", "DUNS:987"])
def test_a_delete_of_what_nobody_knows_or_of_anothers_leaves_the_invoice_and_says_so(from_: str) -> None:
    of = "i1" if from_ == "DUNS:987" else "never-came"
    invoice, taken_back = told(read(INVOICE, delete("d1", of, from_=from_)))
    assert invoice == (KEY, "new", None)
    assert taken_back[1:] == ("delete", False)


@pytest.mark.parametrize("number", ["CANCEL-9", "inv-1"])
def test_an_invoice_that_was_taken_back_before_it_came_is_not_read(number: str) -> None:
    payloads = read(delete("d1", "i1", number=number), INVOICE)
    assert [(one["operation"], one["original_known"]) for one in payloads] == [("delete", False)]
    assert len(read(delete("d1", "i1", number=number, from_="DUNS:987"), INVOICE)) == 2, "a payloadID is its sender's"


def test_a_memo_that_is_taken_back_takes_the_invoice_that_it_corrects_not_with_it() -> None:
    memo = delete("d1", "i1").replace(b'purpose="standard"', b'purpose="lineLevelCreditMemo"')
    assert told(read(INVOICE, memo)) == [
        (KEY, "new", None),
        ("duns:123456789|CANCEL-9|lineLevelCreditMemo", "delete", False),
    ]


@pytest.mark.parametrize("operation", ["update", "delete"])
@pytest.mark.parametrize("made", [answer, notice])
def test_an_answer_that_changes_another_is_about_its_order(made: Any, operation: str) -> None:
    first = xml.CONFIRMATION if made is answer else xml.SHIP_NOTICE
    (payload,) = read(xml.message(first, payload_id="a1"), made(operation, "a2", "a1"), entity="confirmations")
    assert payload["operation"] == operation
    assert payload["source_key"].endswith("|C1" if made is answer else "|S1")
    assert len(read(xml.message(first, payload_id="a1"), made("new", "a2", "a1"), entity="confirmations")) == 2
