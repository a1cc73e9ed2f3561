"""A business document as QXO sends it: the whole document, in an envelope. Names of the envelope are inferred."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sandbox.qad_ee.envelope import context_rows
from sandbox.qad_ee.names import READABLE
from sandbox.qad_ee.reading.documents import row
from sandbox.qad_ee.wire import COMMON, RECEIVER, SERVICES, SOAP, WSA, declaring, element, serialized

if TYPE_CHECKING:
    from lxml import etree

    from sandbox.qad.reading.shape import Cell
    from sandbox.qad_ee.outbound.queue import Queued
    from sandbox.qad_ee.spelling import Spelling

ACTION: Final = "publishBusinessDocument"
#: a posted invoice is published as the invoice it is
PUBLISHED: Final = tuple(entity for entity in READABLE if entity != "supplier_invoices")
#: the same for every entity of the first workspace; the others have no masters of their own
MASTERS: Final = ("suppliers", "accounts", "cost_objects")


def business_document(message: Queued, spelling: Spelling) -> bytes:
    """Write a message."""
    workspace, entity, _ = message.row
    event, document, readable = message.event, message.document, READABLE[entity]
    domain, _, company = workspace.partition("_")
    context = {
        "domain": domain,
        "entity": company,
        "version": "ERP3_1",
        "businessEventId": event,
        "eventName": f"{readable.dataset}.Publish",
        "eventTimestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "sourceApplication": "QADEE",
    }
    financials = not readable.profile
    extra: list[tuple[str, Cell]] = []
    if entity == "invoices":
        extra.append(("CustomLong1", document.posted.correlation if document.posted else ""))
    if financials:
        extra += [("tc_Rowid", "1"), ("tc_ParentRowid", "")]
    whole = spelling.element(readable.dataset)
    if financials:
        whole.append(_context_info(company, spelling))
    whole.append(row(readable, document, spelling, extra))
    body = declaring(SERVICES, ACTION, {None: SERVICES, "qcom": COMMON}, [context_rows(context, {}), whole])
    reply = declaring(WSA, "ReplyTo", {}, [element(WSA, "Address", RECEIVER)])
    header = [
        element(WSA, "Action", ACTION),
        element(WSA, "To", f"{RECEIVER}SUBSCRIBER"),
        element(WSA, "MessageID", f"{RECEIVER}:{event}"),
        reply,
    ]
    parts = [declaring(SOAP, "Header", {}, header), declaring(SOAP, "Body", {}, [body])]
    return serialized(declaring(SOAP, "Envelope", {"soapenv": SOAP, "wsa": WSA}, parts))


def _context_info(company: str, spelling: Spelling) -> etree._Element:
    values = (("tcCompanyCode", company), ("tcCBFVersion", "9.2"), ("tcActivityCode", "Publish"))
    return spelling.row("tContextInfo", values)
