"""The envelope of a message: who sends it, for whom, what for, and the one document in it.

Only what stands where the DTD has it counts, and each of it once: a second Header, Sender or Request is refused,
because nobody could tell which one was checked. A DOCTYPE says nothing: messages come under any (seen in code).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.systems.cxml.documents import identity
from connector.xml.reading import NotReadable, child, children, local, namespace, parse, text

if TYPE_CHECKING:
    from lxml import etree

LONGEST_ID = 500


@dataclass(frozen=True, kw_only=True)
class Credential:
    """Who somebody is, and what they show for it."""

    domain: str
    identity: str
    #: None where there is none, or another proof in its place
    secret: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return identity.spelled(self.domain, self.identity)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A message, apart from what is asked in it."""

    payload_id: str
    timestamp: dt.datetime | None
    from_: tuple[Credential, ...]
    to: tuple[Credential, ...]
    sender: tuple[Credential, ...]
    mode: str
    #: InvoiceDetailRequest, for instance
    request: etree._Element


def opened(body: bytes, *, charset: str = "", most_bytes: int) -> etree._Element:
    """Return the cXML element; raises NotReadable."""
    root = parse(body, charset=charset, most_bytes=most_bytes)
    if local(root) != "cXML" or namespace(root):
        raise NotReadable("is no cXML: its root is another element")
    return root


def payload_id(root: etree._Element) -> str:
    """The id of a message; raises NotReadable."""
    found = (root.get("payloadID") or "").strip()
    if not found or len(found) > LONGEST_ID or not found.isprintable():
        raise NotReadable("has no payloadID that can be kept")
    return found


def read(root: etree._Element) -> Envelope:
    """Take the message apart; raises NotReadable."""
    header = _the("Header", root)
    request = _the("Request", root)
    asked = [one for one in request if isinstance(one.tag, str)]
    if len(asked) != 1 or namespace(asked[0]):
        raise NotReadable("has a Request with something else than one document in it")
    return Envelope(
        payload_id=payload_id(root),
        timestamp=moment(root.get("timestamp") or ""),
        from_=_credentials(_the("From", header)),
        to=_credentials(_the("To", header)),
        sender=_credentials(_the("Sender", header)),
        mode=(request.get("deploymentMode") or "production").strip(),
        request=asked[0],
    )


def moment(written: str) -> dt.datetime | None:
    """Read a moment; None where it is none. One that names no zone is taken as UTC."""
    try:
        found = dt.datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    try:
        return found.astimezone(dt.UTC)
    except OverflowError:
        return None


def _the(name: str, parent: etree._Element) -> etree._Element:
    found = child(parent, name)
    if found is None:
        raise NotReadable(f"has no {name} where one must be")
    return found


def _credentials(party: etree._Element) -> tuple[Credential, ...]:
    found = [
        Credential(
            domain=(one.get("domain") or "").strip(),
            identity=text(child(one, "Identity")),
            secret=None if (secret := child(one, "SharedSecret")) is None else text(secret),
        )
        for one in children(party, "Credential")
    ]
    if not found or not all(one.domain and one.identity for one in found):
        raise NotReadable(f"has a {local(party)} without a Credential that has a domain and an Identity")
    return tuple(found)
