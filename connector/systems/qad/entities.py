"""The names of paths, browses and columns: our ``entities.yaml`` with what a connection overrides merged into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from connector.domain.errors import ConfigurationError, UnknownName
from connector.systems.qad.overriding import merged
from connector.systems.qad.shapes import SHAPES, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

#: names that stand beside our fields and together become ``modified``
MODIFIED_DATE = "modified_date"
MODIFIED_TIME = "modified_time"


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A second read of one document as a coded component."""

    resource: str
    view: str
    shared_set: str
    key: str
    fields: Mapping[str, str]
    #: child collection with the address that payments go to, and its fields
    remit_to: str | None = None
    remit_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Where one entity stands in this instance. Fields map our name to the column."""

    name: str
    shape: Shape
    browse: str
    #: documented, seen in code, assumed, or this connection
    basis: str
    #: ``company/app/Entity`` when it is read as a business document instead of a browse
    bdoc: str | None
    #: child collection with the lines of a business document
    children: str | None
    modified_operator: str | None
    fields: Mapping[str, str]
    lines: Mapping[str, str]
    detail: Detail | None

    @property
    def key_column(self) -> str:
        """The column that holds the source key."""
        return self.fields[self.shape.key]

    @property
    def modified_column(self) -> str | None:
        """The column with the day of the last change, if there is one."""
        return self.fields.get(MODIFIED_DATE)

    @property
    def tells_lines_apart(self) -> bool:
        """Whether two rows with equal columns must be one row that came twice."""
        return all(name in self.lines for name in self.shape.line_key)

    def columns(self) -> Mapping[str, str]:
        """Every column this entity reads, and the override path that names it."""
        header = {column: f"entities.{self.name}.fields.{ours}" for ours, column in self.fields.items()}
        return header | {column: f"entities.{self.name}.lines.{ours}" for ours, column in self.lines.items()}


@dataclass(frozen=True, kw_only=True)
class Names:
    """Every name that may differ between instances."""

    paths: Mapping[str, str]
    lookup: Mapping[str, str]
    entities: Mapping[str, Entity]

    def entity(self, name: str) -> Entity:
        """Find an entity; raises UnknownName with those that exist."""
        if name not in self.entities:
            raise UnknownName.among("QAD entity", name, self.entities)
        return self.entities[name]


@cache
def _ours() -> dict[str, Any]:
    text = resources.files("connector.systems.qad").joinpath("entities.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def names(overrides: Mapping[str, Any]) -> Names:
    """Merge overrides into our names; raises ConfigurationError with one sentence per mistake."""
    tree = merged(_ours(), overrides)
    entities = {name: _entity(name, tree[name]) for name in SHAPES}
    return Names(paths=_plain(tree["paths"]), lookup=_plain(tree["lookup"]), entities=entities)


def _name(leaf: Mapping[str, str] | None) -> str | None:
    return None if leaf is None else leaf["name"]


def _plain(section: Mapping[str, Mapping[str, str] | None]) -> dict[str, str]:
    return {ours: leaf["name"] for ours, leaf in section.items() if leaf is not None}


def _entity(name: str, tree: Mapping[str, Any]) -> Entity:
    fields, shape = _plain(tree["fields"]), SHAPES[name]
    if shape.key not in fields:
        raise ConfigurationError(f"entities.{name}.fields.{shape.key} names the key and cannot be left out.")
    browse, bdoc = _name(tree["browse"]), _name(tree["bdoc"])
    if browse is None and bdoc is None:
        raise ConfigurationError(f"entities.{name} needs the name of a browse or of a bdoc to read from.")
    detail = tree.get("detail")
    return Entity(
        name=name,
        shape=shape,
        browse=browse or "",
        basis=(tree["bdoc"] or tree["browse"])["basis"],
        bdoc=bdoc,
        children=_name(tree.get("children")),
        modified_operator=tree["modified_operator"],
        fields=fields,
        lines=_plain(tree.get("lines") or {}),
        detail=_detail(name, detail) if detail else None,
    )


def _detail(name: str, tree: Mapping[str, Any]) -> Detail:
    parts = _plain({part: tree[part] for part in ("resource", "view", "shared_set", "key")})
    if len(parts) < len(("resource", "view", "shared_set", "key")):
        raise ConfigurationError(
            f"entities.{name}.detail needs its resource, view, shared_set and key; set the whole detail to null to "
            "read without it."
        )
    remit = tree["remit_to"]
    return Detail(
        **parts,
        fields=_plain(tree["fields"]),
        remit_to=_name(remit["collection"]) if remit else None,
        remit_fields=_plain(remit["fields"]) if remit else {},
    )
