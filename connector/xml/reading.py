"""Messages in XML from outside, read without trusting them: nothing is fetched, expanded or included.

What of a message comes before its root element never reaches the parser: no declaration and no DOCTYPE, so that there
is nothing to resolve.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from connector.xml.decoding import decoded
from connector.xml.words import NotReadable

__all__ = ["NotReadable", "child", "children", "first", "local", "namespace", "parse", "text"]

_LITERAL: Final = r"""(?:"[^"]*"|'[^']*')"""
_DECLARATION: Final = re.compile(r"<\?xml\s[^<>]*?\?>")
#: a second declaration is none of them
_ASIDE: Final = re.compile(r"\s+|<!--.*?-->|<\?(?![xX][mM][lL][\s?]).*?\?>", re.DOTALL)
_DOCTYPE: Final = re.compile(
    rf"<!DOCTYPE\s+[^\s<>\[\]]+(?:\s+(?:SYSTEM|PUBLIC\s+{_LITERAL})\s*{_LITERAL})?\s*(?:\[\s*\]\s*)?>"
)
#: as it stands alone: not the beginning of a reference; what is CDATA or a comment is passed over
_AMPERSAND: Final = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|&(?!#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z_][\w.-]{0,100};)",
    re.DOTALL,
)
#: each of them takes many times the room of its characters
_MOST_LOOKED_AT: Final = 100_000
_WHERE: Final = re.compile(r",?\s*line \d+, column \d+.*", re.DOTALL)
_XINCLUDE: Final = "{http://www.w3.org/2001/XInclude}"
#: the parser's own, which no setting of ours can raise
_DEEPEST: Final = 255
_LONGEST_REASON: Final = 200
_MOST_BEFORE_ROOT: Final = 1000


def parse(
    body: bytes,
    *,
    charset: str = "",
    most_bytes: int = 20_000_000,
    most_depth: int = 200,
    most_elements: int = 500_000,
    repair_ampersands: bool = False,
) -> etree._Element:
    """Return the root element of a message; raises NotReadable for what is none, or more than anybody sends.

    A DOCTYPE is passed over; one that declares something is refused. Comments and processing instructions are dropped.
    ``charset`` is what the sender says of it elsewhere. ``repair_ampersands`` takes one that stands alone as itself.
    """
    if len(body) > most_bytes:
        raise NotReadable(f"is longer than {most_bytes} bytes")
    written = _without_prolog(decoded(body, charset))
    if repair_ampersands:
        if written.count("&") + written.count("<!") > _MOST_LOOKED_AT:
            raise NotReadable(f"has more than {_MOST_LOOKED_AT} ampersands, comments and CDATA")
        written = _AMPERSAND.sub(lambda found: "&amp;" if found[0] == "&" else found[0], written)
    # Before anything is built of them: an element or attribute takes many times the room of its characters.
    if written.count("<") - written.count("</") > 2 * most_elements:
        raise NotReadable(f"has more than {most_elements} elements")
    if written.count("=") > 2 * most_elements:
        raise NotReadable(f"has more than {2 * most_elements} attributes")
    root = _parsed(written)
    _bounded(root, min(most_depth, _DEEPEST), most_elements)
    return root


def _without_prolog(written: str) -> str:
    """Put line ends in place of what comes before the root element, so that a line's number stays what it is."""
    found = _DECLARATION.match(written)
    at, doctypes = found.end() if found else 0, 0
    for _ in range(_MOST_BEFORE_ROOT):
        if aside := _ASIDE.match(written, at):
            at = aside.end()
        elif written.startswith("<!DOCTYPE", at):
            doctype = _DOCTYPE.match(written, at)
            if doctype is None or doctypes:
                raise NotReadable(_doctype_problem(written[at:], again=bool(doctypes)))
            at, doctypes = doctype.end(), 1
        elif written.startswith("<?", at):
            raise NotReadable("has an XML declaration that is not at its beginning")
        else:
            return "\n" * written.count("\n", 0, at) + written[at:]
    raise NotReadable("has more before its first element than anybody sends")


def _doctype_problem(written: str, *, again: bool) -> str:
    if again:
        return "has two DOCTYPEs"
    head = re.split(r"<[A-Za-z]|>", written, maxsplit=1)[0]
    if "[" in head:
        return "declares entities or elements of its own in its DOCTYPE"
    return "has a DOCTYPE that is not well-formed"


def _parsed(written: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(written.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise NotReadable(_why(error)) from None


def _why(error: etree.XMLSyntaxError) -> str:
    said = _WHERE.sub("", error.msg or "")
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        if "depth" in said:
            return f"is nested deeper than {_DEEPEST}"
        return f"has a text or a tag at line {error.lineno} that is longer than anybody sends"
    if error.code == etree.ErrorTypes.ERR_DOCUMENT_EMPTY:
        return "is no XML"
    shown = "".join(one if one.isprintable() else "\ufffd" for one in said[:_LONGEST_REASON])
    return f"is not well-formed at line {error.lineno}: {shown}"


def _bounded(root: etree._Element, most_depth: int, most_elements: int) -> None:
    elements = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > most_depth:
            raise NotReadable(f"is nested deeper than {most_depth}")
        if elements > most_elements:
            raise NotReadable(f"has more than {most_elements} elements")
        if str(element.tag).startswith(_XINCLUDE):
            raise NotReadable("wants other documents included")


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element; empty where it has none."""
    return etree.QName(element).namespace or ""


def child(element: etree._Element, name: str, namespace: str = "") -> etree._Element | None:
    """Return the one child of this name, as ``children`` finds it; raises NotReadable when it is there twice."""
    found = children(element, name, namespace)
    if len(found) > 1:
        raise NotReadable(f"has {name} more than once in one {local(element)}")
    return found[0] if found else None


def children(element: etree._Element, name: str, namespace: str = "") -> list[etree._Element]:
    """Return the children of this name in this namespace; without one, in that of the element itself or in none."""
    within = (namespace,) if namespace else ("", etree.QName(element).namespace or "")
    return [one for one in element if local(one) == name and (etree.QName(one).namespace or "") in within]


def first(element: etree._Element, path: str) -> etree._Element | None:
    """Return the first descendant along local names, ``A/B/C``, each found as ``children`` finds it."""
    found: etree._Element | None = element
    for name in path.split("/"):
        if found is None:
            return None
        found = next(iter(children(found, name)), None)
    return found


def text(element: etree._Element | None) -> str:
    """Return the text of an element itself, not that of others in it; pieces of it are parted by a blank."""
    if element is None:
        return ""
    pieces = ((element.text or "").strip(), *((one.tail or "").strip() for one in element))
    return " ".join(piece for piece in pieces if piece)
