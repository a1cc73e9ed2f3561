"""From what a supplier says to a letter: envelope, DOCTYPE, and attachments around it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sandbox.cxml.outbox import Letter
from sandbox.cxml.wire import document, element, now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from sandbox.cxml.options import Options

ATTACHED: Final = "invoice.pdf"
OLD: Final = "http://xml.cxml.org/schemas/cXML/1.2.013/cXML.dtd"
_FILES: Final = {
    "ConfirmationRequest": "Fulfill",
    "ShipNoticeRequest": "Fulfill",
    "InvoiceDetailRequest": "InvoiceDetail",
}
_BOUNDARY: Final = "cxml-sandbox-part"
_PDF: Final = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a document is sent, where that is not as usual. ``kilobytes`` of comments make it long."""

    payload: str = field(default_factory=lambda: f"{uuid.uuid4()}@network.sandbox")
    mode: str = ""
    wrong_secret: bool = False
    stranger: bool = False
    old: bool = False
    attachment: bool = False
    #: orders are named by their number alone, as suppliers do who keep no payloadIDs
    order_id_only: bool = False
    #: From names the supplier in two ways, the one that the buyer knows first
    two_credentials: bool = False
    pretty: bool = False
    charset: str = "UTF-8"
    kilobytes: int = 0
    #: which of its sums is wrong, if one is
    wrong_sum: str = ""


def letter(
    request: etree._Element, *, supplier: tuple[str, str], options: Options, manner: Manner, about: Mapping[str, str]
) -> Letter:
    """Put a request of a supplier (domain, identity) into an envelope to the buyer."""
    network = (options.network_domain, options.network_identity)
    mode = manner.mode or options.deployment_mode
    sender = network if options.sends_as == "network" else supplier
    secret = options.supplier_secrets.get(sender[1], options.receiver_secret)
    other = _credential(("DUNS", f"{supplier[1]}-DUNS")) if manner.two_credentials else None
    root = element(
        "cXML",
        element(
            "Header",
            element("From", _credential((supplier[0], "STRANGER") if manner.stranger else supplier), other),
            element("To", _credential((options.buyer_domain, options.buyer_identity))),
            element("Sender", _credential(sender, "not-the-secret" if manner.wrong_secret else secret), _agent()),
        ),
        # production is what the DTD has anyway
        element("Request", request, deploymentMode=mode if mode == "test" else ""),
        payloadID=manner.payload,
        timestamp=now(),
        lang="en-US",
    )
    file = _FILES.get(str(request.tag), "cXML")
    doctype = OLD if manner.old else f"http://xml.cxml.org/schemas/cXML/{options.version}/{file}.dtd"
    body = document(root, doctype=doctype, charset=manner.charset, pretty=manner.pretty)
    about = {"document": str(request.tag), "mode": mode, **about}
    content_type = f"text/xml; charset={manner.charset.lower()}"
    if manner.attachment:
        body, content_type = _multipart(body, content_type), _multipart_type()
    return Letter(about=about, payload=manner.payload, body=body, content_type=content_type)


def _agent() -> etree._Element:
    return element("UserAgent", "cXML sandbox")


def _credential(who: tuple[str, str], secret: str = "") -> etree._Element:
    shared = element("SharedSecret", secret) if secret else None
    return element("Credential", element("Identity", who[1]), shared, domain=who[0])


def _multipart_type() -> str:
    return f'multipart/related; boundary="{_BOUNDARY}"; type="text/xml"; start="<cxml@network.sandbox>"'


def _multipart(body: bytes, content_type: str) -> bytes:
    parts = (
        (content_type, "cxml@network.sandbox", "8bit", body),
        ("application/pdf", f"{ATTACHED}@network.sandbox", "binary", _PDF),
    )
    written = b""
    for kind, name, encoding, content in parts:
        head = f"Content-Type: {kind}\r\nContent-ID: <{name}>\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        written += f"--{_BOUNDARY}\r\n".encode() + head.encode() + content + b"\r\n"
    return written + f"--{_BOUNDARY}--\r\n".encode()
