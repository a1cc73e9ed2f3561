"""The key pairs events are signed with. Keys are rotated: the newest signs, older ones stay published for a while."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from starlette.requests import Request
    from starlette.responses import Response

PATH: Final = "/events/v4/keys"
_BITS: Final = 2048
_EXPONENT: Final = 65537


def _pair() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_BITS)


@dataclass(kw_only=True)
class KeyRing:
    """RSA-2048 pairs, oldest first.

    How SAP signs is not published; this is RSASSA-PKCS1-v1_5 with SHA-256 over the body (assumed).
    """

    _made: list[RSAPrivateKey] = field(default_factory=list)
    _stranger: RSAPrivateKey | None = None

    @property
    def _pairs(self) -> list[RSAPrivateKey]:
        """The first is made when somebody asks: most companies have no events, and a pair is a tenth of a second."""
        if not self._made:
            self._made.append(_pair())
        return self._made

    def sign(self, body: bytes) -> str:
        """Sign with the newest key; base64."""
        return _signed(self._pairs[-1], body)

    def forge(self, body: bytes) -> str:
        """Sign with a key that was never published."""
        if self._stranger is None:
            self._stranger = _pair()
        return _signed(self._stranger, body)

    def rotate(self) -> None:
        """Sign with a new key from now on; the public keys of the old ones stay published."""
        self._pairs.append(_pair())

    def retire(self) -> None:
        """Publish only the newest key from now on."""
        del self._pairs[:-1]

    def public(self) -> list[dict[str, Any]]:
        """Return the published keys as PEM, newest last."""
        return [{"algorithm": "RS256", "publicKey": _pem(pair)} for pair in self._pairs]

    async def read(self, _: Request) -> Response:
        """Serve the public keys at a path that is assumed."""
        return answer({"keys": self.public()})


def _signed(pair: RSAPrivateKey, body: bytes) -> str:
    return base64.b64encode(pair.sign(body, padding.PKCS1v15(), SHA256())).decode()


def _pem(pair: RSAPrivateKey) -> str:
    return pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
