"""Values of the tenant's accounting fields (module Indirect). Path and body are assumed: nothing public shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.fiql import FilterError, parse, passes
from sandbox.jaggaer.listing import ji, ji_refusal, page
from sandbox.jaggaer.shape import Node, RefusedError
from sandbox.jaggaer.tenant import FieldValue, Tenant
from sandbox.jaggaer.wire import NotJsonError, answer, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.jaggaer.options import Options

ENTITY: Final = "account_values"
_FILTERS: Final = frozenset({"internalname", "value", "active"})


@dataclass(frozen=True, kw_only=True)
class FieldValues:
    """Reads and writes the values that lines may be coded to."""

    tenant: Tenant
    options: Callable[[], Options]

    async def read(self, request: Request) -> Response:
        """Return GET customfieldvalues with its start and flt."""
        try:
            terms = parse(request.query_params.get("flt", ""), fields=_FILTERS)
            found = [one for one in self.tenant.field_values.values() if passes(terms, _filterable(one))]
            counters, rows = page(request, self.options(), found, write=_row)
        except (FilterError, RefusedError) as refusal:
            return ji_refusal(refusal)
        return ji({**counters, "customFieldValueList": {"customFieldValue": rows} if rows else {}})

    async def write(self, request: Request) -> Response:
        """Return POST customfieldvalues: create or change values; one bad value refuses the whole message."""
        try:
            body = Node(await read(request), "the message")
        except NotJsonError as problem:
            return answer({"returnCode": 2, "returnMessage": str(problem)}, status=400)
        values: list[FieldValue] = []
        keys: list[str] = []
        try:
            body.only("customFieldValueList")
            rows = body.rows("customFieldValueList", "customFieldValue")
            keys = [row.text("value") for row in rows]
            values = self._values(rows)
        except RefusedError as refusal:
            for key in keys:
                self.tenant.journal.record(entity=ENTITY, key=key, outcome="refused")
            return ji_refusal(refusal)
        for value in values:
            known = (value.field, value.value) in self.tenant.field_values
            self.tenant.field_values[value.field, value.value] = value
            self.tenant.journal.record(entity=ENTITY, key=self.key(value), outcome="updated" if known else "created")
        return ji({})

    def key(self, value: FieldValue) -> str:
        """The natural key: the account itself; values of the other fields carry their field's name."""
        return value.value if value.field == self.options().account_field else f"{value.field}|{value.value}"

    def _values(self, rows: tuple[Node, ...]) -> list[FieldValue]:
        if not rows:
            raise RefusedError("the message has no customFieldValue.")
        return [self._value(row) for row in rows]

    def _value(self, row: Node) -> FieldValue:
        row.only("internalName", "value", "description", "active")
        name = row.text("internalName")
        if name not in self.options().accounting_fields:
            raise RefusedError(f"this tenant has no custom field with internalName {name}.")
        return FieldValue(
            field=name,
            value=row.text("value"),
            description=row.maybe_text("description") or "",
            active=row.flag("active"),
        )


def _row(value: FieldValue) -> dict[str, str]:
    row = {"internalName": value.field, "value": value.value, "active": "true" if value.active else "false"}
    return {**row, "description": value.description} if value.description else row


def _filterable(value: FieldValue) -> dict[str, str | None]:
    return {"internalname": value.field, "value": value.value, "active": "true" if value.active else "false"}
