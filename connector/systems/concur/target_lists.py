"""List v4 and List Item v4 (documented): the accounts, cost centres and projects that people choose from in Concur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import AlreadyThere, ConnectorError, SourceLies, Unanswered
from connector.domain.exchange import Found, Written
from connector.systems.concur import comparing, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.client import ConcurClient, Reply
    from connector.systems.concur.names import Names

LISTED = "content"
_MOST_PAGES = 1000


class ListItems:
    """Writes items of the first level of a list; their codes tell them apart."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names

    def find(self, document: Outgoing) -> Found | None:
        """Ask for the code in its list."""
        there = self._there(document.body)
        if there is None:
            return None
        return Found(target_id=values.text(there.get("id")) or document.key, difference=_difference(document, there))

    def write(self, document: Outgoing) -> Written:
        """Create, rename or delete the item; nothing when it is as it should be."""
        body = document.body
        list_id, deleted = self._names.list_id(body["list"]), bool(body.get("deleted"))
        there = self._there(body)
        if there is None:
            if deleted:
                return Written(target_id=document.key, answer="Concur does not have it any more")
            return self._create(document, list_id)
        item = values.text(there.get("id"))
        if not item:
            raise SourceLies(f"Concur lists {body['short_code']} in its list of {body['list']} without an id.")
        if not _difference(document, there):
            return Written(target_id=item, answer=comparing.UNCHANGED)
        if deleted:
            reply = self._client.write("DELETE", self._names("list_items", "delete", list=list_id, item=item))
            if reply.body:
                raise _no_answer(reply, document)
        else:
            reply = self._client.write("PUT", self._names("list_items", "item", item=item), _fields(body))
            _id_in(reply, document)
        verb = "deleted" if deleted else "changed"
        return Written(target_id=item, answer=f"{verb} (correlation id {reply.correlation})")

    def place(self, document: Outgoing) -> str:
        """What a person looks for."""
        kind = str(document.body["list"])
        return f"code {document.body['short_code']} in the list of {kind.replace('_', ' ')} (Administration, Lists)"

    def _create(self, document: Outgoing, list_id: str) -> Written:
        body = document.body
        try:
            reply = self._client.write(
                "POST", self._names("list_items", "create"), {"listId": list_id, **_fields(body)}
            )
        except AlreadyThere as refusal:
            try:
                there = self._there(body)
            except ConnectorError:
                raise refusal from None
            if there is None or _difference(document, there):
                raise
            return Written(target_id=values.text(there.get("id")) or document.key, answer=comparing.UNCHANGED)
        return Written(target_id=_id_in(reply, document), answer=f"created (correlation id {reply.correlation})")

    def _there(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        list_id, code = self._names.list_id(body["list"]), str(body["short_code"])
        return next((item for item in self._listed(list_id, code) if _is(item, code)), None)

    def _listed(self, list_id: str, code: str) -> Iterator[Mapping[str, Any]]:
        """What the filter finds, page by page: it may not be heeded."""
        path = self._names("list_items", "children", list=list_id)
        for page in range(1, _MOST_PAGES + 1):
            reply = self._client.get(path, {"shortCode": code, "page": str(page)})
            rows = reply.rows(LISTED)
            yield from rows
            if not rows or page >= (values.whole(values.at(reply.body, "page.totalPages")) or 1):
                return
        raise SourceLies(f"Concur's list {list_id} did not end after {_MOST_PAGES} pages.")


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


def _is(item: Mapping[str, Any], code: str) -> bool:
    return values.text(item.get("shortCode")) == code and not values.flag(item.get("isDeleted"))


def _fields(body: Mapping[str, Any]) -> dict[str, str]:
    return {"shortCode": str(body["short_code"]), "value": str(body["value"])}


def _difference(document: Outgoing, there: Mapping[str, Any]) -> str:
    if document.body.get("deleted"):
        return "it is still in Concur's list."
    return comparing.difference(_fields(document.body), there)
