"""Subscriptions to SAP Concur's events: who is told that documents became ready, and where.

The Event Subscription Service takes a token of the application (client credentials), not of the company, and allows at
most five subscriptions an application (documented).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connector.systems.concur.client import ConcurClient

if TYPE_CHECKING:
    from connector.domain.token import Token
    from connector.http.request import Answer, Request
    from connector.http.session import Http
    from connector.systems.concur.auth import CompanyLogin
    from connector.systems.concur.names import Names

#: the documents we bring to QAD
FILTER = r"(expense|invoice|cash[aA]dvance)\.readyForIntegration"


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One webhook of the application."""

    name: str
    endpoint: str
    topic: str
    filter: str


class Application:
    """Sends requests with a token of the application, fetched once for each command."""

    def __init__(self, *, http: Http, login: CompanyLogin, stored: Token | None) -> None:
        self._http, self._login = http, login
        self._base = login.base(stored) if stored else ""
        self._token: Token | None = None

    def send(self, request: Request) -> Answer:
        """Send to where the company's calls go, or to the configured address."""
        if self._token is None:
            self._token = self._login.application()
        base = self._base or self._login.base(self._token)
        headers = {**request.headers, "Authorization": f"Bearer {self._token.access}"}
        return self._http.send(replace(request, url=f"{base}/{request.url}", headers=headers))


class Subscriptions:
    """Implements ``ports.Subscriptions``."""

    def __init__(self, *, sender: Application, names: Names) -> None:
        self._client = ConcurClient(sender=sender, names=names)
        self._names = names

    def subscribe(self, name: str, endpoint: str) -> None:
        """Ask for events at this address; an existing subscription of this name is changed."""
        body = {
            "id": name,
            "filter": FILTER,
            "topic": self._names("events", "topic"),
            "webHookConfig": {"endpoint": endpoint},
        }
        self._client.write("PUT", self._names("events", "subscribe"), body)

    def list_(self) -> list[Subscription]:
        """Every webhook of the application, also those that others made."""
        reply = self._client.get(self._names("events", "list"))
        if not isinstance(reply.body, list):
            raise reply.no_answer("without a list of subscriptions")
        return [_read(one) for one in reply.body if isinstance(one, dict)]

    def remove(self, name: str) -> None:
        """Ask for no more events there; raises Refused when there is no such subscription."""
        self._client.write("DELETE", self._names("events", "one", id=name))


def _read(one: dict[str, Any]) -> Subscription:
    config = one.get("webHookConfig")
    return Subscription(
        name=str(one.get("id", "")),
        endpoint=str(config.get("endpoint", "")) if isinstance(config, dict) else "",
        topic=str(one.get("topic", "")),
        filter=str(one.get("filter", "")),
    )
