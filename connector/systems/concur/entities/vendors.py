"""Vendors v3.1 (documented): a record is one address of a vendor, and its errors ride in StatusList inside HTTP 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from connector.domain.errors import AlreadyThere, SourceLies, Unanswered
from connector.domain.exchange import Found, Held, Written
from connector.reading import values
from connector.systems.concur import answers, comparing
from connector.systems.concur.documents import bodies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.client import ConcurClient, Reply
    from connector.systems.concur.names import Names

#: either was seen
LISTED = ("Vendor", "Items")
_MOST_A_PAGE = 1000
_MOST_PAGES = 1000


class Vendors:
    """Writes vendor records."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names

    def find(self, document: Outgoing) -> Found | None:
        """Ask by vendor code and address code."""
        there = self._there(document.body)
        if there is None:
            return None
        return Found(target_id=_id_of(there, document), difference=comparing.difference(document.body, there))

    def write(self, document: Outgoing) -> Written:
        """Create the record, or change the one that is there."""
        there = self._there(document.body)
        if there is not None and not comparing.difference(document.body, there):
            return Written(target_id=_id_of(there, document), answer=comparing.UNCHANGED)
        if there is None:
            try:
                return self._send("POST", document, {})
            except AlreadyThere:
                pass  # somebody was faster, or the search does not show it yet
        return self._send("PUT", document, there)

    def everything(self) -> Iterator[Held]:
        """Every vendor record: a search for nothing finds them all (documented)."""
        for row in self._searched({}):
            code, address = _key(row)
            known = bodies.vendor_key(vendor_code=code, address_code=address)
            shut = values.same_word(row.get("Approved"), "false")
            yield Held(names=(known,), label=values.line(row.get("VendorName")) or code, active=not shut)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        code, address = _key(document.body)
        return f"Look in Concur for vendor {code} with address code {address} (Invoice, Vendors)."

    def _send(self, method: str, document: Outgoing, there: Mapping[str, Any] | None) -> Written:
        body = {"Vendor": [comparing.to_send(document.body, there)]}
        reply = self._client.write(method, self._names("vendors", "path"), body)
        row = _row_of(reply, document.body)
        if row is None:
            raise Unanswered(
                f"{reply.where} did not say what became of vendor {document.key} (correlation id {reply.correlation}).",
                correlation=reply.correlation,
            )
        statuses = values.rows(row.get("StatusList"))
        errors = [_words(status) for status in statuses if _is_error(status)]
        if errors:
            said = f"{'; '.join(errors)} (correlation id {reply.correlation})"
            raise answers.refusal(said, names=self._names, correlation=reply.correlation)
        verb = "created" if method == "POST" else "changed"
        warned = "; ".join(_words(status) for status in statuses if "warn" in _type(status))
        answer = f"{verb}{f' with a warning: {warned}' if warned else ''} (correlation id {reply.correlation})"
        return Written(target_id=_id_of(row, document), answer=answer)

    def _there(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        wanted = _key(body)
        return next((row for row in self._listed(*wanted) if _key(row) == wanted), None)

    def _listed(self, code: str, address: str) -> Iterator[Mapping[str, Any]]:
        """What the search finds: it may not heed what was asked for."""
        return self._searched({"vendorCode": code, "addressCode": address, "searchType": "exact"})

    def _searched(self, wanted: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        params = {**wanted, "limit": str(_MOST_A_PAGE)}
        for _ in range(_MOST_PAGES):
            reply = self._client.get(self._names("vendors", "path"), params)
            yield from reply.rows(*LISTED)
            following = parse_qs(urlsplit(values.text(values.at(reply.body, "NextPage"))).query).get("offset", [""])[0]
            if not following or following == params.get("offset"):
                return
            params["offset"] = following
        raise SourceLies(f"Concur's list of vendors did not end after {_MOST_PAGES} pages.")


def _rows(reply: Reply) -> list[Mapping[str, Any]]:
    return values.rows(values.at(reply.body, "Vendor")) or values.rows(values.at(reply.body, "Items"))


def _row_of(reply: Reply, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    rows = _rows(reply)
    named = [row for row in rows if _key(row) == _key(body)]
    return next(iter(named or (rows if len(rows) == 1 else [])), None)


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return values.text(row.get("VendorCode")), values.text(row.get("AddressCode"))


def _id_of(row: Mapping[str, Any], document: Outgoing) -> str:
    return values.text(row.get("ID")) or document.key


def _type(status: Mapping[str, Any]) -> str:
    return values.text(status.get("Type")).lower()


def _is_error(status: Mapping[str, Any]) -> bool:
    """Type says it; without one a code other than 0 does. Neither list of codes is published."""
    kind = _type(status)
    if kind:
        return any(word in kind for word in ("error", "fail", "invalid", "reject"))
    return (values.whole(status.get("Code")) or 0) != 0


def _words(status: Mapping[str, Any]) -> str:
    said, code = values.line(status.get("Message")).rstrip("."), values.text(status.get("Code"))
    return f"{said or 'no reason given'}{f' ({code})' if code else ''}"
