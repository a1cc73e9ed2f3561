"""SOAP envelopes around QDocs: written with the prefixes that QAD's own have, read by namespace whatever the prefix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lxml import etree

from connector.systems.qad_ee.verdicts import Said
from connector.xml import reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
#: SOAP 1.2, which no QXtend sends, but a gateway before it may
_SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
QDOC: Final = "urn:schemas-qad-com:xml-services"
COMMON: Final = f"{QDOC}:common"
ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_PREFIXES: Final = {None: QDOC, "qcom": COMMON, "soapenv": SOAP, "wsa": ADDRESSING}
_URN: Final = "urn:services-qad-com:"
_QUALIFIER: Final = "QAD"
HEADERS: Final = {"Content-Type": 'text/xml;charset="utf-8"', "SOAPAction": '""', "Accept": "text/xml"}


@dataclass(frozen=True, kw_only=True)
class QDoc:
    """A request to QXtend Inbound. Its repr shows no property: the context may hold a password."""

    #: the name of the API, which with the version is that of the schema
    api: str
    receiver: str
    message_id: str
    #: properties of the session context, in this order
    context: Mapping[str, str] = field(repr=False)
    #: what it is about
    content: Sequence[etree._Element] = field(repr=False)
    #: whether QAD answers with what it stored, its own numbers and defaults included
    details: bool = True


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A SOAP fault."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer of the API itself."""

    result: str
    said: tuple[Said, ...]
    root: etree._Element = field(repr=False)

    def data(self) -> Iterator[etree._Element]:
        """Yield what it holds besides result, context and exceptions."""
        for one in self.root:
            if reading.local(one) not in ("result", "dsSessionContext", "dsExceptions"):
                yield one


def qdoc(tag: str, *content: str | etree._Element | None) -> etree._Element:
    """Return an element in QAD's namespace."""
    return writing.element(f"{{{QDOC}}}{tag}", *content)


def wrapped(inside: etree._Element, header: etree._Element | None = None) -> bytes:
    """Return a message with this in its body."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap=_PREFIXES)
    if header is not None:
        root.append(header)
    root.append(writing.element(f"{{{SOAP}}}Body", inside))
    etree.cleanup_namespaces(root, top_nsmap=_PREFIXES, keep_ns_prefixes=["soapenv"])
    return writing.document(root)


def enveloped(asked: QDoc) -> bytes:
    """Return the request as it is sent."""
    context = _common("dsSessionContext", *(_property(name, value) for name, value in asked.context.items()))
    return wrapped(qdoc(asked.api, context, *asked.content), _header(asked))


def _header(asked: QDoc) -> etree._Element:
    details = _common("suppressResponseDetail", "false" if asked.details else "true")
    return writing.element(
        f"{{{SOAP}}}Header",
        _addressing("Action"),
        _addressing("To", f"{_URN}{asked.receiver}"),
        _addressing("MessageID", f"{_URN}{asked.message_id}"),
        _addressing("ReferenceParameters", details),
        _addressing("ReplyTo", _addressing("Address", _URN)),
    )


def _property(name: str, value: str) -> etree._Element:
    return _common(
        "ttContext",
        _common("propertyQualifier", _QUALIFIER),
        _common("propertyName", name),
        _common("propertyValue", value),
    )


def _common(tag: str, *content: str | etree._Element | None) -> etree._Element:
    return writing.element(f"{{{COMMON}}}{tag}", *content)


def _addressing(tag: str, *content: str | etree._Element | None) -> etree._Element:
    return writing.element(f"{{{ADDRESSING}}}{tag}", *content)


def body_of(content: bytes, *, charset: str = "", most_bytes: int, most_elements: int = 500_000) -> etree._Element:
    """Return the one thing in the body of an envelope; raises NotReadable for what is no such envelope."""
    root = reading.parse(content, charset=charset, most_bytes=most_bytes, most_elements=most_elements)
    if reading.local(root) != "Envelope" or reading.namespace(root) not in (SOAP, _SOAP_12):
        raise reading.NotReadable("is no SOAP envelope")
    body = reading.child(root, "Body")
    inside = [] if body is None else list(body)
    if len(inside) != 1:
        raise reading.NotReadable(f"has {len(inside) or 'no'} documents in its SOAP body")
    return inside[0]


def answered(inside: etree._Element, api: str) -> Response | Fault:
    """Read what a body holds as the answer of an API; raises NotReadable for what is none of its answers."""
    if reading.local(inside) == "Fault" and reading.namespace(inside) in (SOAP, _SOAP_12):
        return _fault(inside)
    if reading.local(inside) != f"{api}Response":
        raise reading.NotReadable(f"holds {reading.local(inside)}, not {api}Response")
    result = reading.text(_named(inside, "result"))
    if not result:
        raise reading.NotReadable("has no result")
    exceptions = _named(inside, "dsExceptions")
    said = () if exceptions is None else tuple(_said(one) for one in exceptions if _is(one, "temp_err_msg"))
    return Response(result=result, said=said, root=inside)


def _fault(inside: etree._Element) -> Fault:
    texts = {reading.local(one).casefold(): " ".join("".join(one.itertext()).split()) for one in inside}
    code = texts.get("faultcode") or texts.get("code") or ""
    words = [texts.get(name, "") for name in ("faultstring", "reason", "detail")]
    return Fault(code=code, text=" ".join(dict.fromkeys(filter(None, words))))


def _said(message: etree._Element) -> Said:
    texts = {reading.local(one): " ".join("".join(one.itertext()).split()) for one in message}
    return Said(
        number=texts.get("tt_msg_nbr", ""),
        text=texts.get("tt_msg_desc", ""),
        severity=texts.get("tt_msg_sev", ""),
        field=texts.get("tt_msg_field", ""),
        data=texts.get("tt_msg_data", ""),
        more=" ".join(filter(None, (texts.get("tt_msg_context"), texts.get("tt_msg_keys")))),
    )


def _named(inside: etree._Element, name: str) -> etree._Element | None:
    """Find one of QAD's own parts; prefixes differ, and old answers have no namespace at all."""
    found = [one for one in inside if _is(one, name)]
    if len(found) > 1:
        raise reading.NotReadable(f"has {name} more than once")
    return found[0] if found else None


def _is(element: etree._Element, name: str) -> bool:
    return reading.local(element) == name and reading.namespace(element) in (QDOC, COMMON, "")
