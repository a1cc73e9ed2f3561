"""Acme Books as one of the systems we speak with: a chart of accounts is read, and told what became of each account."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.domain.exchange import EntityCheck, Page, PingReport, Row, Verdict
from connector.http.connection_settings import Reaching
from connector.http.opening import opened
from connector.http.request import Request
from connector.reading import names as entities
from connector.reading.examples import packaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Query, Result
    from connector.http.request import Answer
    from connector.ports import OpenConnection, System, Target


class BooksConfig(Reaching):
    """One set of books."""

    base_url: str
    username: str


class Books:
    """Implements ``ports.Source`` and ``ports.Confirming``."""

    def __init__(self, connection: OpenConnection) -> None:
        config = BooksConfig.model_validate(connection.config)
        self._http = opened(connection, config.base_url, config)
        self._basic = (config.username, connection.secrets["password"])
        self._names = entities.merged(__package__, connection.overrides)["accounts"]

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield every account, page by page; a query for one reads them all."""
        number = int((query.position or {}).get("page", 1))
        while number:
            listed = self.listed(number)
            rows = tuple(map(self._row, listed["accounts"]))
            kept = tuple(row for row in rows if query.key in {None, row.payload["account"]})
            following = listed["next"]
            yield Page(rows=kept, number=number, next={"page": following} if following else None)
            number = following

    def listed(self, page: int = 1) -> Mapping[str, Any]:
        """One page as the books list it."""
        path = str(entities.name_of(self._names["path"]))
        answer: Mapping[str, Any] = self._send(Request(method="GET", url=path, params={"page": str(page)})).json()
        return answer

    def _row(self, listed: Mapping[str, Any]) -> Row:
        fields = self._names["fields"].items()
        return Row(payload={ours: listed.get(str(entities.name_of(theirs))) for ours, theirs in fields}, owed=True)

    def complete(self, _entity: str, row: Row) -> Mapping[str, Any]:
        """A listed account is whole."""
        return row.payload

    def withdrawn(self, _entity: str, _payload: Mapping[str, Any]) -> str:
        """No account is ever called back."""
        return ""

    def confirm(self, _entity: str, payload: Mapping[str, Any], result: Result) -> str:
        """Tell the books where the account is now, or why it is not."""
        path = str(entities.name_of(self._names["taken"])).format(code=payload["account"])
        body = {"as": result.target_id, "refused": result.refused}
        return self._send(Request(method="PUT", url=path, json=body, writes=True)).text

    def _send(self, request: Request) -> Answer:
        answer = self._http.send(replace(request, basic=self._basic))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise CredentialsRefused(f"{answer.where} does not accept this user; check username and password.")
        if not answer.ok:
            raise Unavailable(f"{answer.where} answered {answer.status}.")
        return answer


class BooksSystem:
    """Implements ``ports.System``."""

    name = "books"
    title = "Acme Books"
    simulator = "books"
    examples = packaged(__package__)
    secrets = frozenset({"password"})

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides."""
        entities.merged(__package__, overrides)
        plain = {key: value for key, value in config.items() if key not in self.secrets}
        try:
            return BooksConfig.model_validate(plain).model_dump(mode="json")
        except ValidationError as error:
            wrong = sorted(str(mistake["loc"][0]) for mistake in error.errors(include_input=False))
            raise ConfigurationError(f"Look at {', '.join(wrong)} of the connection to Acme Books.") from None

    def source(self, connection: OpenConnection) -> Books:
        """A reader of these books."""
        return Books(connection)

    def target(self, connection: OpenConnection) -> Target:
        """Nothing is written into the books."""
        raise ConfigurationError(f"Connection {connection.name} is one to Acme Books, which are only read.")

    def ping(self, connection: OpenConnection) -> PingReport:
        """Log in and list the accounts."""
        found = Verdict.FOUND if Books(connection).listed()["accounts"] else Verdict.UNCERTAIN
        check = EntityCheck(entity="accounts", path="api/accounts", verdict=found)
        return PingReport(system=self.name, login=f"as {connection.config['username']}", checks=(check,))


SYSTEM: System = BooksSystem()
