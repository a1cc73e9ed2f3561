"""Messages as JAGGAER Indirect takes them: a header that says who sends, then the records."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.reading import values
from connector.systems.jaggaer_xml import places
from connector.systems.jaggaer_xml.places import Text
from connector.xml.writing import document, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig
    from connector.systems.jaggaer_xml.names import Names

_HEADER = ("message_id", "timestamp", "identity", "shared_secret")


class Messages:
    """Writes the messages of one connection."""

    def __init__(self, *, names: Names, config: JaggaerXmlConfig, secret: str) -> None:
        self._names, self._config, self._secret = names, config, secret

    def message(self, section: str, records: Iterable[etree._Element], *, message_id: str) -> bytes:
        """Return a message with these records."""
        names, message = self._names, self._names(section, "message")
        root = element(message, self._header(message_id), version=names(section, "version"))
        request = names.renames(section).get("request")
        for record in records:
            if request:
                places.inside(root, request).append(record)
            else:
                root.append(record)
        dtd = names.maybe(section, "dtd")
        written = f'<!DOCTYPE {message} SYSTEM "{self._config.base_url}/{dtd}">' if dtd else ""
        return document(root, doctype=written)

    def _header(self, message_id: str) -> etree._Element:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        given = dict(zip(_HEADER, (message_id, now, self._config.identity, self._secret), strict=True))
        header = element(self._names("header", "element"))
        places.fill(header, {name: self._names("header", name) for name in _HEADER}, given)
        return header

    def money(self, amount: object, currency: str) -> Text:
        """Return an amount with its currency."""
        return Text(text=digits(amount), attributes={self._names("money", "currency"): currency})


def digits(number: object) -> str:
    """Return the digits of a stored number."""
    return format(Decimal(str(number)), "f")


def day(moment: object) -> str:
    """Return the day of a stored moment; empty when there is none."""
    return values.text(moment)[:10]


def text(body: Mapping[str, object], *path: str) -> str:
    """Return the text at a place in a stored body; empty when there is none."""
    return values.text(values.at(body, ".".join(path)))
