"""``connection ping``: log in, and ask each path with a GET that changes nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, PermissionMissing, Refused, SourceLies, Transient
from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.ports import aloud
from connector.reading import values
from connector.systems.jaggaer import fiql, listing, wrappers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.ports import Heard
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.config import JaggaerConfig
    from connector.systems.jaggaer.names import Names

#: nobody's key: the filter is tried and next to nothing is answered
_NOBODY = "ml-connector-ping"


class Probe:
    """Looks at one path after the other."""

    def __init__(self, *, client: JaggaerClient, names: Names, config: JaggaerConfig) -> None:
        self._client, self._names, self._config = client, names, config

    def report(self, *, login: str, heard: Heard) -> PingReport:
        """Check every entity. Raises ConnectorError when the tenant cannot be reached or does not let us in."""
        began = time.monotonic()
        first = self._list("companies", fiql.equal((self._names.maybe("companies", "filter"), _NOBODY)))
        latency = (time.monotonic() - began) * 1000
        checks = aloud([first], heard) + aloud(self._others(), heard)
        return PingReport(system="jaggaer", login=login, checks=checks, latency_ms=round(latency, 1))

    def _others(self) -> Iterator[EntityCheck]:
        account = (self._names.maybe("account_values", "field_filter"), self._config.account_field)
        value = (self._names.maybe("account_values", "filter"), _NOBODY)
        supplier = (self._names.maybe("invoices", "supplier_filter"), _NOBODY)
        yield self._list("account_values", fiql.equal(account, value))
        yield self._list("orders", fiql.equal((self._names.maybe("orders", "filter"), _NOBODY)))
        yield self._list("invoices", fiql.equal(supplier))
        yield self._write_only("invoices", "import_path")
        yield self._write_only("payment_status", "path")

    def _list(self, entity: str, flt: str) -> EntityCheck:
        """A path that lists: its first page must make sense."""
        path = self._names(entity, "path")
        parameters = {self._names("parameters", "start"): "1"}
        if flt:
            parameters[self._names("parameters", "filter")] = flt
        verdict, said = Verdict.FOUND, ""
        try:
            body = self._client.get(path, parameters).body
            total = values.whole(body.get(self._names("envelope", "total")))
            if total and not wrappers.rows(body, self._names(entity, "list")):
                verdict = Verdict.MISSING
                said = f"It says that there are {total}, and lists none; set entities.{entity}.list to the list's key."
            else:
                listing.rows_of(body, names=self._names, entity=entity)
        except Refused as refusal:
            verdict = Verdict.UNCERTAIN
            said = (
                f"It is there and refuses our search: {refusal.message} Correct the filter names in entities.{entity}, "
            )
            said += "or set them to null: then everything is read and compared here."
        except (ConfigurationError, PermissionMissing, SourceLies, Transient) as error:
            verdict, said = _verdict(error), error.message
        return EntityCheck(entity=entity, path=path, verdict=verdict, detail=said or self._doubt(entity, "path"))

    def _write_only(self, entity: str, name: str) -> EntityCheck:
        """A path that only takes writes: anything but "not found" or "not allowed" shows that it is there."""
        path = self._names(entity, name)
        verdict, said = Verdict.FOUND, "It is there; whether it takes our documents shows with the first one."
        try:
            self._client.get(path)
        except Refused:
            # it may have been read as the id of an invoice; the methods it allows tell more, where they are told
            if "POST" not in (self._client.methods(path) or {"POST"}):
                verdict, said = Verdict.MISSING, f"It takes no writes; correct entities.{entity}.{name}."
        except ConfigurationError as error:
            if error.evidence.get("status") != _METHOD_NOT_ALLOWED:
                verdict, said = Verdict.MISSING, error.message
        except (PermissionMissing, SourceLies, Transient) as error:
            verdict, said = _verdict(error), error.message
        return EntityCheck(entity=entity, path=path, verdict=verdict, detail=said)

    def _doubt(self, entity: str, name: str) -> str:
        return "Our name for this path was assumed and holds." if self._names.assumed(entity, name) else ""


_METHOD_NOT_ALLOWED = 405


def _verdict(error: Exception) -> Verdict:
    match error:
        case PermissionMissing():
            return Verdict.NOT_PERMITTED
        case ConfigurationError():
            return Verdict.MISSING
        case _:
            return Verdict.UNCERTAIN
