"""Where values stand in a message.

``Supplier/SupplierNumber``, ``Address[type=remitto]/City``, ``Requestor/UserProfile/@username``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connector.xml.writing import element

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

_NAME: Final = r"[A-Za-z_][\w.-]*"
_STEP: Final = rf"{_NAME}(?:\[{_NAME}=[^\[\]/]+\])*"
PLACE: Final = re.compile(rf"(?:{_STEP}/)*(?:{_STEP}|@{_NAME})", re.ASCII)
_GIVEN: Final = re.compile(rf"\[({_NAME})=([^\[\]/]+)\]", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text with the attributes of the element it stands in."""

    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def fill(above: etree._Element, places: Mapping[str, str | None], given: Mapping[str, str | Text | None]) -> None:
    """Write what there is into its places, in the order of the places; an empty text is nothing."""
    for name, place in places.items():
        value = given.get(name)
        if place and value:
            put(above, place, value if isinstance(value, Text) else Text(text=value))


def put(above: etree._Element, place: str, value: Text) -> None:
    """Write one value; elements on its way that stand last already are not made again."""
    *steps, last = place.split("/")
    for step in steps:
        above = _inside(above, step)
    if last.startswith("@"):
        above.attrib.update(element("x", **{last[1:]: value.text}).attrib)
    else:
        name, attributes = _read(last)
        above.append(element(name, value.text, **{**attributes, **value.attributes}))


def inside(above: etree._Element, place: str) -> etree._Element:
    """Return the element at a place; elements on its way that stand last already are not made again."""
    for step in place.split("/"):
        above = _inside(above, step)
    return above


def made(place: str) -> etree._Element:
    """Return an empty element, with the attributes that its name has in brackets."""
    name, attributes = _read(place)
    return element(name, **attributes)


def _inside(above: etree._Element, step: str) -> etree._Element:
    name, attributes = _read(step)
    last = above[-1] if len(above) else None
    if last is not None and last.tag == name and all(last.get(key) == text for key, text in attributes.items()):
        return last
    inner = element(name, **attributes)
    above.append(inner)
    return inner


def _read(step: str) -> tuple[str, dict[str, str]]:
    return step.partition("[")[0], dict(_GIVEN.findall(step))
