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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.financial import FinancialIntegration
    from connector.systems.concur.names import Names

#: nobody's key: next to nothing is answered
_NOBODY = "ml-connector-ping"
_METHOD_NOT_ALLOWED = 405


class Probe:
    """Looks at one path after the other."""

    def __init__(self, *, client: ConcurClient, service: FinancialIntegration, names: Names) -> None:
        self._client, self._service, self._names = client, service, names

    def report(self, *, login: str) -> PingReport:
        """Check every entity. Raises ConnectorError when Concur cannot be reached or does not let us in."""
        began = time.monotonic()
        checks = [
            self._asked(entity, path, {"page": "0", "limit": "1"}) for entity, path in self._service.paths().items()
        ]
        latency = (time.monotonic() - began) * 1000 / len(checks)
        orders = self._names("purchase_orders", "single", order=_NOBODY)
        receipts = {"purchaseOrderNumber": _NOBODY, "goodsReceiptNumber": _NOBODY}
        checks += [
            self._asked("vendors", self._names("vendors", "path"), {"limit": "1"}),
            *self._lists(),
            self._asked("purchase_orders", orders, {}, nothing_there=True),
            self._asked("receipts", self._names("receipts", "path"), receipts, nothing_there=True),
            self._write_only("payment_confirmations", self._service.payment_path()),
        ]
        return PingReport(system="concur", login=login, checks=tuple(checks), latency_ms=round(latency, 1))

    def _lists(self) -> list[EntityCheck]:
        known = self._names.lists()
        if not known:
            path = self._names("list_items", "lists_path")
            check = self._asked("list_items", path, {"page": "1"})
            if check.verdict is not Verdict.FOUND:
                return [check]
            said = "No list is set; write ids into entities.list_items.lists before cost objects are sent."
            return [EntityCheck(entity="list_items", path=path, verdict=Verdict.FOUND, detail=said)]
        return [
            self._asked("list_items", self._names("list_items", "children", list=found), {"page": "1"})
            for found in known.values()
        ]

    def _asked(self, entity: str, path: str, params: Mapping[str, str], *, nothing_there: bool = False) -> EntityCheck:
        """A path that answers; with ``nothing_there`` "I have none" is the answer we look for."""

        def ask() -> str:
            try:
                self._client.get(path, params)
            except Refused:
                if not nothing_there:
                    raise
            return ""

        return _checked(entity, path, ask)

    def _write_only(self, entity: str, path: str) -> EntityCheck:
        """A path that only takes writes: "not allowed" shows that it is there."""

        def ask() -> str:
            try:
                self._client.get(path)
            except (ConfigurationError, Refused) as error:
                if error.evidence.get("status") != _METHOD_NOT_ALLOWED:
                    raise
            return "It is there; whether it takes our payments shows with the first one."

        return _checked(entity, path, ask)


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
