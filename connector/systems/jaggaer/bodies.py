"""From the flows' documents to what leaves on the wire: wrappers, the tenant's spelling and the tenant's names."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.systems.jaggaer import values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer.config import JaggaerConfig
    from connector.systems.jaggaer.names import Names

_ACCOUNTING = "accounting"
_DESCRIPTION = "ml-connector"


class Bodies:
    """Writes wire documents for one connection."""

    def __init__(self, *, names: Names, config: JaggaerConfig) -> None:
        self._names, self._config = names, config

    def company(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """``{company: {operationCode, sendEMail, companyInfo}}`` (seen in code)."""
        info = _renamed(body.get("companyInfo", {}), self._names.renames("companies", "body"))
        return values.wrapped(self._names("companies", "wrapper"), {**body, "companyInfo": info})

    def account_value(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """One value of the tenant's accounting field (assumed)."""
        row = {self._names("account_values", "field"): self._config.account_field, **body}
        return values.wrapped(self._names("account_values", "wrapper"), [row])

    def order(self, body: Mapping[str, Any], *, change: str | None = None) -> Any:  # noqa: ANN401 - JSON is anything
        """``{purchaseOrder: {header, lineList}}`` (assumed); ``change`` replaces the header's type."""
        header = {**body["header"], "type": change} if change else body["header"]
        accounting = self._names.maybe("invoices", "line", _ACCOUNTING)
        lines = [
            _renamed(self._with_accounting(line), {_ACCOUNTING: accounting})
            for line in values.rows(body, "lineList.purchaseOrderLine")
        ]
        document = {**body, "header": header, "lineList": {"purchaseOrderLine": lines}}
        return values.wrapped(self._names("orders", "wrapper"), document)

    def invoice(self, document: Outgoing) -> dict[str, Any]:
        """The import message (seen in code) in the tenant's casing; its batch is named after our correlation id."""
        casing = self._config.invoice_casing
        header = _renamed(document.body["header"], self._names.renames("invoices", "body"))
        lines = [
            _renamed(self._with_accounting(line), self._names.renames("invoices", "line"))
            for line in document.body["lines"]
        ]
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return {
            "batchId": document.correlation_id,
            "batchInfo": {
                "batchNumber": document.correlation_id,
                "batchTimestamp": f"{now.isoformat(timespec='milliseconds')}Z",
                "batchDescription": _DESCRIPTION,
            },
            casing: {f"{casing}Header": header, f"{casing}LineList": {f"{casing}Line": lines}},
        }

    def payment_status(self, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is anything
        """``{invoicePaymentStatus: {...}}`` (assumed)."""
        return values.wrapped(self._names("payment_status", "wrapper"), dict(body))

    def _with_accounting(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Turn neutral accounting into splittable custom fields: their nesting was seen where invoices are read."""
        fields = _accounting(line.get(_ACCOUNTING, ()), self._config)
        others = {name: value for name, value in line.items() if name != _ACCOUNTING}
        if not fields:
            return others
        index = {"customFieldValueList": {"customFieldValue": fields}}
        index_set = {"context": "Line", "splittableFieldIndexList": {"splittableFieldIndex": [index]}}
        return {**others, _ACCOUNTING: {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}}


def _accounting(entries: Sequence[Mapping[str, Any]], config: JaggaerConfig) -> list[dict[str, Any]]:
    named = ((config.accounting_field(str(entry["field"])), entry["value"]) for entry in entries)
    return [{"internalName": name, "value": value} for name, value in named if name]


def _renamed(body: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    """Give the fields the tenant's names; a field whose name is None is left out."""
    fields = ((names.get(field, field), value) for field, value in body.items())
    return {name: value for name, value in fields if name is not None}
