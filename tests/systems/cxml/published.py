"""The published DTDs of cXML, where they are, and random documents that are valid by them.

``CXML_DTDS`` names a folder with them, in it or below it; they are not part of this project.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_XML = "{http://www.w3.org/XML/1998/namespace}"
_MOST_ELEMENTS, _DEEP = 200, 7
_WORDS = {
    "currency": ("USD", "USD", "USD", "EUR"),
    "quantity": ("1", "2.5", "-3", "10.00", "0"),
    "conversionFactor": ("1", "0.1"),
    "percentageRate": ("8", "0"),
    "lineNumber": ("1", "2", "9"),
    "invoiceLineNumber": ("1", "2", "9"),
}


def dtd(name: str) -> Path | None:
    """The newest of this name; None where there is none."""
    folder = os.environ.get("CXML_DTDS", "")
    found = sorted(Path(folder).rglob(name)) if folder and Path(folder).is_dir() else []
    return found[-1] if found else None


class Documents:
    """Makes them."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.dtd, self._chance, self._made = etree.DTD(str(path)), chance, 0
        self._declared = {_name(one): one for one in self.dtd.iterelements()}

    def make(self, name: str, depth: int = 0) -> etree._Element:
        """An element with whatever may be in it."""
        self._made = self._made + 1 if depth else 1
        declared = self._declared[name]
        made = etree.Element(name if ":" not in name else f"{{urn:other}}{name.partition(':')[2]}")
        for attribute in declared.iterattributes():
            self._set(made, attribute)
        if declared.type in ("mixed", "any"):
            made.text = self._chance.choice(("12.34", "-5", "0") if name == "Money" else ("some", "", " a\n b "))
        elif declared.content is not None:
            made.extend(self.make(child, depth + 1) for child in self._children(declared.content, depth))
        return made

    def _set(self, made: etree._Element, attribute: etree._DTDAttributeDecl) -> None:
        needed, name = attribute.default == "required", str(attribute.name)
        if attribute.prefix == "xml":
            if needed:
                made.set(f"{_XML}{name}", "en")
        elif attribute.type in ("id", "idref", "idrefs"):
            if needed:
                made.set(name, f"i{self._chance.randrange(10**9)}")
        elif attribute.default != "fixed" and (needed or self._chance.random() < 0.35):
            made.set(name, self._value(attribute, name))

    def _value(self, attribute: etree._DTDAttributeDecl, name: str) -> str:
        if attribute.type == "enumeration":
            return self._chance.choice(attribute.values())
        if "date" in name.lower():
            return "2026-11-09T00:00:00+00:00"
        return self._chance.choice(_WORDS.get(name, ("x", "PO1", "1", "äöü")))

    def _children(self, content: etree._DTDElementContentDecl, depth: int) -> Iterator[str]:
        some = 0.0 if self._made > _MOST_ELEMENTS else max(0.02, 0.45 - depth * 0.06)
        more = int(self._chance.random() < some)
        times = {"once": 1, "opt": more, "mult": more * self._chance.choice((1, 2)), "plus": 1 + more}
        for _ in range(times[content.occur]):
            if content.type == "element":
                yield str(content.name)
            elif content.type == "seq":
                yield from self._children(content.left, depth)
                yield from self._children(content.right, depth)
            elif content.type == "or":
                choices = sorted(_choices(content), key=lambda one: one.type != "element")
                simple = depth > _DEEP or self._made > _MOST_ELEMENTS
                yield from self._children(choices[0] if simple else self._chance.choice(choices), depth)


def _choices(content: etree._DTDElementContentDecl) -> Iterator[etree._DTDElementContentDecl]:
    for one in (content.left, content.right):
        if one.type == "or" and one.occur == "once":
            yield from _choices(one)
        else:
            yield one


def _name(declared: etree._DTDElementDecl) -> str:
    return f"{declared.prefix}:{declared.name}" if declared.prefix else str(declared.name)
