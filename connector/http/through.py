"""A session for a library that sends by itself: it goes through the deployment's proxy, and asks no environment."""

from __future__ import annotations

import requests

from connector.http.proxies import proxies


def session_to(url: str, proxy: str, *, name: str) -> requests.Session:
    """A session for this address; ``proxy`` is what the deployment says. Raises ConfigurationError."""
    found = requests.Session()
    found.trust_env = False
    through = proxies("", proxy, name=name)(url)
    if through is not None:
        found.proxies = {"http": through.url, "https": through.url}
    return found
