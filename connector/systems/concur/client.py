"""Requests to one company in Concur, wherever its data lives, and answers with their correlation ids."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from connector.domain.errors import ConfigurationError, ConnectorError, Refused, Unavailable
from connector.http.request import Request
from connector.reading import values
from connector.systems.concur import answers, correlation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.http.request import Answer
    from connector.systems.concur.names import Names

_NOT_FOUND = 404


class Sender(Protocol):
    """Whatever sends requests with the company's token."""

    def send(self, request: Request) -> Answer:
        """Send, and read the whole answer."""
        ...


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A 2xx answer; its repr shows no body."""

    #: JSON; None when the answer to a write was empty
    body: Any = field(repr=False)
    status: int
    #: the id under which Concur knows the call
    correlation: str
    where: str

    def rows(self, *names: str) -> list[Mapping[str, Any]]:
        """The list under the first of these names that is there.

        Raises Unavailable for a body that has none of them: it does not say that there is nothing.
        """
        body = self.body if isinstance(self.body, dict) else {}
        name = next((name for name in names if name in body), None)
        if name is None or not isinstance(body[name], list | dict | None):
            raise self.no_answer(f"without a list under {' or '.join(map(repr, names))}")
        return values.rows(body[name] or [])

    def no_answer(self, how: str) -> Unavailable:
        """What was answered is not this service's own envelope, so it says nothing about what is there."""
        said = answers.reason(self.body)
        return Unavailable(
            f"{self.where} answered {how} ({said or f'HTTP {self.status}'}, correlation id {self.correlation}), which "
            "tells nothing about what is there; if this stays, check the path under `entities` of the connection.",
            correlation=self.correlation,
        )


class ConcurClient:
    """Reads and writes; knows no document."""

    def __init__(self, *, sender: Sender, names: Names) -> None:
        self._sender, self._names = sender, names

    def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Read. Raises what ``answers.failure`` makes of refusals, and Transient errors."""
        return self._opened(Request(method="GET", url=path, params=params or {}, headers=headers or {}))

    def find(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        believe_silence: bool = False,
    ) -> Reply | None:
        """Read one thing; None when Concur says that it has none.

        A 404 without a word may come from a proxy or a wrong path: it is a ConfigurationError unless
        ``believe_silence``.
        """
        try:
            return self.get(path, params, headers)
        except Refused as refused:
            if refused.evidence.get("status") != _NOT_FOUND:
                raise
            return None
        except ConfigurationError as error:
            if error.evidence.get("status") != _NOT_FOUND or not believe_silence:
                raise
            return None

    def write(
        self, method: str, path: str, body: object | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        """Change something; a missing or unreadable answer raises Unanswered."""
        return self._opened(Request(method=method, url=path, json=body, params=params or {}, writes=True))

    def post_idempotent(self, path: str, body: object) -> Reply:
        """Post what may be posted again without harm: a missing answer is Unavailable, and the same is sent later."""
        return self._opened(Request(method="POST", url=path, json=body))

    def _opened(self, request: Request) -> Reply:
        ours = correlation.new_id()
        known_as = ours
        marked = replace(request, headers={**request.headers, correlation.HEADER: ours})
        try:
            answer = self._sender.send(marked)
            known_as = correlation.theirs(answer, ours)
            if not answer.ok:
                raise answers.failure(answer, names=self._names, path=request.url)
            body = answer.json() if answer.text.strip() or request.method == "GET" else None
        except ConnectorError as error:
            raise correlation.traced(error, known_as) from None
        return Reply(body=body, status=answer.status, correlation=known_as, where=answer.where)
