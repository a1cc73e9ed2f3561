"""XML as QXtend speaks it: namespaces, safe reading, and elements whose prefixes differ from site to site."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.qad.reading.shape import Cell

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
WSA: Final = "http://www.w3.org/2005/08/addressing"
SERVICES: Final = "urn:schemas-qad-com:xml-services"
COMMON: Final = "urn:schemas-qad-com:xml-services:common"
RECEIVER: Final = "urn:services-qad-com:"

Prefixes = dict[str | None, str]
#: by option: prefixes of the envelope, the answer, its session context and its exceptions. The first are seen in code,
#: the second in QAD's own sample, the third are nobody's but legal.
PREFIXES: Final[dict[str, tuple[Prefixes, Prefixes, Prefixes, Prefixes]]] = {
    "split": ({"soapenv": SOAP, "wsa": WSA}, {"ns1": SERVICES}, {"ns2": COMMON}, {"ns3": COMMON}),
    "common": ({"soapenv": SOAP, "wsa": WSA}, {None: SERVICES, "ns1": SERVICES, "ns2": COMMON}, {}, {}),
    "weird": ({"ns1": SOAP, "_": WSA}, {"ns3": SERVICES}, {"soapenv": COMMON}, {None: COMMON}),
}


class NotReadableError(ValueError):
    """What came is no XML that is taken here; the message says why."""


def parse(body: bytes) -> etree._Element:
    """Read a message; raise NotReadableError for what is none, and for one with a DOCTYPE."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotReadableError(f"The message is not well-formed: {error}.") from None
    if root.getroottree().docinfo.doctype:
        raise NotReadableError("The message has a DOCTYPE.")
    return root


def local(element: etree._Element) -> str:
    """Return the name without its namespace."""
    return etree.QName(element).localname


def within(element: etree._Element, namespace: str) -> bool:
    """Whether the element is in this namespace."""
    return etree.QName(element).namespace == namespace


def child(parent: etree._Element | None, namespace: str, name: str) -> etree._Element | None:
    """Return the first child of this name."""
    return None if parent is None else parent.find(f"{{{namespace}}}{name}")


def text(element: etree._Element | None) -> str:
    """Return its text, or nothing."""
    return "" if element is None else "".join(element.itertext()).strip()


def element(namespace: str, name: str, content: str | None = None) -> etree._Element:
    """Make an element; without a namespace for an empty one."""
    made = etree.Element(f"{{{namespace}}}{name}" if namespace else name)
    made.text = content
    return made


def add(parent: etree._Element, fields: Iterable[tuple[str, Cell]]) -> None:
    """Add elements with these values in the namespace of their parent; a field without a value is absent."""
    namespace = etree.QName(parent).namespace
    for name, value in fields:
        if (written := cell(value)) is not None:
            etree.SubElement(parent, f"{{{namespace}}}{name}").text = written


def declaring(namespace: str, name: str, nsmap: Prefixes, children: Iterable[etree._Element] = ()) -> etree._Element:
    """Make an element with these prefixes and children."""
    made = etree.Element(f"{{{namespace}}}{name}", nsmap=nsmap or None)
    made.extend(list(children))
    return made


def serialized(root: etree._Element) -> bytes:
    """Write a document."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def cell(value: Cell) -> str | None:
    """Write a value as QDocs do; None stays absent."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
