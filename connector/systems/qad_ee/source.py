"""The reader of a connection: each entity in the way the site has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, SourceLies
from connector.domain.exchange import Page, Row
from connector.systems.qad_ee import rows
from connector.systems.qad_ee.config import Way
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Query
    from connector.systems.qad_ee.names import Entity
    from connector.systems.qad_ee.site import Site


class QadEeSource:
    """Implements ``ports.Source``."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield the documents of an entity; raises UnknownName, SourceLies, ConfigurationError.

        A question to QXtend or a WSA is answered in one piece, so a read that was cut cannot be gone on with.
        """
        entity, way = self._site.names.entity(query.entity), self._site.config.way(query.entity)
        match way:
            case Way.BROWSE:
                yield from self._site.browses().pages(query)
            case Way.QXO:
                yield from self._site.pushed().pages(query, entity)
            case Way.NONE:
                raise ConfigurationError(
                    f"{self._site.where} does not read {query.entity} (reads.{query.entity}: none); name a way to "
                    "read it, "
                    "or switch the flow off."
                )
            case _:
                yield self._asked(query, entity)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the row's payload: it is whole."""
        del entity
        return row.payload

    def _asked(self, query: Query, entity: Entity) -> Page:
        narrowed, found = query.key is not None, list[Row]()
        for one in entity.objects.values():
            asked = self._site.asked(query.entity)
            values = self._site.place()
            if query.key is not None:
                kind, _, own = query.key.rpartition("|")
                if kind and len(entity.objects) > 1 and kind != one.kind:
                    continue
                by_key = asked.asks_by("key")
                values["key"] = query.key if len(entity.objects) == 1 else own
                if not by_key:
                    values.pop("key")
            elif query.since is not None and asked.asks_by("since"):
                values["since"] = query.since.astimezone(self._site.config.formats.zone).date().isoformat()
                narrowed = True
            try:
                records = asked.records(one.record, values)
                lacking = rows.missing(records, one)
                if lacking:
                    raise ConfigurationError(_absent(asked.where, lacking))
                found += rows.documents(records, one, asked.where, self._site.config.formats)
            except NotReadable as why:
                raise SourceLies(
                    f"{asked.where} gave a {entity.name} document that {why}; nothing was taken."
                ) from None
        wanted = found if query.key is None else [row for row in found if _is(row, entity, query.key)]
        return Page(rows=tuple(wanted), number=1, everything=not narrowed)


def _is(row: Row, entity: Entity, key: str) -> bool:
    """Whether it is the document that was asked for; a site may answer a question for one with more."""
    shape = next(iter(entity.objects.values())).listed.shape
    return str(row.payload.get(shape.key) or "").casefold() == key.casefold()


def _absent(where: str, lacking: Mapping[str, str]) -> str:
    named = ", ".join(f"{path} ({place})" for path, place in sorted(lacking.items()))
    return (
        f"{where} has no {named} in any record; correct these names in the connection's entities, or set those to null "
        "that this site does not have."
    )
