"""One request to an address that a deployment names: no proxy of the environment, no redirect, a bounded answer.

Head and body of the answer count, in bytes and in time: whoever keeps the seals cannot keep housekeeping waiting.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import requests
import urllib3

from connector.domain.errors import ConnectorError
from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.http.limits import Limit
from connector.http.meter import Allowance, OverdrawnError
from connector.http.proxies import proxies
from connector.http.wire import Guarded, GuardedAdapter

_TIMEOUT_SECONDS = 10.0
#: for the whole answer
_PATIENCE_SECONDS = 30.0
_MOST_BYTES = 100_000


class NotReached(Exception):
    """No answer came; the words say which kind of failure it was."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def post(url: str, body: bytes, content_type: str, outbound: Outbound = NOTHING_SAID) -> Answer:
    """Send a body, through the proxy of the deployment where it has one; raises NotReached."""
    limit = Limit(most_bytes=_MOST_BYTES, most_elements=0, advice="")
    allowance = Allowance(limit=limit, seconds=_PATIENCE_SECONDS, clock=time.monotonic)
    guarded = Guarded(name="anchor", allow_private=True, allowance=allowance)
    headers = {"Content-Type": content_type, "User-Agent": "ml-connector"}
    try:
        with requests.Session() as session:
            session.trust_env = False
            for scheme in ("https://", "http://"):
                session.mount(scheme, GuardedAdapter(guarded))
            proxy = proxies("", outbound.proxy, name="anchor")(url)
            answer = session.post(
                url,
                data=body,
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
                proxies={} if proxy is None else {"all": proxy.url},
                verify=outbound.ca_file or True,
            )
            with answer:
                read = answer.raw.read(_MOST_BYTES, decode_content=True)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ConnectorError, OverdrawnError) as error:
        raise NotReached(type(error).__name__) from None
    return Answer(status=answer.status_code, body=read)
