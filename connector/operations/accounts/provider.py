"""An identity provider (OpenID Connect) over HTTP: what it says of itself, its keys, and whom a code stands for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from connector.domain.errors import ConfigurationError, Unavailable
from connector.http.proxies import proxies
from connector.http.request import Request, quoted
from connector.http.session import Http

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.outbound import Outbound
    from connector.domain.role import Role
    from connector.http.request import Answer

_DISCOVERY = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS = 10.0
_MOST_BYTES = 1_000_000
#: what it says of itself is asked for again after so long, and its keys no more often than that
_GOOD_FOR_SECONDS, _KEYS_AGAIN_SECONDS = 3600.0, 30.0
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What was agreed with an identity provider."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    #: what people call it
    called: str
    scopes: str
    groups_claim: str
    groups: Mapping[Role, frozenset[str]]
    #: where it sends people back to
    redirect: str
    outbound: Outbound
    #: whether it may be spoken to without encryption: a test system
    allow_plain: bool = False


class Provider:
    """One identity provider; threads may share it."""

    def __init__(self, agreed: Agreed, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.agreed = agreed
        self._clock = clock
        self._lock = threading.Lock()
        self._about: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, list[Mapping[str, Any]]] | None = None

    def address(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a browser goes to sign in; raises ConnectorError where the provider does not say."""
        place = self._discovered()["authorization_endpoint"]
        asked = {
            "response_type": "code",
            "client_id": self.agreed.client_id,
            "redirect_uri": self.agreed.redirect,
            "scope": self.agreed.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def names_itself(self) -> bool:
        """Whether it says in its answers who answers (RFC 9207)."""
        return self._discovered().get("authorization_response_iss_parameter_supported") is True

    def redeem(self, code: str, verifier: str) -> tuple[str, str]:
        """Exchange a code for an ID token and an access token; raises ConnectorError where it takes none."""
        about, agreed = self._discovered(), self.agreed
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": agreed.redirect,
            "code_verifier": verifier,
        }
        ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = None
        if agreed.client_secret and "client_secret_basic" in ways:
            basic = (quote_plus(agreed.client_id), quote_plus(agreed.client_secret))
        else:
            form["client_id"] = agreed.client_id
            form |= {"client_secret": agreed.client_secret} if agreed.client_secret else {}
        secrets = tuple(filter(None, (code, verifier, agreed.client_secret)))
        request = Request(
            method="POST", url=about["token_endpoint"], form=form, basic=basic, secrets=secrets, writes=True
        )
        answer = self._ask(request)
        said = answer.object()
        if not answer.ok or not isinstance(said.get("id_token"), str):
            raise Unavailable(f"{answer.where} took no code of ours ({answer.status}){quoted(answer.said)}.")
        return said["id_token"], str(said.get("access_token", ""))

    def about_somebody(self, access: str) -> Mapping[str, Any]:
        """What it says of whom an access token stands for, beyond the ID token; nothing where it does not."""
        place = self._discovered().get("userinfo_endpoint")
        if not access or not isinstance(place, str):
            return {}
        answer = self._ask(
            Request(method="GET", url=place, headers={"Authorization": f"Bearer {access}"}, secrets=(access,))
        )
        return answer.object() if answer.ok else {}

    def keys(self, wanted: str) -> list[Mapping[str, Any]]:
        """Its public keys; asked for again where it may have a new one of this id."""
        with self._lock:
            known = self._keys
        if known is not None:
            age = self._clock() - known[0]
            there = not wanted or wanted in {key.get("kid") for key in known[1]}
            if age < _KEYS_AGAIN_SECONDS or (there and age < _GOOD_FOR_SECONDS):
                return known[1]
        said = self._ask(Request(method="GET", url=self._discovered()["jwks_uri"])).object()
        listed = said.get("keys")
        found: list[Mapping[str, Any]] = []
        if isinstance(listed, list):
            found = [key for key in listed if isinstance(key, dict)]
        with self._lock:
            self._keys = (self._clock(), found)
        return found

    def _discovered(self) -> Mapping[str, Any]:
        with self._lock:
            known = self._about
        if known is not None and self._clock() - known[0] < _GOOD_FOR_SECONDS:
            return known[1]
        issuer = self.agreed.issuer
        answer = self._ask(Request(method="GET", url=f"{issuer.rstrip('/')}{_DISCOVERY}"))
        about = answer.object()
        if not answer.ok or about.get("issuer") != issuer:
            raise ConfigurationError(
                f"{issuer} does not say that it is an identity provider of that name: look at ML_CONNECTOR_OIDC_ISSUER."
            )
        for name in _NEEDED:
            if not isinstance(about.get(name), str):
                raise ConfigurationError(f"{issuer} does not say its {name}, so nobody can sign in with it.")
        with self._lock:
            self._about = (self._clock(), about)
        return about

    def _ask(self, request: Request) -> Answer:
        agreed = self.agreed
        http = Http(
            name=agreed.called,
            base_url=request.url.partition("?")[0].partition("#")[0],
            allow_private=True,  # whoever runs this has named it, and it often lies in their own network
            allow_plain=agreed.allow_plain,
            timeout=_TIMEOUT_SECONDS,
            most_bytes=_MOST_BYTES,
            ca_file=agreed.outbound.ca_file or None,
            proxy_of=proxies("", agreed.outbound.proxy, name=agreed.called),
        )
        try:
            return http.send(request)
        finally:
            http.close()
