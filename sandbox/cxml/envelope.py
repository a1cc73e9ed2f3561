"""Who sent a document, to whom, and in which mode."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from sandbox.cxml import grammar
from sandbox.cxml.wire import RefusedError, text

if TYPE_CHECKING:
    from sandbox.cxml.options import Options


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A document that was parsed. ``supplier`` is whom it is for: domain and identity."""

    root: etree._Element
    request: etree._Element
    payload: str
    supplier: tuple[str, str]

    @property
    def kind(self) -> str:
        """The name of what is asked for."""
        return str(self.request.tag)

    @property
    def fingerprint(self) -> str:
        """The same for the same content, whenever and in whatever spelling it was sent."""
        plain = etree.tostring(self.request, method="c14n")
        mode = self.root.find("Request")
        shown = "" if mode is None else mode.get("deploymentMode", "")
        return hashlib.sha256(plain + shown.encode()).hexdigest()


def opened(root: etree._Element, options: Options) -> Envelope:
    """Check the envelope: 401 for who is not the buyer, 400 for the wrong mode, 417 for an unknown supplier."""
    request = root.find("Request")
    asked = None if request is None else next(iter(request), None)
    if request is None or asked is None or root.find("Header") is None:
        grammar.check(root)
        raise RefusedError(406, "The document holds no Request.")
    _check_sender(root, options)
    buyer = (options.buyer_domain.lower(), options.buyer_identity)
    if buyer not in _credentials(root, "From"):
        raise RefusedError(401, f"From does not name the buyer {options.buyer_identity}.")
    if (mode := request.get("deploymentMode", "production")) != options.deployment_mode:
        raise RefusedError(400, f"This is the {options.deployment_mode} system; the document is for {mode}.")
    supplier = root.find("Header/To/Credential")
    if supplier is None:
        grammar.check(root)
        raise RefusedError(406, "The document is to nobody.")
    to = (supplier.get("domain", ""), text(supplier, "Identity"))
    if options.suppliers and ":".join(to) not in options.suppliers:
        raise RefusedError(417, f"There is no supplier {':'.join(to)}.")
    return Envelope(root=root, request=asked, payload=root.get("payloadID", ""), supplier=to)


def _check_sender(root: etree._Element, options: Options) -> None:
    expected = options.sender_identity or options.buyer_identity
    for credential in root.iterfind("Header/Sender/Credential"):
        same = text(credential, "Identity") == expected
        given = (credential.findtext("SharedSecret") or "").encode()
        if same and hmac.compare_digest(given, options.buyer_secret.encode()):
            return
    raise RefusedError(401, "Sender's credentials are not recognised.")


def _credentials(root: etree._Element, place: str) -> set[tuple[str, str]]:
    found = root.iterfind(f"Header/{place}/Credential")
    return {(one.get("domain", "").lower(), text(one, "Identity")) for one in found}
