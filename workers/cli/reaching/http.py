"""Requests to the API: a token in its header, over TLS but for this machine, never led elsewhere."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import socket
import time
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener
from uuid import UUID, uuid4

from connector.domain.errors import ConfigurationError, ConnectorError, UnknownName
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from http.client import HTTPResponse

    from connector.store.audit.recomputing import Report

T = TypeVar("T")
#: of a list: there are more than are shown, and nobody counted how many
UNCOUNTED = -1

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 60
#: how long until a job is looked at again, at first and at most
_FIRST_LOOK, _LOOK_SECONDS = 0.05, 0.5
_MOST_BYTES, _PART = 64 * 1024 * 1024, 256 * 1024
#: so often a request is sent again that came too soon after the others
_PATIENCE, _SOON = 20, "1"


def _why(error: Exception) -> str:
    """The rest of the sentence that begins with the console's address, without numbers and classes of the system."""
    reason = getattr(error, "reason", None) or error
    match reason:
        case ConnectionRefusedError():
            return "refuses connections: check that the console runs, and that the port is right"
        case socket.gaierror():
            return "cannot be found in DNS: check its name"
        case TimeoutError():
            return "gave no answer in time: check that the console runs and that firewalls let us through"
        case _:
            return f"does not answer as a console does: {getattr(reason, 'strerror', None) or str(reason).strip()}"


def _unheard(_what: str, _done: int, _of: int) -> None:
    """Tell nobody how far it is."""


