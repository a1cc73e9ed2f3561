"""Send one request and say what became of it: an answer, or an error that knows whether it may have happened."""

from __future__ import annotations

import datetime as dt
import logging
import time
from functools import partial
from http import HTTPStatus, cookiejar
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from connector.domain.errors import ConfigurationError, ConnectorError, RateLimited, Unanswered, Unavailable
from connector.http import body, words
from connector.http.authorities import believed
from connector.http.classify import Meaning, meaning, retry_after
from connector.http.connection_settings import MOST_ELEMENTS, MOST_MEGABYTES
from connector.http.guard import check_url
from connector.http.limits import Limit, Limits
from connector.http.meter import Allowance, OverdrawnError, elements
from connector.http.paths import joined, origin, wanders
from connector.http.proxies import directly, proxy_for
from connector.http.reach import Reach
from connector.http.redact import HIDDEN, redacted
from connector.http.request import Answer, Request, quoted
from connector.http.sockets import Sockets
from connector.http.wire import Guarded, GuardedAdapter, wants_password
from connector.points import point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.http.proxies import Proxies

USER_AGENT = "ml-connector/0.1"
#: a server that trickles its answer is given up after this many read timeouts
PATIENCE = 10
MOST_REDIRECTS = 3
_CHUNK = 65_536
_log = logging.getLogger(__name__)


