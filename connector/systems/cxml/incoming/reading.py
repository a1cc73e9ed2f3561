"""Single values of a document, as a payload has them: texts, never trusted here; ``parse`` says what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connector.xml.reading import child, text

if TYPE_CHECKING:
    from lxml import etree

_PLAIN = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?", re.ASCII)


def attribute(element: etree._Element | None, name: str) -> str:
    """An attribute; empty where it is not there."""
    return "" if element is None else (element.get(name) or "").strip()


def switched(element: etree._Element | None, name: str) -> bool:
    """A flag of the DTD: only yes may stand there."""
    return attribute(element, name).lower() == "yes"


def number(written: str) -> str:
    """A number in one spelling, so that 10.00 and 10 make one document; what is none stays as it came."""
    written = written.strip()
    if not _PLAIN.fullmatch(written):
        return written
    sign, digits = ("-", written[1:]) if written.startswith("-") else ("", written.removeprefix("+"))
    whole, _, decimals = digits.partition(".")
    plain = (whole.lstrip("0") or "0") + (f".{rest}" if (rest := decimals.rstrip("0")) else "")
    return plain if plain == "0" else sign + plain


class Amounts:
    """Reads amounts, and remembers their currencies."""

    def __init__(self) -> None:
        self.currencies: dict[str, None] = {}

    def of(self, parent: etree._Element | None, path: str) -> str | None:
        """The Money in a child; None where there is none."""
        found = parent
        for name in (*filter(None, path.split("/")), "Money"):
            found = only(found, name)
        if found is None:
            return None
        self.currencies[attribute(found, "currency").upper()] = None
        return number(text(found))


def only(parent: etree._Element | None, name: str) -> etree._Element | None:
    """The one child of this name; raises NotReadable when it is there twice."""
    return None if parent is None else child(parent, name)
