"""``connection ping``: log in, and ask each path with a GET that changes nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connector.domain.errors import (
    ConfigurationError,
    ConnectorError,
    PermissionMissing,
    Refused,
    SourceLies,
    Transient,
)
from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.ports import aloud
from connector.reading import values
from connector.systems.concur.entities import purchase_orders, receipts, vendors
from connector.systems.concur.financial import documents_in
from connector.systems.concur.ping_lists import ListsProbe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.ports import Heard
    from connector.systems.concur.client import ConcurClient, Reply
    from connector.systems.concur.financial import FinancialIntegration
    from connector.systems.concur.names import Names

#: nobody's key: next to nothing is answered
_NOBODY = "ml-connector-ping"
_METHOD_NOT_ALLOWED = 405


class Probe:
    """Looks at one path after the other."""

    def __init__(self, *, client: ConcurClient, service: FinancialIntegration, names: Names) -> None:
        self._client, self._service, self._names = client, service, names

    def report(self, *, login: str, heard: Heard) -> PingReport:
        """Check every entity. Raises ConnectorError when Concur cannot be reached or does not let us in."""
        began = time.monotonic()
        documents = aloud(self._documents(), heard)
        latency = (time.monotonic() - began) * 1000 / len(documents)
        checks = (*documents, *aloud(self._others(), heard))
        return PingReport(system="concur", login=login, checks=checks, latency_ms=round(latency, 1))

    def _documents(self) -> Iterator[EntityCheck]:
        for entity, path in self._service.paths().items():
            yield self._asked(entity, path, {"page": "0", "limit": "1"}, documents_in)

    def _others(self) -> Iterator[EntityCheck]:
        orders = self._names("purchase_orders", "single", order=_NOBODY)
        receipt = {"purchaseOrderNumber": _NOBODY, "goodsReceiptNumber": _NOBODY}
        yield self._asked("vendors", self._names("vendors", "path"), {"limit": "1"}, _listing(*vendors.LISTED))
        yield from ListsProbe(client=self._client, names=self._names, checked=_checked).report()
        yield self._asked("purchase_orders", orders, {}, _order, nothing_there=True)
        yield self._asked(
            "receipts",
            self._names("receipts", "path"),
            receipt,
            _listing(receipts.LISTED),
            nothing_there=True,
        )
        yield self._write_only("payment_confirmations", self._service.payment_path())

    def _asked(
        self,
        entity: str,
        path: str,
        params: Mapping[str, str],
        understand: Callable[[Reply], object],
        *,
        nothing_there: bool = False,
    ) -> EntityCheck:
        """A path whose answer we understand; with ``nothing_there`` "I have none" is the answer we look for."""

        def ask() -> str:
            try:
                understand(self._client.get(path, params))
            except Refused:
                if not nothing_there:
                    raise
            return ""

        return _checked(entity, path, ask)

    def _write_only(self, entity: str, path: str) -> EntityCheck:
        """A path that only takes writes: "not allowed" shows that it is there."""

        def ask() -> str:
            try:
                reply = self._client.get(path)
            except (ConfigurationError, Refused) as error:
                if error.evidence.get("status") != _METHOD_NOT_ALLOWED:
                    raise
            else:
                raise reply.no_answer("a read, which no path does that only takes writes")
            return "It is there; whether it takes our payments shows with the first one."

        return _checked(entity, path, ask)


def _listing(*names: str) -> Callable[[Reply], object]:
    return lambda reply: reply.rows(*names)


def _order(reply: Reply) -> None:
    if not values.text(values.at(reply.body, purchase_orders.NUMBER)):
        raise reply.no_answer(f"without a {purchase_orders.NUMBER}")


def _checked(entity: str, path: str, ask: Callable[[], str]) -> EntityCheck:
    verdict = Verdict.FOUND
    try:
        said = ask()
    except (ConfigurationError, PermissionMissing, Refused, SourceLies, Transient) as error:
        verdict, said = _verdict(error), error.message
    return EntityCheck(entity=entity, path=path, verdict=verdict, detail=said)


def _verdict(error: ConnectorError) -> Verdict:
    match error:
        case PermissionMissing():
            return Verdict.NOT_PERMITTED
        case ConfigurationError():
            return Verdict.MISSING
        case Refused() if error.evidence.get("status") in (_NOT_FOUND, _GONE):
            return Verdict.MISSING
        case _:
            return Verdict.UNCERTAIN


_NOT_FOUND, _GONE = 404, 410
