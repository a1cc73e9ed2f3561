"""List v4 and List Item v4 (documented): what people choose from in Concur, one item at a time or many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import AlreadyThere, ConnectorError, Unanswered
from connector.domain.exchange import Found, Held, Written
from connector.reading import values
from connector.systems.concur import comparing
from connector.systems.concur.documents.bodies import ListKind, list_item_key
from connector.systems.concur.entities.lists import bulk, spots
from connector.systems.concur.entities.lists.collection import ItemCollection, id_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.client import ConcurClient, Reply
    from connector.systems.concur.names import Names

#: what became of a place: Concur's id of the item, and the sentence about it
_Done = tuple[str, str]


class ListItems:
    """Writes items of lists; their codes tell them apart, below one another the codes on the way to them."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names

    def most_at_once(self) -> int:
        """How many items one request takes; 1 where the connection has no path for that."""
        return bulk.MOST if self._names("list_items", "bulk") else 1

    def find(self, document: Outgoing) -> Found | None:
        """Ask for the code in its list, at each of its places."""
        collection = ItemCollection(client=self._client, names=self._names)
        all_spots = spots.spots_of(document, self._names)
        there = [collection.item(spot) for spot in all_spots]
        ids = [values.text(item.get("id")) for item in there if item is not None]
        if not ids:
            return None
        differing = [spots.difference(spot, item) for spot, item in zip(all_spots, there, strict=True)]
        said = " ".join(dict.fromkeys(filter(None, differing)))
        return Found(target_id=spots.target_id(document, all_spots, ids[0]), difference=said)

    def write(self, document: Outgoing) -> Written:
        """Create, rename or delete the item; nothing when it is as it should be."""
        collection = ItemCollection(client=self._client, names=self._names)
        all_spots = sorted(spots.spots_of(document, self._names), key=lambda spot: spot.deleted)
        done: list[_Done] = []
        for spot in all_spots:
            try:
                done.append(self._write(collection, document, spot))
            except ConnectorError as error:
                raise spots.in_part(document, [said for _, said in done], error) from None
        item = next((found for found, _ in done if found), "")
        answers = [said for _, said in done if said != comparing.UNCHANGED] or [comparing.UNCHANGED]
        return Written(target_id=spots.target_id(document, all_spots, item), answer="; ".join(dict.fromkeys(answers)))

    def write_many(self, documents: Sequence[Outgoing]) -> list[Written | ConnectorError]:
        """The same for many documents with as few requests as possible; what became of each."""
        return bulk.BulkWriter(client=self._client, names=self._names).write(documents)

    def everything(self) -> Iterator[Held]:
        """Every item of the lists that are set, each list once; an item of the connected list by its place."""
        collection = ItemCollection(client=self._client, names=self._names)
        lists = self._names.lists()
        for list_id in dict.fromkeys(lists.values()):
            kinds = [ListKind(kind) for kind, found in lists.items() if found == list_id]
            for path, item in collection.everything(list_id):
                own = [list_item_key(kind=kind, short_code=path[-1]) for kind in kinds if kind != ListKind.CONNECTED]
                label = f"{values.line(item.get('value'))} ({' and '.join(kind.replace('_', ' ') for kind in kinds)})"
                yield Held(names=("/".join(path), *own) if ListKind.CONNECTED in kinds else tuple(own), label=label)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        kind = str(document.body["list"])
        which = "connected list" if "places" in document.body else f"list of {kind.replace('_', ' ')}"
        return f"Look in Concur for code {document.body['short_code']} in the {which} (Administration, Lists)."

    def _write(self, collection: ItemCollection, document: Outgoing, spot: spots.Spot) -> _Done:
        there = collection.item(spot)
        if there is None:
            return ("", spots.GONE) if spot.deleted else self._create(collection, document, spot)
        item = id_of(there)
        if not spots.difference(spot, there):
            return item, comparing.UNCHANGED
        if spot.deleted:
            path = self._names("list_items", "delete", list=spot.list_id, item=item)
            reply = self._client.write("DELETE", path)
            if reply.body:
                raise _no_answer(reply, document)
            return item, f"deleted (correlation id {reply.correlation})"
        reply = self._client.write("PUT", self._names("list_items", "item", item=item), spots.fields(spot))
        return _id_in(reply, document), f"changed (correlation id {reply.correlation})"

    def _create(self, collection: ItemCollection, document: Outgoing, spot: spots.Spot) -> _Done:
        if collection.missing_above(spot):
            raise spots.nothing_above(spot)
        above = collection.above(spot)
        sent = {"listId": spot.list_id, **spots.fields(spot), **({"parentId": id_of(above)} if above else {})}
        try:
            reply = self._client.write("POST", self._names("list_items", "create"), sent)
        except AlreadyThere as refusal:
            try:
                there = collection.item(spot)
            except ConnectorError:
                raise refusal from None
            if there is None or spots.difference(spot, there):
                raise
            return values.text(there.get("id")) or document.key, comparing.UNCHANGED
        return _id_in(reply, document), f"created (correlation id {reply.correlation})"


def _id_in(reply: Reply, document: Outgoing) -> str:
    """The item's id, which every answer to a write has (documented)."""
    item = values.text(values.at(reply.body, "id"))
    if not item:
        raise _no_answer(reply, document)
    return item


def _no_answer(reply: Reply, document: Outgoing) -> Unanswered:
    return Unanswered(
        f"{reply.where} did not say what became of item {document.key} (correlation id {reply.correlation}).",
        correlation=reply.correlation,
    )
