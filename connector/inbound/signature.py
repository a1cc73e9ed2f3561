"""Whether an event really comes from the system that should have sent it.

SAP signs each delivery and publishes several RSA-2048 public keys, of which any may be in use. How the signature is
computed is not published: base64 of RSASSA-PKCS1-v1_5 with SHA-256 over the raw body is assumed, here and nowhere else.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCK = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


def read_keys(pem: bytes) -> tuple[RSAPublicKey, ...]:
    """Read every public key of a PEM file; raises ConfigurationError when there is none or one is no RSA key."""
    keys = []
    for number, block in enumerate(_BLOCK.findall(pem), start=1):
        try:
            key = load_pem_public_key(block)
        except ValueError:
            raise ConfigurationError(f"Key {number} of the public keys cannot be read.") from None
        if not isinstance(key, RSAPublicKey):
            raise ConfigurationError(f"Key {number} of the public keys is no RSA key.")
        keys.append(key)
    if not keys:
        raise ConfigurationError("There is no public key in the file; it holds PEM blocks, one a key.")
    return tuple(keys)


def genuine(body: bytes, signature: str, keys: Sequence[RSAPublicKey]) -> bool:
    """Whether one of the keys signed this very body."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_signed(body, given, key) for key in keys)


def _signed(body: bytes, signature: bytes, key: RSAPublicKey) -> bool:
    try:
        key.verify(signature, body, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
