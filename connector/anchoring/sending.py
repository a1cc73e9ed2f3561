"""One request to an address that a deployment names: no proxy of the environment, no redirect, a bounded answer."""

from __future__ import annotations

from dataclasses import dataclass

import requests
import urllib3

_TIMEOUT_SECONDS = 10.0
_MOST_BYTES = 100_000


class NotReached(Exception):
    """No answer came; the words say which kind of failure it was."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    redirects: bool
    body: bytes


def post(url: str, body: bytes, content_type: str) -> Answer:
    """Send a body; raises NotReached."""
    headers = {"Content-Type": content_type, "User-Agent": "ml-connector"}
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url, data=body, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
            )
            with answer:
                read = answer.raw.read(_MOST_BYTES, decode_content=True)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise NotReached(type(error).__name__) from None
    return Answer(status=answer.status_code, redirects=answer.is_redirect, body=read)
