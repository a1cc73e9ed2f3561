"""Reading what was pushed: the inbox of a connection as a source of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.exchange import Page, Row
from connector.systems.qad_ee import pushes, rows
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml import etree

    from connector.domain.exchange import Query
    from connector.ports import Inbox, Received
    from connector.systems.qad.formats import Formats
    from connector.systems.qad_ee.names import Entity, Names
    from connector.systems.qad_ee.reading_names import Object

_PLACE, _NUMBER = "object", "number"
_MOST = 100


class Pushed:
    """Reads the messages of one connection."""

    def __init__(self, *, where: str, inbox: Inbox, names: Names, written: Formats) -> None:
        self.where, self._inbox, self._names, self._written = f"{where}: what QXO pushed", inbox, names, written

    def pages(self, query: Query, entity: Entity) -> Iterator[Page]:
        """Yield the documents that were pushed since the query's time, or the one it asks for."""
        if query.key is not None:
            yield self._one(query.key, entity)
            return
        position: Mapping[str, int] = query.position or {}
        kinds, start = list(entity.objects.values()), position.get(_PLACE, 0)
        number = 0
        for place, one in list(enumerate(kinds))[start:]:
            after, more = position.get(_NUMBER, 0) if place == start else 0, True
            while more:
                found = self._inbox.read(one.topic, since=query.since, after=after, most=_MOST)
                number, more = number + 1, bool(found)
                after = found[-1].number if found else after
                here = {_PLACE: place, _NUMBER: after} if more else {_PLACE: place + 1, _NUMBER: 0}
                ended = not more and place + 1 == len(kinds)
                documents = tuple(self.row(received, one) for received in found)
                yield Page(rows=documents, number=number, next=None if ended else here, everything=False)

    def _one(self, key: str, entity: Entity) -> Page:
        found: list[Row] = []
        for one in entity.objects.values():
            alike = self._inbox.about(one.topic, pushes.folded(key))
            found += [self.row(received, one) for received in alike[:1]]
        return Page(rows=tuple(found), number=1, everything=False)

    def row(self, received: Received, one: Object) -> Row:
        """Return a message as a document; what no longer reads becomes one that says so when it is parsed."""
        try:
            [document] = rows.documents([self.record(received, one)], one, self.where, self._written)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, its neighbours are read
            why = f"{error}" if isinstance(error, NotReadable) else f"cannot be read ({type(error).__name__})"
            return Row(payload=_unreadable(received, one, why), modified=received.at)
        return Row(payload={**document.payload, "modified": received.at.isoformat()}, modified=received.at)

    def record(self, received: Received, one: Object) -> etree._Element:
        """Return the object in a message; raises NotReadable."""
        push = pushes.read(
            received.body, content_type=received.content_type, names=self._names, zone=self._written.zone
        )
        return push.only(one)

    def everything(self, topic: str) -> Iterator[Sequence[Received]]:
        """Yield all messages of a kind, the latest of each document."""
        found = self._inbox.read(topic, most=_MOST)
        while found:
            yield found
            found = self._inbox.read(topic, after=found[-1].number, most=_MOST)


def _unreadable(received: Received, one: Object, why: str) -> dict[str, object]:
    shape = one.listed.shape
    said = f"message {received.id} {why}"
    return {shape.key: received.key or received.id, "active": said, shape.lines or "lines": said}
