"""The names of paths, browses and columns: our ``entities.yaml`` with what a connection overrides merged into it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, UnknownName
from connector.reading import names as tenant
from connector.systems.qad.adaptive.posting_names import POSTED, Lines, Posting
from connector.systems.qad.shapes import SHAPES, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

#: names that stand beside our fields and together become ``modified``
MODIFIED_DATE = "modified_date"
MODIFIED_TIME = "modified_time"
_OPERATOR = re.compile(r"[a-z]{1,20}")


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
    #: where we have the name of the browse or bdoc from
    basis: tenant.Basis
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
        """The column that holds the source key, or the part of it that tells most."""
        return self.fields[self.shape.key_parts[-1] if self.shape.key_parts else self.shape.key]

    def key_value(self, key: str) -> str:
        """What stands in ``key_column`` of the document with this source key."""
        return key.rpartition("|")[2] if self.shape.key_parts else key

    @property
    def modified_column(self) -> str | None:
        """The column with the day of the last change, if there is one."""
        return self.fields.get(MODIFIED_DATE)

    @cached_property
    def tells_lines_apart(self) -> bool:
        """Whether two rows with equal columns must be one row that came twice."""
        return all(name in self.lines for name in self.shape.line_key)

    def unchecked(self) -> tuple[str, ...]:
        """What nobody checks any more, because the connection does not read the column; a sentence for each."""
        read = {f"fields.{ours}" for ours in self.fields} | {f"lines.{ours}" for ours in self.lines}
        return tuple(
            f"entities.{self.name}.{place} is null: nobody checks {what}."
            for place, what in self.shape.gates.items()
            if place not in read
        )

    def columns(self) -> Mapping[str, str]:
        """Every column this entity reads, and the override path that names it."""
        header = {column: f"entities.{self.name}.fields.{ours}" for ours, column in self.fields.items()}
        return header | {column: f"entities.{self.name}.lines.{ours}" for ours, column in self.lines.items()}


@dataclass(frozen=True, kw_only=True)
class Names:
    """Every name that may differ between instances."""

    paths: Mapping[str, str]
    lookup: Mapping[str, str]
    #: what a refusal says of a document that is there
    already_there: tuple[str, ...]
    entities: Mapping[str, Entity]
    postings: Mapping[str, Posting]

    def posting(self, name: str) -> Posting:
        """Find what is posted; raises UnknownName with what can be."""
        if name not in self.postings:
            raise UnknownName.among("posting of QAD", name, self.postings)
        return self.postings[name]

    def entity(self, name: str) -> Entity:
        """Find an entity; raises UnknownName with those that exist."""
        if name not in self.entities:
            raise UnknownName.among("QAD entity", name, self.entities)
        return self.entities[name]


def names(overrides: Mapping[str, Any]) -> Names:
    """Merge overrides into our names; raises ConfigurationError about the first name that is wrong."""
    tree = tenant.merged("connector.systems.qad", overrides)
    paths, lookup = (_all_named(tree[section], f"entities.{section}") for section in ("paths", "lookup"))
    return Names(
        paths=paths,
        lookup=lookup,
        already_there=tuple(str(words) for words in tree["already_there"]),
        entities={name: _entity(name, tree[name]) for name in SHAPES},
        postings={name: _posting(name, tree[name]) for name in POSTED},
    )


def _entity(name: str, tree: object) -> Entity:
    where, shape = f"entities.{name}", SHAPES[name]
    parts = _section(tree, where)
    fields = _named(parts["fields"], f"{where}.fields")
    for part in shape.key_parts or (shape.key,):
        if part not in fields:
            raise ConfigurationError(f"{where}.fields.{part} names the key of {name} and cannot be left out.")
    for ours, why in shape.needed.items():
        if ours not in fields:
            raise ConfigurationError(f"{where}.fields.{ours} cannot be left out: {why}.")
    browse, bdoc = (_leaf(parts[kind], f"{where}.{kind}") for kind in ("browse", "bdoc"))
    if browse is None and bdoc is None:
        raise ConfigurationError(f"{where} needs the name of a browse or of a bdoc to read from.")
    detail = parts.get("detail")
    return Entity(
        name=name,
        shape=shape,
        browse=browse or "",
        basis=tenant.basis_of(parts["bdoc"] or parts["browse"]),
        bdoc=bdoc,
        children=_leaf(parts.get("children"), f"{where}.children"),
        modified_operator=_operator(parts["modified_operator"], f"{where}.modified_operator"),
        fields=fields,
        lines=_named(parts["lines"], f"{where}.lines") if "lines" in parts else {},
        detail=_detail(detail, f"{where}.detail") if detail is not None else None,
    )


def _posting(name: str, tree: object) -> Posting:
    where = f"entities.{name}"
    parts = _section(tree, where)
    search = _section(parts["search"], f"{where}.search")
    posting = Posting(
        name=name,
        **_all_named({part: parts[part] for part in ("resource", "view")}, where),
        fields=_named(parts["fields"], f"{where}.fields"),
        lines={
            ours: _lines(lines, f"{where}.lines.{ours}")
            for ours, lines in _section(parts["lines"], f"{where}.lines").items()
            if lines is not None
        },
        answer=_named(parts["answer"], f"{where}.answer"),
        browse=_all_named({"browse": search["browse"]}, f"{where}.search")["browse"],
        search=_named(search["fields"], f"{where}.search.fields"),
    )
    posting.check()
    return posting


def _lines(tree: object, where: str) -> Lines:
    parts = _section(tree, where)
    collection = _all_named({"collection": parts["collection"]}, where)["collection"]
    return Lines(collection=collection, fields=_named(parts["fields"], f"{where}.fields"))


def _detail(tree: object, where: str) -> Detail:
    parts = _section(tree, where)
    remit = parts["remit_to"]
    address = _section(remit, f"{where}.remit_to") if remit is not None else None
    return Detail(
        **_all_named({part: parts[part] for part in ("resource", "view", "shared_set", "key")}, where),
        fields=_named(parts["fields"], f"{where}.fields"),
        remit_to=_leaf(address["collection"], f"{where}.remit_to.collection") if address else None,
        remit_fields=_named(address["fields"], f"{where}.remit_to.fields") if address else {},
    )


def _section(tree: object, where: str) -> Mapping[str, Any]:
    if not isinstance(tree, dict):
        raise ConfigurationError(f"{where} cannot be left out; write only what differs in it.")
    return tree


def _leaf(value: object, where: str) -> str | None:
    if value is None:
        return None
    name = tenant.name_of(value)
    if name is None or not name.strip() or not name.isprintable():
        raise ConfigurationError(f"{where} must be a name as text, or null to leave it out.")
    return name.strip()


def _named(tree: object, where: str) -> dict[str, str]:
    found = {ours: _leaf(value, f"{where}.{ours}") for ours, value in _section(tree, where).items()}
    return {ours: name for ours, name in found.items() if name is not None}


def _all_named(tree: object, where: str) -> dict[str, str]:
    named = _named(tree, where)
    absent = sorted(_section(tree, where).keys() - named.keys())
    if absent:
        raise ConfigurationError(f"{where}.{absent[0]} cannot be left out; write the name this instance uses.")
    return named


def _operator(value: object, where: str) -> str | None:
    if value is None or (isinstance(value, str) and _OPERATOR.fullmatch(value)):
        return value
    raise ConfigurationError(f"{where} must be the instance's filter operator in small letters, such as ge, or null.")