class Http:
    """The HTTP of one connection. Threads may share it: each has its own sockets.

    ``name`` is the connection's name for sentences. ``proxy_of`` says which proxy an address is reached through;
    without it none is, and no ``.netrc`` and no cookie is used.
    ``allow_private`` and ``allow_plain`` are two permissions: for addresses in private networks, and for http without
    encryption. ``ca_file`` replaces the public certificate authorities, for a server with a private one. ``reach`` is
    how far requests may go, where that is further than the base URL. ``limits`` are those of single paths.
    """

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        allow_private: bool,
        allow_plain: bool,
        timeout: float = 30.0,
        connect_timeout: float = 5.0,
        most_bytes: int = 1_000_000 * MOST_MEGABYTES,
        most_elements: int = MOST_ELEMENTS,
        limits: Mapping[str, Limit] | None = None,
        ca_file: str | None = None,
        proxy_of: Proxies = directly,
        reach: Reach | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = check_url(base_url, allow_plain=allow_plain, name=name)
        if parts.query or parts.fragment:
            raise ConfigurationError(f"{name}: {redacted(base_url)} has a query or fragment behind it; leave that out.")
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.host = parts.netloc
        self._allow_private, self._allow_plain = allow_private, allow_plain
        self.reach = reach or Reach(base_url)
        self._timeouts = (connect_timeout, timeout)
        self._limits = Limits(every=Limit(most_bytes=most_bytes, most_elements=most_elements), own=limits or {})
        most = max((self._limits.every, *self._limits.own.values()), key=lambda limit: limit.most_bytes)
        allowance = Allowance(limit=most, seconds=PATIENCE * timeout, clock=clock)
        guarded = Guarded(name=name, allow_private=allow_private, allowance=allowance)
        self._proxy_of = proxy_of
        self._clock = clock
        # knows nothing of us: what nobody has any more is closed at once
        self._sockets = Sockets(partial(_session, guarded, ca_file, name))

    def send(self, request: Request) -> Answer:
        """Send, and read the whole answer.

        Returns every 2xx and 4xx except 408, 425 and 429. Raises RateLimited (429, 425), Unavailable (nothing changed),
        Unanswered (a write that may have happened) and ConfigurationError (an address that must not or cannot be used).
        """
        prepared = self._prepare(request)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._once(prepared, request)
            what = meaning(answer.status)
            if answer.status == HTTPStatus.BAD_REQUEST and _plain(prepared) and "https port" in answer.said.lower():
                sentence = f"{self._where(request)} speaks https on that port; write https:// for http://."
                raise ConfigurationError(sentence)
            if what is Meaning.ANSWERED or answer.status in request.answered_by:
                return answer
            there = self._judge(what, answer, request, str(prepared.url))
            prepared = prepared.copy()
            prepared.url = there
        raise ConfigurationError(f"{self._where(request)} redirects in circles; check the configured address.")

    def absolute(self, url: str) -> str:
        """Join a path to the base URL, keeping the context root; an absolute URL stays as it is."""
        return url if "://" in url else f"{self.base_url}/{url.lstrip('/')}"

    def check(self, url: str, *, name: str = "") -> None:
        """Raises ConfigurationError for an address that this connection must not or cannot call."""
        check_url(url, allow_plain=self._allow_plain, name=name or self.name)
        if wanders(url):
            raise ConfigurationError(
                f"{name or self.name}: {redacted(url)} has . or .. as a part of its path and means another address "
                "than it shows; write the whole path."
            )

    def close(self) -> None:
        """Close this thread's sockets."""
        self._sockets.close()

    def _once(self, prepared: requests.PreparedRequest, request: Request) -> Answer:
        began, limit = self._clock(), self._limits.of(str(prepared.url))
        proxy = proxy_for(str(prepared.url), self._proxy_of, allow_private=self._allow_private, name=self.name)
        try:
            with (
                point(f"{request.method} {urlsplit(str(prepared.url)).path}"),
                self._sockets.session().send(
                    prepared,
                    stream=True,
                    timeout=self._timeouts,
                    allow_redirects=False,
                    proxies={} if proxy is None else {"all": proxy.url},
                ) as response,
            ):
                raw = self._read(response, limit)
        except ConnectorError:
            raise
        except OverdrawnError as overdrawn:
            raise self._lost(request, str(overdrawn)) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            if _timed_out(error):
                raise self._lost(request, f"did not answer within {self._timeouts[1]:g} seconds") from None
            advice = " (if that port speaks https, write https in the address)"
            hint = advice if _plain(prepared) and not request.writes else ""
            raise self._lost(request, f"broke the connection off before its answer was complete{hint}") from None
        if proxy is not None and response.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise wants_password(proxy, name=self.name)
        milliseconds = round((self._clock() - began) * 1000)
        _log.debug(
            "http.answered",
            extra={
                "connection": self.name,
                "method": request.method,
                "path": HIDDEN if request.hides_path else urlsplit(str(prepared.url)).path,
                "status": response.status_code,
                "milliseconds": milliseconds,
            },
        )
        text = self._decode(raw, response, request)
        if len(text) > limit.most_elements and elements(text) > limit.most_elements:
            raise self._lost(request, limit.elements_exceeded)
        plain = response.status_code < HTTPStatus.BAD_REQUEST and text.lstrip()[:1] in ("{", "[")
        return Answer(
            status=response.status_code,
            headers=response.headers,
            text=text,
            where=self._where(request),
            writes=request.writes,
            content=b"" if request.content is None else bytes(raw),
            said="" if plain else words.of(text, request),
        )

    @staticmethod
    def _read(response: requests.Response, limit: Limit) -> bytearray:
        """Read the body, unpacked as it comes: what was packed small is not let grow large."""
        raw = bytearray()
        for chunk in response.iter_content(_CHUNK):
            raw += chunk
            if len(raw) > limit.most_bytes:
                raise OverdrawnError(limit.bytes_exceeded)
        return raw

    def _decode(self, raw: bytearray, response: requests.Response, request: Request) -> str:
        """Read text as what the answer declares, else UTF-8. An error page may be anything; data must be exact.

        Where a body went out as ``content`` the caller reads the bytes themselves, and this text is only for sentences.
        """
        exact = response.status_code < HTTPStatus.BAD_REQUEST and request.content is None
        errors = "strict" if exact else "replace"
        declared = response.headers.get("Content-Type", "").lower().partition("charset=")[2].strip("\"' ;")
        for charset in (declared, "utf-8-sig"):
            try:
                return raw.decode(charset or "utf-8-sig", errors)
            except (LookupError, UnicodeDecodeError):
                continue
        raise self._lost(request, "answered in a character set we cannot read")

    def _judge(self, what: Meaning, answer: Answer, request: Request, url: str) -> str:
        """Raise what the status means, or return where a harmless redirect leads."""
        wait = retry_after(
            answer.headers.get("Retry-After"), date=answer.headers.get("Date"), now=dt.datetime.now(dt.UTC)
        )
        if what is Meaning.SLOW_DOWN:
            asked = f"; it asks for {wait:g} seconds" if wait is not None else ""
            raise RateLimited(f"{answer.where} says we ask too often ({answer.status}){asked}.", retry_after=wait)
        if what is Meaning.UNKNOWN or (what is Meaning.MOVED_AFTER and request.writes):
            sentence = f"answered {_named(answer.status)}{quoted(answer.said)}"
            raise self._lost(request, sentence, retry_after=wait, status=answer.status)
        there = joined(url, answer.headers.get("Location", ""))
        if request.writes or not there or origin(there) != origin(url):
            raise ConfigurationError(
                f"{answer.where} redirects to {redacted(there) if there else 'an address that cannot be read'}; "
                "if that is right, configure that address.",
                status=answer.status,
            )
        self.check(there)
        return there

    def _lost(self, request: Request, what: str, **evidence: object) -> ConnectorError:
        sentence = f"{self._where(request)} {what}"
        if request.writes:
            return Unanswered(f"{sentence}: the {request.method} may have taken effect.", **evidence)
        return Unavailable(f"{sentence}.", **evidence)

    def _where(self, request: Request) -> str:
        return f"{self.name} ({urlsplit(self.absolute(request.url)).netloc.rpartition('@')[2]})"

    def _prepare(self, request: Request) -> requests.PreparedRequest:
        url = self.absolute(request.url)
        self.check(url)
        if not self.reach.admits(url):
            raise ConfigurationError(
                f"{self.name}: {redacted(url)} lies outside of what this connection is configured for ({self.reach}), "
                "so nothing was sent there; look at its addresses and at the paths under `entities`."
            )
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **request.headers}
        data: bytes | Mapping[str, str] | None = request.form if request.content is None else request.content
        if request.json is not None:
            data = body.encode(request.json)
            headers.setdefault("Content-Type", "application/json")
        basic = None if request.basic is None else tuple(part.encode() for part in request.basic)
        try:
            for value in headers.values():
                value.encode("latin-1")
            return self._sockets.session().prepare_request(
                requests.Request(
                    request.method, url, params=dict(request.params), headers=headers, data=data, auth=basic
                )
            )
        except (requests.RequestException, ValueError):
            raise ConfigurationError(
                f"{self.name}: the request to {redacted(url)} cannot be written as HTTP; "
                "look for line breaks or unusual characters in the address and the credentials."
            ) from None


class _Session(requests.Session):
    """Leaves redirects to us: requests would look ahead, and stumble over an address that cannot be read."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


def _session(guarded: Guarded, ca_file: str | None, name: str) -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.verify = believed(ca_file, name=name)
    session.cookies.set_policy(cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    adapter = GuardedAdapter(guarded)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _timed_out(error: Exception) -> bool:
    """Tell a stall from a break; requests wraps a stall in the middle of a body as if it were a break."""
    return isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args)


def _plain(prepared: requests.PreparedRequest) -> bool:
    return urlsplit(str(prepared.url)).scheme == "http"


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)
