"""A set of books behind one password: accounts in pages of two, and what their readers said of them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.journal import Journal
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from sandbox.simulator import Seeding

PORT: Final = 9011
PAGE: Final = 2
_AUTHORIZATION: Final = "Basic " + base64.b64encode(b"clerk:books-sandbox").decode()


class BooksSimulator:
    """One set of books."""

    system = "books"

    def __init__(self, accounts: int) -> None:
        numbers = (str(7000 + number) for number in range(accounts))
        self._accounts = [{"number": one, "title": f"Account {one}", "open": True} for one in numbers]
        self._told: dict[str, Any] = {}
        self._journal = Journal()

    def routes(self) -> Sequence[BaseRoute]:
        """Accounts, and what became of each."""
        return [
            Route("/api/accounts", self._list, methods=["GET"]),
            Route("/api/accounts/{code}/taken", self._take, methods=["PUT"]),
        ]

    def state(self) -> Mapping[str, Any]:
        """The accounts, and what was told of them."""
        writes, counts = self._journal.writes(), self._journal.counts()
        accounts = [one["number"] for one in self._accounts]
        told = {"documents": len(accounts), "holds": self._told, "writes": writes, "counts": counts}
        return {**told, "accounts": accounts}

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Open one more account."""
        self._accounts.append({"title": "", "open": True, **body})
        return {"accounts": len(self._accounts)}

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """There are none."""
        if body:
            raise SandboxMistakeError("These books have no options.")
        return {}

    async def _list(self, request: Request) -> Response:
        if request.headers.get("Authorization") != _AUTHORIZATION:
            return Response(status_code=401)
        page = int(request.query_params.get("page", "1"))
        shown, rest = self._accounts[(page - 1) * PAGE : page * PAGE], self._accounts[page * PAGE :]
        return JSONResponse({"accounts": shown, "next": page + 1 if rest else 0})

    async def _take(self, request: Request) -> Response:
        if request.headers.get("Authorization") != _AUTHORIZATION:
            return Response(status_code=401)
        code = request.path_params["code"]
        self._journal.record(entity="accounts", key=code, outcome="updated")
        self._told[code] = await request.json()
        return Response("noted")


def build(seeding: Seeding) -> BooksSimulator:
    """Make books with so many accounts."""
    return BooksSimulator(seeding.documents)
