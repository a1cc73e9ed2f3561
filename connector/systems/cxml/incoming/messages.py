"""Which requests are taken, and what each becomes: one place for those who receive and those who read later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.systems.cxml.documents import identity
from connector.systems.cxml.documents.document import UNREADABLE
from connector.systems.cxml.incoming import confirmations, envelope, invoices, multipart
from connector.xml.reading import NotReadable, local

if TYPE_CHECKING:
    from connector.ports import Received
    from connector.systems.cxml.incoming.envelope import Envelope

INVOICES, CONFIRMATIONS = "invoices", "confirmations"
#: element -> our name for such documents; anything else is not implemented (450)
ENTITIES = {
    "InvoiceDetailRequest": INVOICES,
    "ConfirmationRequest": CONFIRMATIONS,
    "ShipNoticeRequest": CONFIRMATIONS,
    "StatusUpdateRequest": CONFIRMATIONS,
}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A message, taken apart."""

    envelope: Envelope
    #: parts beside the document
    attachments: int

    @property
    def entity(self) -> str | None:
        """What it brings; None where it is nothing that is taken."""
        return ENTITIES.get(local(self.envelope.request))

    @property
    def key(self) -> str:
        """The source key of its document; raises NotReadable."""
        return invoices.key(self.envelope) if self.entity == INVOICES else confirmations.key(self.envelope)

    @property
    def refers_to(self) -> str:
        """The message that it changes or takes back, by its id; empty where it is a document of its own."""
        kind = invoices if self.entity == INVOICES else confirmations
        named = kind.reference(self.envelope)
        return message_id(self.envelope, named) if named else ""

    @property
    def payload(self) -> dict[str, Any]:
        """Its document; raises NotReadable."""
        if self.entity == INVOICES:
            return invoices.payload(self.envelope, attachments=self.attachments)
        return confirmations.payload(self.envelope)


def opened(body: bytes, content_type: str, *, most_bytes: int) -> Opened:
    """Take a message apart; raises NotReadable."""
    document, charset, attachments = multipart.document_in(body, content_type)
    root = envelope.opened(document, charset=charset, most_bytes=most_bytes)
    return Opened(envelope=envelope.read(root), attachments=attachments)


def message_id(envelope: Envelope, payload_id: str) -> str:
    """Return the id of a message: a payloadID is its sender's own, so that nobody refers to what others have sent."""
    return f"{identity.folded(str(envelope.from_[0]))}|{payload_id}"


def payload_of(received: Received, *, most_bytes: int) -> dict[str, Any]:
    """The document of a message in the inbox; one that cannot be read any more says so in its place."""
    try:
        found = opened(received.body, received.content_type, most_bytes=most_bytes)
        payload, refers_to = found.payload, found.refers_to
    except NotReadable as error:
        return {"source_key": received.key or received.id, UNREADABLE: str(error)}
    # the inbox has looked up what it refers to
    return {**payload, "source_key": received.key} if received.key and refers_to else payload
