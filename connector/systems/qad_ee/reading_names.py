"""The names of what is read: the elements of an entity, and the questions it is asked by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.reading import names as tenant
from connector.systems.qad.adaptive.names import Entity as Listed
from connector.systems.qad.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping

#: a column that no element fills: which of several objects it is
KIND = "@kind"
#: where a value is filled in
_PLACES = re.compile(r"\{([a-z_]+)\}")
#: what is filled in whatever is asked for
_KNOWN = ("domain", "entity")


@dataclass(frozen=True, kw_only=True)
class Object:
    """One kind of business object, and the entity it is a document of."""

    #: the class or dataset around it, by which what is pushed is known
    dataset: str
    #: the element that is one document, or one line of it with the head repeated
    record: str
    #: the elements inside it that are its lines; empty where it is one line itself
    line: str
    #: the entity as rows are read: columns are elements, those of lines with the path of the line before them
    listed: Listed
    #: under which name it waits in the inbox
    topic: str = ""
    kind: str = ""


Objects = dict[str, Object]


@dataclass(frozen=True, kw_only=True)
class Query:
    """How the Query Service is asked for an entity."""

    profile: str
    #: columns of the primary table to filter by
    key: str | None
    modified: str | None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A question of the site's own: a query QDoc, or an operation of its WSA."""

    #: API or operation
    name: str
    parts: Mapping[str, str]
    #: element -> value, in which {domain}, {entity}, {key}, {since} and the fields of a search are filled in
    parameters: Mapping[str, str]
    #: it gives no more than so many rows
    most_rows: int | None

    def filled(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return the parameters with their values; what is not known now is empty."""
        return {element: _filled(value, values) for element, value in self.parameters.items()}

    def asks_by(self, field: str) -> bool:
        """Whether it can be asked for a value of this field alone: one that needs another as well would be left out."""
        named = (set(_PLACES.findall(value)) for value in self.parameters.values())
        return any(field in names and names <= {*_KNOWN, field} for names in named)


def _filled(value: str, values: Mapping[str, str]) -> str:
    """Fill in what is known; empty where something is not. What is filled in may have braces of its own."""
    named = _PLACES.findall(value)
    if any(name not in values for name in named):
        return ""
    return _PLACES.sub(lambda found: values[found[1]], value)


def in_objects(entity: str, tree: Mapping[str, Any], where: str) -> Objects:
    """Return the objects of an entity; raises ConfigurationError."""
    found = {kind: _object(entity, kind, parts, f"{where}.{kind}") for kind, parts in tree.items() if parts is not None}
    if not found:
        raise ConfigurationError(f"{where} needs at least one object.")
    return found


def _object(entity: str, kind: str, tree: object, where: str) -> Object:
    shape = SHAPES[entity]
    parts = section(tree, where)
    dataset, record, line = (leaf(parts.get(part), f"{where}.{part}") for part in ("dataset", "record", "line"))
    if record is None or dataset is None:
        absent = "record" if record is None else "dataset"
        raise ConfigurationError(f"{where}.{absent} cannot be left out; write the name of this site.")
    fields = named(parts.get("fields"), f"{where}.fields")
    if "kind" in shape.key_parts:
        fields.setdefault("kind", KIND)
    for part in shape.key_parts or (shape.key,):
        if part not in fields:
            raise ConfigurationError(f"{where}.fields.{part} names the key of {entity} and cannot be left out.")
    for ours, why in shape.needed.items():
        if ours not in fields:
            raise ConfigurationError(f"{where}.fields.{ours} cannot be left out: {why}.")
    lines = named(parts["lines"], f"{where}.lines") if "lines" in parts else {}
    before = f"{line}/" if line else ""
    listed = Listed(
        name=entity,
        shape=shape,
        browse="",
        basis=tenant.basis_of(parts["record"]),
        bdoc=None,
        children=line,
        modified_operator=None,
        fields=fields,
        lines={ours: f"{before}{name}" for ours, name in lines.items()},
        detail=None,
    )
    return Object(dataset=dataset, record=record, line=line or "", listed=listed, kind=kind)


def query(tree: object, where: str) -> Query | None:
    """Return how the Query Service is asked; None where it cannot be."""
    if tree is None:
        return None
    parts = section(tree, where)
    profile = leaf(parts.get("profile"), f"{where}.profile")
    if profile is None:
        return None
    return Query(
        profile=profile,
        key=leaf(parts.get("key"), f"{where}.key"),
        modified=leaf(parts.get("modified"), f"{where}.modified"),
    )


def operation(tree: object, where: str, kind: str) -> Operation | None:
    """Return a question of the site's own; None where the connection describes none."""
    if tree is None:
        return None
    parts = section(tree, where)
    most, given = parts.get("most_rows"), parts.get("parameters") or {}
    texts = {part: leaf(parts[part], f"{where}.{part}") for part in parts if part not in ("most_rows", "parameters")}
    name = texts.pop(kind)
    if name is None:
        return None
    if not isinstance(given, dict) or not all(isinstance(value, str | int) for value in given.values()):
        raise ConfigurationError(f"{where}.parameters must hold `element: value` lines.")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        raise ConfigurationError(f"{where}.most_rows must be a whole number of at least 1.")
    return Operation(
        name=name,
        parts={part: text for part, text in texts.items() if text is not None},
        parameters={str(element): str(value) for element, value in given.items()},
        most_rows=most,
    )


def section(tree: object, where: str) -> Mapping[str, Any]:
    """Return a part of the names that has keys; raises ConfigurationError."""
    if not isinstance(tree, dict):
        raise ConfigurationError(f"{where} cannot be left out; write only what differs in it.")
    return tree


def leaf(value: object, where: str) -> str | None:
    """Return a name, or None where it is left out; raises ConfigurationError."""
    if value is None:
        return None
    name = tenant.name_of(value)
    if name is None or not name.strip() or not name.isprintable():
        raise ConfigurationError(f"{where} must be a name as text, or null to leave it out.")
    return name.strip()


def named(tree: object, where: str) -> dict[str, str]:
    """Return the names of a section that are not left out."""
    found = {ours: leaf(value, f"{where}.{ours}") for ours, value in section(tree, where).items()}
    return {ours: name for ours, name in found.items() if name is not None}
