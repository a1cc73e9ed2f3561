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
    from connector.systems.qad_ee.asking import Asked
    from connector.systems.qad_ee.names import Entity
    from connector.systems.qad_ee.reading_names import Object
    from connector.systems.qad_ee.site import Site


#: in ``Page.next``: which of an entity's objects, and the document that was read last
_PLACE, _AFTER = "object", "after"


class QadEeSource:
    """Implements ``ports.Source``."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield the documents of an entity; raises UnknownName, SourceLies, ConfigurationError."""
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
                yield from self._asked(query, entity)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the row's payload: it is whole."""
        del entity
        return row.payload

    def _asked(self, query: Query, entity: Entity) -> Iterator[Page]:
        asked, position = self._site.asked(query.entity), query.position or {}
        kinds, start, number = list(entity.objects.values()), int(position.get(_PLACE, 0)), 0
        for place, one in list(enumerate(kinds))[start:]:
            values, narrowed = self._values(query, asked, one, alone=len(kinds) == 1)
            if values is None:
                continue
            after = str(position.get(_AFTER, "")) if place == start else ""
            for found, behind in self._answers(asked, one, values, after):
                number += 1
                wanted = [row for row in found if query.key is None or _is(row, entity, query.key)]
                onward = {_PLACE: place, _AFTER: behind} if behind else {_PLACE: place + 1, _AFTER: ""}
                ended = not behind and place + 1 == len(kinds)
                yield Page(rows=tuple(wanted), number=number, next=None if ended else onward, everything=not narrowed)

    def _values(self, query: Query, asked: Asked, one: Object, *, alone: bool) -> tuple[dict[str, str] | None, bool]:
        """What a question is filled with, and whether it is narrowed by that; None where the document is elsewhere."""
        values = self._site.place()
        if query.key is not None:
            kind, _, own = query.key.rpartition("|")
            if kind and not alone and kind != one.kind:
                return None, True
            return (values | {"key": query.key if alone else own} if asked.asks_by("key") else values), True
        if query.since is None or not asked.asks_by("since"):
            return values, False
        day = query.since.astimezone(self._site.config.formats.zone).date()
        return values | {"since": day.isoformat()}, True

    def _answers(
        self, asked: Asked, one: Object, values: dict[str, str], after: str
    ) -> Iterator[tuple[list[Row], str]]:
        """Yield what each answer has, and behind which document the next one begins; empty after the last.

        Where it can be asked for what comes behind a document, it is, until there is nothing: so a limit that nobody
        knows of cuts nothing off.
        """
        goes_on = asked.asks_by("after") and "key" not in values
        if goes_on and one.listed.lines and not one.line:
            raise ConfigurationError(
                f"{asked.where} gives a row for each line, so a limit may cut a document in two, and what comes "
                "behind it "
                "cannot be asked for; take {after} out of its parameters, and say what it gives at most (most_rows)."
            )
        seen: set[str] = set()
        before: list[str] = []
        while True:
            found, last = self._answer(asked, one, values | ({"after": after} if after else {}))
            keys = [_key(row, one) for row in found]
            new = [row for row in found if _key(row, one) not in seen]
            # The one it was asked to begin behind may come again; another one shows that it does not go by that.
            again = next((key for key in keys if key in seen and key != after), "")
            if again and not (asked.heeds_by_itself and keys == before):
                raise SourceLies(
                    f"{asked.where} was asked for what comes behind {after} and gave {again} once more, so nobody can "
                    "tell whether something is missing; nothing more was taken. Have it sort by its key and heed that, "
                    "or take {after} out of its parameters and say what it gives at most (most_rows)."
                )
            behind = last if goes_on and new else ""
            yield new, behind
            if not behind:
                return
            before, after = keys, behind
            seen.update(keys)

    def _answer(self, asked: Asked, one: Object, values: dict[str, str]) -> tuple[list[Row], str]:
        """Return the documents of one answer, and what the last of them is asked on from."""
        try:
            records = asked.records(one.record, values)
            lacking = rows.missing(records, one)
            if lacking:
                raise ConfigurationError(_absent(asked.where, lacking))
            found = rows.documents(records, one, asked.where, self._site.config.formats)
        except NotReadable as why:
            name = one.listed.name
            raise SourceLies(f"{asked.where} gave a {name} document that {why}; nothing was taken.") from None
        if not found:
            return [], ""
        return found, _key(found[-1], one)


def _key(row: Row, one: Object) -> str:
    return str(row.payload.get(one.listed.shape.key) or "")


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