def _spelled(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return "true" if value is True else str(value)


class _Nowhere(HTTPRedirectHandler):
    """A token goes to nobody but whom it was meant for."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - the library's own
        return None


class Server:
    """The API of one console."""

    #: entries that a page of a list has at most
    most = 500

    def __init__(self, address: str, token: str) -> None:
        parts = urlsplit(address)
        more = parts.query or parts.fragment or parts.username
        if parts.scheme not in {"http", "https"} or not parts.hostname or more:
            raise ConfigurationError(f"{address!r} is no address of a console: write https://connector.example.com.")
        if parts.scheme == "http" and parts.hostname not in _HERE:
            raise ConfigurationError(
                f"{address} is not reached over TLS, so the token could be read on the way: write https://, or have a "
                "proxy end TLS there."
            )
        self._address, self._token = address.rstrip("/"), token
        handlers = [_Nowhere(), ProxyHandler({})] if parts.hostname in _HERE else [_Nowhere()]
        self._opener = build_opener(*handlers)

    def get(self, path: str, **query: Any) -> Any:  # noqa: ANN401 - JSON holds anything
        """Read; raises ConnectorError with the sentence of whoever answered."""
        return self._ask("GET", path, query, None)[0]

    def text(self, path: str, **query: Any) -> Iterator[str]:  # noqa: ANN401 - likewise
        """Read what is no JSON, a part after the other."""
        with self._answered("GET", path, query, None) as answer:
            yield from codecs.iterdecode(iter(lambda: answer.read(_PART), b""), "utf-8")

    def meant(self, path: str, name: str) -> UUID:
        """The id of what a person means by this name."""
        return UUID(self.get(path, name=name.strip())["id"])

    def listed(self, kind: type[T], path: str, most: int, **query: Any) -> tuple[list[T], int | None]:  # noqa: ANN401 - likewise
        """The first entries of a list, and whether there are more: nobody counts them."""
        found, more = self.all(path, most=most, **query)
        return all_revived(kind, found), UNCOUNTED if more else None

    def all(self, path: str, *, most: int, **query: Any) -> tuple[list[Any], bool]:  # noqa: ANN401 - likewise
        """The first entries of a list, and whether there are more."""
        found: list[Any] = []
        for page in self.pages(path, min(most, self.most), **query):
            found += page["items"]
            if len(found) >= most:
                return found[:most], len(found) > most or page["next"] is not None
        return found, False

    def pages(self, path: str, limit: int, **query: Any) -> Iterator[Any]:  # noqa: ANN401 - likewise
        """A list, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, limit=limit, cursor=cursor)
            yield page
            cursor = page["next"]

    def change(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - likewise
        """Have something done."""
        return self._ask(method, path, {}, body)[0]

    def work(self, path: str, body: Any = None, *, report: Report = _unheard) -> Any:  # noqa: ANN401 - likewise
        """Have done what takes longer, and wait for what came of it; raises ConnectorError where it failed.

        Ctrl-C stops it there, too, unless it has ended by then.
        """
        return self.job(path, body, report=report)["result"]

    def job(self, path: str, body: Any = None, *, report: Report = _unheard) -> Any:  # noqa: ANN401 - likewise
        """The same, and the job that did it."""
        _, place = self._ask("POST", path, {}, body)
        here = place.removeprefix("/api/v1")
        try:
            job = self._ended(here, report)
        except KeyboardInterrupt:
            self.change("POST", f"{here}/stop")
            job = self._ended(here, _unheard)
            if job["status"] != "done":
                report(job["said"], job["done"], job["of"] or 0)
                raise
        else:
            with suppress(KeyboardInterrupt):  # it has ended
                report(job["said"], job["done"], job["of"] or 0)
        if job["status"] != "done":
            kind = ConfigurationError if job["refused"] else ConnectorError
            raise kind(job["error"] or f"It was {job['status']}: {job['about']}.")
        if job["result"] is None:
            raise ConnectorError(job["said"])
        return job

    def _ended(self, here: str, report: Report) -> Any:  # noqa: ANN401 - likewise
        pause = _FIRST_LOOK
        while True:
            job = self.get(here)  # what came of it is told here alone, also where it has ended at once
            if job["status"] not in {"running", "stopping"}:
                return job
            report(job["said"] or job["about"], job["done"], job["of"] or 0)
            time.sleep(pause)
            pause = min(2 * pause, _LOOK_SECONDS)

    def _ask(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> tuple[Any, str]:  # noqa: ANN401 - likewise
        with self._answered(method, path, query, body) as answer:
            return json.loads(answer.read(_MOST_BYTES)), answer.headers.get("Location", "")

    @contextmanager
    def _answered(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> Generator[HTTPResponse]:  # noqa: ANN401 - likewise
        request = self._request(method, path, query, body)
        try:
            with self._opened(request) as answer:
                yield answer
                if answer.length:  # of what it said would come
                    raise IncompleteRead(b"", answer.length)
        except HTTPError as error:
            raise self._told(error) from None
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise ConnectorError(f"{self._address} {_why(error)}.") from None

    def _opened(self, request: Request) -> HTTPResponse:
        """Send it; again where it came too soon after others, of which nothing was done then."""
        for _ in range(_PATIENCE):
            try:
                return self._once(request)
            except HTTPError as error:
                if error.code != HTTPStatus.TOO_MANY_REQUESTS or error.headers.get("Retry-After") != _SOON:
                    raise
                time.sleep(float(_SOON))
        return self._once(request)

    def _once(self, request: Request) -> HTTPResponse:
        answer: HTTPResponse = self._opener.open(request, timeout=_SECONDS)
        return answer

    def _request(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> Request:  # noqa: ANN401 - likewise
        given = {name: value for name, value in query.items() if value not in {None, ""}}
        spelled = urlencode({name: _spelled(value) for name, value in given.items() if value is not False})
        request = Request(  # noqa: S310 - looked at above
            f"{self._address}/api/v1{quote(path)}{f'?{spelled}' if spelled else ''}",
            method=method,
            data=None if body is None else json.dumps(body, default=_spelled).encode(),
            headers={"Authorization": f"Bearer {self._token}", "User-Agent": "ml-connector"},
        )
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if method != "GET":
            request.add_header("Idempotency-Key", str(uuid4()))
        return request

    def _told(self, error: HTTPError) -> ConnectorError:
        try:
            said = str(json.loads(error.read(_MOST_BYTES))["detail"])
        except (ValueError, KeyError, TypeError, OSError, HTTPException):
            return ConnectorError(f"{self._address} does not answer as a console does: {error.code} {error.reason}.")
        if error.code == HTTPStatus.NOT_FOUND:
            return UnknownName(said)
        mistaken = error.code in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
        return ConfigurationError(said) if mistaken else ConnectorError(said)
