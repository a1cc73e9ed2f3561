"""ID tokens: whether one was made by the provider, for us, for this very sign-in, and is still good."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import jwt

from connector.domain.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.operations.accounts.provider import Provider

#: signatures that only the provider can make: what both sides could make, and none at all, prove nothing
_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
_KINDS = frozenset({"RSA", "EC", "OKP"})
#: two clocks may differ by so much
_LEEWAY_SECONDS = 60
_NEEDED = ("iss", "sub", "aud", "exp", "iat")
_LONGEST = 20_000


class NotProven(ConnectorError):
    """A token that proves nothing."""


def claims(provider: Provider, token: str, nonce: str) -> Mapping[str, Any]:
    """What a token says, verified; raises NotProven with what is wrong with it."""
    agreed = provider.agreed
    if len(token) > _LONGEST:
        raise NotProven("it is too long")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg", ""))
        if algorithm not in _ALGORITHMS:
            raise NotProven("it is not signed in a way that proves anything")
        key = _key(provider, str(header.get("kid") or ""), algorithm)
        said: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=agreed.client_id,
            issuer=agreed.issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": list(_NEEDED)},
        )
    except jwt.PyJWTError as error:
        raise NotProven(_WORDS.get(type(error), "it cannot be verified")) from None
    audience = said["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in said) and said.get("azp") != agreed.client_id:
        raise NotProven("it was made for somebody else")
    given = said.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise NotProven("it belongs to another sign-in")
    if not isinstance(said["sub"], str) or not said["sub"]:
        raise NotProven("it names nobody")
    return said


def _key(provider: Provider, wanted: str, algorithm: str) -> jwt.PyJWK:
    fits = [
        key
        for key in provider.keys(wanted)
        if key.get("kty") in _KINDS
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (not wanted or key.get("kid") == wanted)
    ]
    if len(fits) != 1:
        raise NotProven("none of the provider's keys made it")
    return jwt.PyJWK.from_dict(dict(fits[0]), algorithm=algorithm)


_WORDS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.InvalidAudienceError: "it was made for somebody else",
    jwt.InvalidIssuerError: "somebody else made it",
    jwt.InvalidSignatureError: "none of the provider's keys made it",
    jwt.ImmatureSignatureError: "it is not good yet: the two clocks differ",
    jwt.MissingRequiredClaimError: "it does not say enough",
}
