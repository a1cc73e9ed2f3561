"""The names of QDocs, elements and operations: our ``entities.yaml``, with what a connection overrides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, UnknownName
from connector.reading import names as tenant
from connector.systems.qad.adaptive import names as adaptive
from connector.systems.qad.shapes import SHAPES, Shape
from connector.systems.qad_ee.posting_names import Posting, posting
from connector.systems.qad_ee.reading_names import Object, Objects, Operation, Query, in_objects, operation, query

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = "connector.systems.qad_ee"
#: what the names of browses are called by a connection: those of ``--system qad``
BROWSES = "browses"
_PHRASES = ("dropped", "cut", "unfinished", "deleted", "login", "not_permitted")
#: what tells two postings apart
_NUMBERED = Shape(key="number", key_parts=("entity", "fiscal_year", "daybook", "voucher"))
#: browses of an Enterprise Edition have no coded components beside them
_WITHOUT_DETAIL: Mapping[str, Any] = {"suppliers": {"detail": None}}


@dataclass(frozen=True, kw_only=True)
class Entity:
    """How one entity can be read, whichever way the connection chooses."""

    name: str
    objects: Objects
    query_service: Query | None
    query_qdoc: Operation | None
    wsa: Operation | None

    def unchecked(self) -> tuple[str, ...]:
        """What nobody checks any more, because the connection leaves the element out; a sentence for each."""
        return next(iter(self.objects.values())).listed.unchecked()


@dataclass(frozen=True, kw_only=True)
class Names:
    """Every name that may differ between sites."""

    tree: Mapping[str, Any]
    entities: Mapping[str, Entity]
    postings: Mapping[str, Posting]
    lengths: Mapping[str, int]
    #: what is posted, as it is found again
    posted: Mapping[str, Object]
    browses: adaptive.Names

    def entity(self, name: str) -> Entity:
        """Find an entity; raises UnknownName with those that exist."""
        if name not in self.entities:
            raise UnknownName.among("QAD entity", name, self.entities)
        return self.entities[name]

    def posting(self, name: str) -> Posting:
        """Find what is posted; raises UnknownName with what can be."""
        if name not in self.postings:
            raise UnknownName.among("posting of QAD", name, self.postings)
        return self.postings[name]

    def phrases(self, kind: str) -> tuple[str, ...]:
        """Return the words by which answers are understood."""
        return tuple(str(word) for word in self.tree[kind] or ())

    def apis(self) -> frozenset[str]:
        """Return the APIs that QXtend Inbound is sent."""
        read = [one.query_qdoc for one in self.entities.values()]
        sought = [one.query_qdoc for one in self.postings.values()]
        described = [one.name for one in (*read, *sought) if one is not None]
        matching = [one.matching.api for one in self.postings.values() if one.matching is not None]
        written = [one.api for one in self.postings.values()]
        return frozenset((self.of("query_service", "api"), *described, *written, *matching))

    def of(self, section: str, name: str) -> str:
        """Return a name of a section that has all of its names."""
        return tenant.name_of(self.tree[section][name]) or ""


def names(overrides: Mapping[str, Any]) -> Names:
    """Merge overrides into our names; raises ConfigurationError about the first name that is wrong."""
    own = {section: given for section, given in overrides.items() if section != BROWSES}
    tree = tenant.merged(PACKAGE, own)
    for section in ("query_service", "push"):
        for name, value in _section(tree[section], f"entities.{section}").items():
            if value is None and name not in ("rows", "most_rows"):
                raise ConfigurationError(f"entities.{section}.{name} cannot be left out; write the name of this site.")
    for kind in _PHRASES:
        if not all(isinstance(word, str) and word.strip() for word in tree[kind] or ()):
            raise ConfigurationError(f"entities.{kind} must be a list of words.")
    entities = _told_apart({name: _entity(name, tree[name]) for name in SHAPES})
    postings = {name: posting(name, tree[name]) for name in ("supplier_invoices", "journal_entries")}
    return Names(
        tree=tree,
        entities=entities,
        postings=postings,
        posted={name: _posted(one, entities) for name, one in postings.items()},
        lengths=_lengths(tree["lengths"]),
        browses=adaptive.names(_browses(overrides.get(BROWSES))),
    )


def _entity(name: str, tree: object) -> Entity:
    where = f"entities.{name}"
    parts = _section(tree, where)
    return Entity(
        name=name,
        objects=in_objects(name, _section(parts["objects"], f"{where}.objects"), f"{where}.objects"),
        query_service=query(parts["query_service"], f"{where}.query_service"),
        query_qdoc=operation(parts["query_qdoc"], f"{where}.query_qdoc", "api"),
        wsa=operation(parts["wsa"], f"{where}.wsa", "operation"),
    )


def _told_apart(entities: dict[str, Entity]) -> dict[str, Entity]:
    """Two entities may be read from the same pushed object: it waits in the inbox under the first one's name."""
    taken: dict[tuple[str, str], str] = {}
    for name, entity in entities.items():
        objects = {}
        for kind, one in entity.objects.items():
            topic = taken.setdefault((one.dataset, one.record), name if len(entity.objects) == 1 else f"{kind}s")
            objects[kind] = replace(one, topic=topic)
        entities[name] = replace(entity, objects=objects)
    return entities


def _posted(one: Posting, entities: Mapping[str, Entity]) -> Object:
    """What is posted waits in the inbox where documents of its kind do, else under its own name."""
    alike = (each for entity in entities.values() for each in entity.objects.values())
    topic = next((each.topic for each in alike if (each.dataset, each.record) == (one.around, one.record)), one.name)
    listed = adaptive.Entity(
        name=one.name,
        shape=_NUMBERED,
        browse="",
        basis=tenant.Basis.ASSUMED,
        bdoc=None,
        children=None,
        modified_operator=None,
        fields=one.search,
        lines={},
        detail=None,
    )
    return Object(dataset=one.around, record=one.record, line="", listed=listed, topic=topic, kind=one.name)


def _browses(given: object) -> Mapping[str, Any]:
    if given is None:
        return _WITHOUT_DETAIL
    browses = _section(given, f"entities.{BROWSES}")
    suppliers = browses.get("suppliers")
    if isinstance(suppliers, dict) and "detail" in suppliers:
        raise ConfigurationError(
            f"entities.{BROWSES}.suppliers.detail is not for Enterprise Edition; it has no such component."
        )
    return {**browses, "suppliers": {**(suppliers or {}), "detail": None}}


def _lengths(given: object) -> dict[str, int]:
    found = {name: most for name, most in _section(given, "entities.lengths").items() if most is not None}
    for name, most in found.items():
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise ConfigurationError(f"entities.lengths.{name} must be a whole number of at least 1.")
    return found


def _section(tree: object, where: str) -> Mapping[str, Any]:
    if not isinstance(tree, dict):
        raise ConfigurationError(f"{where} cannot be left out; write only what differs in it.")
    return tree
