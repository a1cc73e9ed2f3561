"""Whether a message is as its DTD wants it, and the words in which JAGGAER complains when it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.jaggaer_xml.dtds import Dtd

_PARTS = {"?": "?", "*": "*", "+": "+"}


class NotValidError(ValueError):
    """The message cannot be read; its arguments are the complaints."""


def read(body: bytes, *, root: str, dtd: Dtd) -> etree._Element:
    """Return the root of a message; raises NotValidError with every complaint."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        found = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotValidError(f"XML Error : {error.msg}") from None
    if found.tag != root:
        raise NotValidError(f'XML Error : Document root element "{found.tag!s}", must match DOCTYPE root "{root}".')
    if complaints := list(_complaints(found, dtd)):
        raise NotValidError(*complaints)
    return found


def _complaints(element: etree._Element, dtd: Dtd) -> Iterator[str]:
    known = {name.rstrip("?*+") for model in dtd.values() for name in model.split()} | set(dtd)
    for one in element.iter(etree.Element):
        line, tag = one.sourceline, str(one.tag)
        if tag not in known:
            yield f'XML Error : Element type "{tag}" must be declared. at line {line}'
            continue
        model = dtd.get(tag)
        if model is None and len(one):
            yield f'XML Error : The content of element type "{tag}" must match "(#PCDATA)". at line {line}'
        elif model is not None and not _matches(model, [str(inner.tag) for inner in one]):
            wanted = ",".join(model.split())
            yield f'XML Error : The content of element type "{tag}" must match "({wanted})". at line {line}'


def _matches(model: str, children: list[str]) -> bool:
    parts = [(name.rstrip("?*+"), name[-1] if name[-1] in _PARTS else "") for name in model.split()]
    pattern = "".join(f"(?:{re.escape(name)} ){often}" for name, often in parts)
    return re.fullmatch(pattern, "".join(f"{child} " for child in children)) is not None


def text(above: etree._Element, path: str) -> str:
    """Return the text at a path, stripped; empty when nothing is there."""
    return (above.findtext(path) or "").strip()
