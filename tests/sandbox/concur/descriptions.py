"""SAP's API descriptions, and just enough of JSON Schema to hold answers against them.

What a description says in words this reader does not know is a failure, so that nothing passes unread.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sap_files import FOLDER

METHODS = {"get", "post", "put", "patch", "delete"}
_SILENT = {"description", "example", "title", "xml", "deprecated", "readOnly"}
_READ = {"type", "properties", "required", "items", "enum", "format", "$ref", "additionalProperties"}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal),
    "boolean": (bool,),
}


@dataclass(frozen=True)
class Description:
    """One of SAP's files; ``prefix`` is what stands before its paths on the wire."""

    name: str
    prefix: str

    @property
    def whole(self) -> dict[str, Any]:
        text = (FOLDER / f"{self.name}.json").read_text()
        return json.loads(text)  # type: ignore[no-any-return]  # a description is an object

    def operations(self) -> list[tuple[str, str]]:
        """Every method and path template on the wire."""
        return [
            (method.upper(), self.prefix + path)
            for path, operations in self.whole["paths"].items()
            for method in operations
            if method in METHODS
        ]

    def problems(self, method: str, template: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer; an undescribed status is wrong."""
        responses = self.whole["paths"][template.removeprefix(self.prefix)][method.lower()]["responses"]
        if str(status) not in responses:
            return [f"status {status} is not described"]
        response = responses[str(status)]
        schema = response.get("schema") or next((one["schema"] for one in response.get("content", {}).values()), None)
        return [] if schema is None else list(self._differences(schema, body, "body"))

    def _differences(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        if unknown := set(schema) - _SILENT - _READ:
            return [f"{where}: the description uses {sorted(unknown)}, which nobody here reads"]
        if "$ref" in schema:
            return self._differences(self._named(schema["$ref"]), value, where)
        if "type" not in schema and "properties" in schema and isinstance(value, list):
            # Where SAP means a list of these it often writes one of them, and never says that it is an object.
            return [one for n, item in enumerate(value) for one in self._differences(schema, item, f"{where}[{n}]")]
        found = _simple_differences(schema, value, where)
        if isinstance(value, dict):
            found += [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
            for name, part in schema.get("properties", {}).items():
                if name in value:
                    found += self._differences(part, value[name], f"{where}.{name}")
        if isinstance(value, list):
            for n, item in enumerate(value):
                found += self._differences(schema.get("items", {}), item, f"{where}[{n}]")
        return found

    def _named(self, reference: str) -> dict[str, Any]:
        found: Any = self.whole
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return found  # type: ignore[no-any-return]  # a schema is an object


def _simple_differences(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{where} is {value!r}, not of type {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is {value!r}, not one of {schema['enum']}"]
    form = schema.get("format")
    if form == "uuid" and str(uuid.UUID(value)) != value:
        return [f"{where} is no UUID"]
    if form == "date-time":
        datetime.fromisoformat(value)
    if form is not None and not re.fullmatch("uuid|date-time|int32|int64|double", form):
        return [f"{where}: the description uses the format {form}, which nobody here reads"]
    return []


DESCRIPTIONS = (
    Description("FinancialIntegrationService.swagger2", "/financialintegration"),
    Description("Vendors.swagger2", "/api/v3.0"),
    Description("PurchaseOrders.swagger2", "/api/v3.0"),
    Description("PurchaseOrderReceipts.swagger2", "/api/v3.0"),
    Description("List.swagger2", ""),
    Description("ListItem.swagger2", ""),
    Description("ListItemBulk.swagger2", ""),
    Description("EventSubscriptionService.swagger", "/events"),
)
