"""cXML on the wire: reading what strangers send, writing what we answer, and the codes both are judged by."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final

from lxml import etree
from starlette.responses import Response

XML: Final = "text/xml; charset=utf-8"
LARGEST: Final = 10_000_000
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_TEXTS: Final = {
    200: "OK",
    201: "Accepted",
    400: "Bad Request",
    401: "Unauthorized",
    406: "Not Acceptable",
    409: "Conflict",
    417: "Expectation Failed",
    450: "Not Implemented",
    500: "Internal Server Error",
}


class RefusedError(Exception):
    """This document is not taken; ``code`` is the Status it is answered with."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def now() -> str:
    """Return this moment as cXML writes it: with its time zone."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(body: bytes, content_type: str) -> etree._Element:
    """Parse a document, or the first part of a multipart body that is XML; refuse everything else with 406."""
    if len(body) > LARGEST:
        raise RefusedError(406, f"The document is longer than {LARGEST} bytes.")
    if content_type.lower().startswith("multipart/"):
        body = _root_part(body, content_type)
    # remove_comments is not for beauty: a comment would cut a text in two, of which only the first is read.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError(406, f"The document cannot be parsed: {error}.") from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and (any(declared.iterentities()) or any(declared.iterelements())):
        raise RefusedError(406, "The document declares entities or elements of its own.")
    if root.tag != "cXML":
        raise RefusedError(406, f"The document is {root.tag!r}, not cXML.")
    return root


def _root_part(body: bytes, content_type: str) -> bytes:
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() in {"text/xml", "application/xml"} and isinstance(content, bytes):
            return content
    raise RefusedError(406, "The multipart body has no part that is XML.")


def element(tag: str, *content: str | etree._Element | None, lang: str = "", **attributes: str) -> etree._Element:
    """Write an element; parts that are None and attributes that are empty are left out."""
    made = etree.Element(tag, {name.rstrip("_"): value for name, value in attributes.items() if value})
    if lang:
        made.set(_LANG, lang)
    for one in content:
        if isinstance(one, str):
            made.text = (made.text or "") + one
        elif one is not None:
            made.append(one)
    return made


def document(root: etree._Element, *, doctype: str = "", charset: str = "UTF-8", pretty: bool = False) -> bytes:
    """Write a document out, with a DOCTYPE where one is given; ``pretty``: on many lines."""
    declared = f'<!DOCTYPE cXML SYSTEM "{doctype}">' if doctype else None
    return etree.tostring(root, xml_declaration=True, encoding=charset, doctype=declared, pretty_print=pretty)


def responded(code: int, sentence: str = "", *, more: etree._Element | None = None) -> bytes:
    """Write a Response with this Status; ``more`` stands beside it."""
    status = element("Status", sentence, lang="en", code=str(code), text=text_of(code))
    payload = f"{uuid.uuid4()}@network.sandbox"
    return document(element("cXML", element("Response", status, more), payloadID=payload, timestamp=now()))


def text_of(code: int) -> str:
    """Return the name of a code."""
    return _TEXTS.get(code, "Error")


def answer(body: bytes, *, http: int = 200, media_type: str = XML) -> Response:
    """Return it as an answer; its HTTP status says only whether it was transported."""
    return Response(body, status_code=http, media_type=media_type)


def text(of: etree._Element, path: str, otherwise: str = "") -> str:
    """Return the text of the first element at this path, without white space around it."""
    return (of.findtext(path) or otherwise).strip()
