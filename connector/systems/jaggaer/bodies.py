"""From the flows' documents to what leaves on the wire: the tenant's wrappers, spelling, shapes and constants."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.systems.jaggaer import comparing, shapes, wrappers
from connector.systems.jaggaer.documents import address, numbers_restored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer.config import JaggaerConfig
    from connector.systems.jaggaer.names import Names

_ACCOUNTING = "accounting"
_DESCRIPTION = "ml-connector"


class Bodies:
    """Writes wire documents for one connection. Stored bodies have their numbers as digits."""

    def __init__(self, *, names: Names, config: JaggaerConfig) -> None:
        self._names, self._config = names, config

    def company(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """``{company: {operationCode, sendEMail, companyInfo}}`` (seen in code)."""
        return wrappers.wrapped(self._names("companies", "wrapper"), {**body, "companyInfo": self.company_info(body)})

    def company_info(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The profile itself, under the tenant's names."""
        return _renamed(body.get("companyInfo", {}), self._names.renames("companies", "body"))

    def account_value(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """One value of the tenant's accounting field (assumed)."""
        row = {self._names("account_values", "field"): self._config.account_field, **body}
        return wrappers.wrapped(self._names("account_values", "wrapper"), [row])

    def order(self, body: Mapping[str, Any], *, change: str | None = None) -> Any:  # noqa: ANN401 - JSON is anything
        """``{purchaseOrder: {header, lineList}}`` (assumed); ``change`` replaces the header's type."""
        restored = _restored(body)
        header = {**restored["header"], "type": change} if change else restored["header"]
        document = {
            **restored,
            "header": self._header("orders", header, currency=""),
            "lineList": {
                "purchaseOrderLine": [
                    self._line("orders", line) for line in wrappers.rows(restored, "lineList.purchaseOrderLine")
                ]
            },
        }
        return wrappers.wrapped(self._names("orders", "wrapper"), document)

    def invoice(self, document: Outgoing) -> dict[str, Any]:
        """The import message (seen in code) in the tenant's casing; its batch is named after our correlation id."""
        casing, body = self._config.invoice_casing, _restored(document.body)
        currency, _ = comparing.our_total(body)
        header = {
            **body["header"],
            **({"currency": currency} if self._names.maybe("invoices", "body", "currency") else {}),
        }
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return {
            "batchId": document.correlation_id,
            "batchInfo": {
                "batchNumber": document.correlation_id,
                "batchTimestamp": f"{now.isoformat(timespec='milliseconds')}Z",
                "batchDescription": _DESCRIPTION,
            },
            casing: {
                f"{casing}Header": self._header("invoices", header, currency=currency),
                f"{casing}LineList": {f"{casing}Line": [self._line("invoices", line) for line in body["lines"]]},
            },
        }

    def payment_status(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """``{invoicePaymentStatus: {...}}`` (assumed)."""
        shaped = self._shaped("payment_status", _restored(body), currency="")
        return wrappers.wrapped(self._names("payment_status", "wrapper"), shaped)

    def _header(self, entity: str, header: Mapping[str, Any], *, currency: str) -> dict[str, Any]:
        """Shaped, named, with the tenant's constants, and with the list of charges that are fees."""
        shapes_of, names = self._names.renames(entity, "shape"), self._names.renames(entity, "body")
        fees = [name for name, shape in shapes_of.items() if shape == shapes.ChargeShape.FEE and name in header]
        plain = {name: value for name, value in header.items() if name not in fees}
        named = _renamed(self._shaped(entity, plain, currency=currency), names)
        constants = self._names.renames(entity, "constants")
        named |= {place: address(code) for place, code in constants.items() if code}
        rows = [
            {self._names(entity, "fees", "name"): name, self._names(entity, "fees", "amount"): header[fee]}
            for fee in fees
            if (name := names.get(fee))
        ]
        return _placed(named, self._names(entity, "fees", "list"), rows) if rows else named

    def _line(self, entity: str, line: Mapping[str, Any]) -> dict[str, Any]:
        """Shaped and named; how accounting is written does not depend on the document."""
        accounting = self._accounting(line)
        others = {name: value for name, value in line.items() if name != _ACCOUNTING}
        named = _renamed(self._shaped(entity, others, currency=""), self._names.renames(entity, "line"))
        place = self._names.maybe("invoices", "line", _ACCOUNTING)
        return _placed(named, place, accounting) if accounting and place else named

    def _accounting(self, line: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """The codes of a line in the tenant's shape; nothing when it has none."""
        given = {str(entry["field"]): str(entry["value"]) for entry in line.get(_ACCOUNTING, ())}
        fields = [(name, given.get(ours, "")) for ours, name in self._config.accounting_fields().items() if name]
        if not any(code for _, code in fields):
            return None
        shape = self._names("invoices", "shape", _ACCOUNTING)
        return shapes.accounting(fields, line, shape=shape, names=self._names.renames("invoices", _ACCOUNTING))

    def _shaped(self, entity: str, fields: Mapping[str, Any], *, currency: str) -> dict[str, Any]:
        given = self._names.renames(entity, "shape")
        return {
            name: shapes.amount(value, currency=currency, shape=shape) if (shape := given.get(name)) else value
            for name, value in fields.items()
        }


def _restored(body: Mapping[str, Any]) -> dict[str, Any]:
    """With its numbers as numbers, before they get names that nobody knows to be numbers."""
    restored = numbers_restored(body)
    return restored if isinstance(restored, dict) else {}


def _renamed(body: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    """Give the fields the tenant's names, some of them places in objects; a field whose name is None is left out."""
    renamed: dict[str, Any] = {}
    for field, value in body.items():
        if (name := names.get(field, field)) is not None:
            _placed(renamed, name, value)
    return renamed


def _placed(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Put a value into a place, beside what is there."""
    *above, last = path.split(".")
    inner = body
    for step in above:
        inner[step] = {**inner.get(step, {})}
        inner = inner[step]
    inner[last] = value
    return body
