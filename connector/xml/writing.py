"""Messages in XML for others: built in the order in which they are written, so that it is theirs."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_XML: Final = "http://www.w3.org/XML/1998/namespace"
#: what XML 1.0 cannot hold, in no way of writing it
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, /, *content: str | etree._Element | None, **attributes: str | None) -> etree._Element:
    """Return an element with its content, in this order; what is None is left out.

    Names are plain, ``{namespace}name``, or ``xml:lang`` and the like. A character that XML 1.0 cannot hold becomes
    U+FFFD.
    """
    made = etree.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(f"{{{_XML}}}{name[4:]}" if name.startswith("xml:") else name, _writable(value))
    for piece in content:
        if piece is None:
            continue
        if not isinstance(piece, str):
            made.append(piece)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + _writable(piece)
        else:
            made.text = (made.text or "") + _writable(piece)
    return made


def document(root: etree._Element, *, doctype: str = "") -> bytes:
    """Return the message as it is sent: in UTF-8, and says so."""
    written = etree.tostring(root, encoding="UTF-8", xml_declaration=False, doctype=doctype or None)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
