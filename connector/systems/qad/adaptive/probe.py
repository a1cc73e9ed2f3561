"""Looking whether each entity is where the configuration says, without changing anything."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, PermissionMissing, Refused, SourceLies, Transient
from connector.domain.exchange import EntityCheck, Verdict
from connector.reading.names import Basis
from connector.systems.qad.adaptive import detail as component
from connector.systems.qad.adaptive.listing import columns_in_no_row, flattened
from connector.systems.qad.adaptive.posting_search import Search
from connector.systems.qad.adaptive.sample import Sample

if TYPE_CHECKING:
    from connector.domain.errors import ConnectorError
    from connector.systems.qad.adaptive.client import QadClient, Raw
    from connector.systems.qad.adaptive.names import Detail, Entity, Names
    from connector.systems.qad.adaptive.posting_names import Posting
    from connector.systems.qad.config import QadConfig

#: documents that are asked for one by one
_SAMPLE = 5


class Probe:
    """Looks at one entity after the other."""

    def __init__(self, *, client: QadClient, names: Names, config: QadConfig) -> None:
        self._client, self._names, self._config = client, names, config
        self._swagger: frozenset[str] | None = None
        self._asked_swagger = False
        self.sample = Sample(config.formats)

    def entity(self, entity: Entity) -> list[EntityCheck]:
        """The listing of an entity, and its component if it has a second read."""
        rows: list[Raw] = []
        path = f"{self._names.paths['bdoc']}/{entity.bdoc}" if entity.bdoc else entity.browse
        try:
            rows, verdict, said = self._bdoc(entity, entity.bdoc) if entity.bdoc else self._browse(entity)
        except (ConfigurationError, PermissionMissing, Refused, SourceLies, Transient) as error:
            verdict, said = _verdict(error), _advice(error)
            if entity.bdoc and verdict is Verdict.MISSING:
                said += self._nearest(path)
        said = " ".join(filter(None, (said, *entity.unchecked())))
        checks = [EntityCheck(entity=entity.name, path=path, verdict=verdict, detail=said)]
        if entity.detail is not None:
            checks.append(self._component(entity, entity.detail, rows))
        return checks

    def _browse(self, entity: Entity) -> tuple[list[Raw], Verdict, str]:
        columns, hidden = self._columns(entity)
        size = self._config.page_size
        rows = self._client.browse(entity.browse, page=1, size=size)
        self.sample.add(entity, rows)
        if hidden and not rows:
            return rows, Verdict.UNCERTAIN, f"No rows, so nobody can tell whether the browse is there: {hidden}"
        if not columns and not rows:
            return rows, Verdict.MISSING, _no_browse(entity)
        known = columns | {column for row in rows for column in row}
        absent = {column: path for column, path in entity.columns().items() if column not in known}
        if absent:
            return rows, Verdict.MISSING, _no_columns(absent)
        if 0 < len(rows) < size and self._client.browse(entity.browse, page=2, size=size) not in ([], rows):
            return rows, Verdict.UNCERTAIN, _capped(size, len(rows))
        where = f" in workspace {self._config.full_workspace}" if not rows else ""
        return rows, Verdict.FOUND, hidden if rows else f"The browse is there and has no rows{where} yet."

    def _columns(self, entity: Entity) -> tuple[frozenset[str], str]:
        """The columns of a browse, or why this user may not ask for them: no reason to call the browse forbidden."""
        try:
            return self._client.columns_of(entity.browse), ""
        except PermissionMissing as refusal:
            return frozenset(), refusal.message

    def _bdoc(self, entity: Entity, name: str) -> tuple[list[Raw], Verdict, str]:
        rows = flattened(entity, self._client.bdoc(name))
        self.sample.add(entity, rows)
        absent = columns_in_no_row(entity, rows)
        if entity.key_column in absent:
            return rows, Verdict.MISSING, _no_columns({entity.key_column: absent[entity.key_column]})
        return rows, Verdict.FOUND, "" if rows else "The business document is there and has no rows yet."

    def _component(self, entity: Entity, detail: Detail, rows: list[Raw]) -> EntityCheck:
        path = f"{self._names.paths['coded']}/{detail.resource}"
        try:
            verdict, said = self._ask_component(entity, detail, path, rows)
        except (ConfigurationError, PermissionMissing, Refused, SourceLies, Transient) as error:
            verdict, said = _verdict(error), _advice(error)
            if verdict is Verdict.MISSING:
                said += self._nearest(path)
        return EntityCheck(entity=entity.name, path=path, verdict=verdict, detail=said)

    def _ask_component(self, entity: Entity, detail: Detail, path: str, rows: list[Raw]) -> tuple[Verdict, str]:
        keys = [str(row[entity.key_column]).strip() for row in rows[:_SAMPLE] if row.get(entity.key_column)]
        for key in keys:
            found = component.found_in(
                component.read(self._client, detail, key, shared_set=self._config.shared_set), detail
            )
            if found is not None:
                return _fields_of(entity, detail, found)
        if keys:
            return Verdict.MISSING, (
                f"None of {', '.join(keys)} is in {detail.resource} of shared set {self._config.shared_set}; check "
                f"shared_set, or set entities.{entity.name}.detail to null."
            )
        # Nothing to ask for: the path itself, with a key nobody has, still tells whether it is there and permitted.
        component.read(self._client, detail, "-", shared_set=self._config.shared_set)
        served = self._served()
        if served is not None and not any(item.rstrip("/").endswith(f"/{path}") for item in served):
            return Verdict.MISSING, f"The instance's Swagger does not list it.{self._nearest(path)}"
        seen = "listed in the instance's Swagger" if served is not None else "answering"
        return Verdict.FOUND, f"It is {seen}; there was no document to check its fields with."

    def posting(self, posting: Posting) -> list[EntityCheck]:
        """Where it is posted to, asked for with a GET that changes nothing, and the browse it is searched by."""
        path = f"{self._names.paths['coded']}/{posting.resource}"
        try:
            self._client.component(posting.resource, view=posting.view, keys={})
            verdict, said = Verdict.FOUND, "It answers; only the first posting shows whether its fields are right."
        except (ConfigurationError, PermissionMissing, Refused, SourceLies, Transient) as error:
            verdict, said = _verdict(error), _advice(error)
            if verdict is Verdict.MISSING:
                said += self._nearest(path)
        return [
            EntityCheck(entity=posting.name, path=path, verdict=verdict, detail=said),
            self._search(posting),
        ]

    def _search(self, posting: Posting) -> EntityCheck:
        verdict, said = Verdict.FOUND, ""
        try:
            written = self._config.formats
            Search(client=self._client, posting=posting, size=_SAMPLE, written=written).prove()
        except (ConfigurationError, PermissionMissing, Refused, SourceLies, Transient) as error:
            verdict, said = _verdict(error), _advice(error)
        return EntityCheck(entity=posting.name, path=posting.browse, verdict=verdict, detail=said)

    def _served(self) -> frozenset[str] | None:
        if not self._asked_swagger:
            self._asked_swagger = True
            self._swagger = self._client.paths_served()
        return self._swagger

    def _nearest(self, path: str) -> str:
        near = get_close_matches(path, [item.strip("/") for item in self._served() or ()], n=1)
        return f" The nearest path in the instance's Swagger is {near[0]}." if near else ""


def _verdict(error: Exception) -> Verdict:
    if isinstance(error, PermissionMissing):
        return Verdict.NOT_PERMITTED
    return Verdict.MISSING if isinstance(error, ConfigurationError) else Verdict.UNCERTAIN


def _advice(error: ConnectorError) -> str:
    """What was seen, and what to do where the sentence does not say so itself."""
    if not isinstance(error, Transient):
        return error.message
    return f"{error.message} Try again; if it stays, show this to whoever runs the instance."


def _capped(asked: int, given: int) -> str:
    return f"It was asked for {asked} rows a page, gave {given} and has more: set page_size to {given}."


def _no_browse(entity: Entity) -> str:
    name = "; our name for it is assumed" if entity.basis is Basis.ASSUMED else ""
    return (
        f"No rows and no columns: the instance has no such browse, or hides it from this user{name}. "
        f"Set entities.{entity.name}.browse to the browse that lists {entity.name}."
    )


def _no_columns(absent: dict[str, str]) -> str:
    named = ", ".join(f"{column} ({path})" for column, path in sorted(absent.items()))
    return f"It has no {named}; correct these names in the connection's entities, or set them to null."


def _fields_of(entity: Entity, detail: Detail, found: Raw) -> tuple[Verdict, str]:
    absent = {
        column: f"entities.{entity.name}.detail.fields.{ours}"
        for ours, column in detail.fields.items()
        if column not in found
    }
    return (Verdict.MISSING, _no_columns(absent)) if absent else (Verdict.FOUND, "")
