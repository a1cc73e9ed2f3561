"""Messages, on the ledger itself or over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.giving_reasons import reason
from connector.operations.work import messages
from connector.store.operator.messages import Stored
from workers.cli.reaching.choosing import chosen
from workers.cli.reaching.spelled import moment

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server

#: that are quarantined of one connection
_MOST = 100_000


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def listed(self, wanted: messages.Filter, *, most: int) -> tuple[list[Stored], int | None]:
        """Messages, and how many there are; None where nobody counted."""
        found = messages.list_(self._operator, wanted, most=most)
        return found, messages.count(self._operator, wanted) if len(found) >= most else None

    def one(self, number: int, *, payload: bool) -> messages.Shown:
        """One message."""
        return messages.get(self._operator, number, payload=payload)

    def quarantined(self, connection: str) -> list[int]:
        """What is quarantined of a connection."""
        return messages.quarantined(self._operator, connection)

    def retry(self, number: int) -> Stored:
        """Have one read once more."""
        return messages.retry(self._operator, number)

    def discard(self, number: int, why: str) -> Stored:
        """Have one read by nobody."""
        return messages.discard(self._operator, number, why)

    def restore(self, number: int) -> Stored:
        """Have one count."""
        return messages.restore(self._operator, number)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def listed(self, wanted: messages.Filter, *, most: int) -> tuple[list[Stored], int | None]:
        """Messages, and whether there are more."""
        moments = {"since": moment(wanted.since), "until": moment(wanted.until)}
        query = {"connection": wanted.connection, "entity": wanted.entity, "key": wanted.key, **moments}
        return self._server.listed(Stored, "/messages", most, **query, quarantined=wanted.quarantined)

    def one(self, number: int, *, payload: bool) -> messages.Shown:
        """One message."""
        told = self._server.get(f"/messages/{number}")
        if payload:
            body = self._server.get(f"/messages/{number}/body")
            told |= {"body": body["text"], "body_base64": body["base64"]}
        return self._server.revived(messages.Shown, told)

    def quarantined(self, connection: str) -> list[int]:
        """What is quarantined of a connection."""
        found, _ = self.listed(messages.Filter(connection=connection, quarantined=True), most=_MOST)
        return sorted(one.number for one in found)

    def retry(self, number: int) -> Stored:
        """Have one read once more."""
        return self._changed(number, "retry")

    def discard(self, number: int, why: str) -> Stored:
        """Have one read by nobody."""
        return self._changed(number, "discard", {"why": reason(why)})

    def restore(self, number: int) -> Stored:
        """Have one count."""
        return self._changed(number, "restore")

    def _changed(self, number: int, verb: str, body: object = None) -> Stored:
        return self._server.revived(Stored, self._server.change("POST", f"/messages/{number}/{verb}", body))
