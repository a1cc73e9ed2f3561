"""SAP's own descriptions of its services, and what they say about a request of ours.

The descriptions need reading with care: a list of vendors is described as a single one, the bodies of confirmations are
not described at all, and vendors are described as v3.0 where v3.1 has the same shape.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.sap_files import FOLDER

#: file -> what stands before its paths where we call it
FILES = {
    "FinancialIntegrationService.swagger2.json": "/financialintegration",
    "Vendors.swagger2.json": "/api/v3.1",
    "List.swagger2.json": "",
    "ListItem.swagger2.json": "",
    "ListItemBulk.swagger2.json": "",
    "PurchaseOrders.swagger2.json": "/api/v3.0",
    "PurchaseOrderReceipts.swagger2.json": "/api/v3.0",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request as it left."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path, as SAP describes it."""

    method: str
    pattern: re.Pattern[str]
    parameters: list[dict[str, Any]]
    body: dict[str, Any] | None
    document: dict[str, Any]

    def complaints(self, sent: Sent) -> list[str]:
        """Everything about the request that is not as described."""
        described = {(one["in"], one["name"].lower()): one for one in self.parameters if one["in"] != "body"}
        found = [f"{name} is no parameter" for name in sent.params if ("query", name.lower()) not in described]
        place = self.pattern.fullmatch(sent.path)
        values = {("query", name.lower()): value for name, value in sent.params.items()}
        values |= {("header", name.lower()): value for name, value in sent.headers.items()}
        values |= {("path", name.lower()): value for name, value in (place.groupdict() if place else {}).items()}
        for key, one in described.items():
            if key in values:
                found += self._parameter(one, values[key])
            elif one.get("required") and not self._misplaced(one):
                found.append(f"{one['name']} is required")
        if self.body is not None:
            found += self._schema(self.body, sent.body, "body")
        return found

    def _misplaced(self, parameter: dict[str, Any]) -> bool:
        """A body described a second time as if it were a parameter."""
        return parameter["in"] == "query" and "$ref" in parameter.get("schema", {})

    def _parameter(self, one: dict[str, Any], value: str) -> list[str]:
        schema = one.get("schema", one)
        if "enum" in schema and value not in schema["enum"]:
            return [f"{one['name']} is one of {schema['enum']}, not {value!r}"]
        if schema.get("type") == "integer" and not value.isdecimal():
            return [f"{one['name']} is a whole number, not {value!r}"]
        return [f"{one['name']} is a UUID, not {value!r}"] if not _fits(schema, value) else []

    def _schema(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        schema = self._followed(schema)
        if isinstance(value, list) and "properties" in schema:
            return [
                said for number, one in enumerate(value) for said in self._schema(schema, one, f"{where}[{number}]")
            ]
        kind = schema.get("type", "object" if "properties" in schema else None)
        right = _TYPES.get(kind or "", (object,))
        if not isinstance(value, right) or (isinstance(value, bool) and kind in ("integer", "number")):
            return [f"{where} is a {kind}, not {value!r}"]
        found = [] if _fits(schema, value) else [f"{where} is a UUID, not {value!r}"]
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{where} is one of {schema['enum']}, not {value!r}")
        if kind == "array":
            found += [said for one in value for said in self._schema(schema.get("items", {}), one, f"{where}[]")]
        if kind == "object":
            known = schema.get("properties", {})
            found += [f"{where}.{name} is required" for name in schema.get("required", ()) if name not in value]
            found += [f"{where}.{name} does not exist" for name in value if known and name not in known]
            for name in value.keys() & known.keys():
                found += self._schema(known[name], value[name], f"{where}.{name}")
        return found

    def _followed(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema


def _fits(schema: dict[str, Any], value: Any) -> bool:
    if schema.get("format") != "uuid" or not isinstance(value, str):
        return True
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def operations() -> list[Operation]:
    """Every operation of the descriptions that are about what we call."""
    found = []
    for name, prefix in FILES.items():
        document = json.loads((FOLDER / name).read_text("utf-8"))
        for path, methods in document["paths"].items():
            escaped = re.escape(prefix + path).replace(r"\{", "{").replace(r"\}", "}")
            pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", escaped))
            for method, described in methods.items():
                parameters = described.get("parameters", [])
                bodies = [one["schema"] for one in parameters if one["in"] == "body"]
                content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
                found.append(
                    Operation(
                        method=method.upper(),
                        pattern=pattern,
                        parameters=parameters,
                        body=next(iter(bodies), content.get("schema")),
                        document=document,
                    )
                )
    return found
