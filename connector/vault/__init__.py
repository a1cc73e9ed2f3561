"""The vault: AES-256-GCM envelopes for everything that must not be read from a dump of the ledger.

Each value has a random data key of its own, which a master key wraps. The identity of the place (row and column) is
authenticated with both, so a value that is copied elsewhere does not open. Changing the master key re-wraps data keys
and leaves the values alone.

A sealed value is: format (1 byte, 1), length of the key id (1 byte), key id, nonce (12), wrapped data key (48),
nonce (12), ciphertext with tag.

What is to be known as ours without being secret is authenticated with HMAC-SHA256, under keys that HKDF derives from
the master keys, one for each purpose.
"""

from __future__ import annotations

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connector.domain.errors import ConfigurationError
from connector.master_keys import KEY_BYTES, SETTING, MasterKey, new_key, parse_keys

__all__ = ["EnvelopeVault", "MasterKey", "new_key", "parse_keys"]

_FORMAT = 1
_NONCE_BYTES = 12
_WRAPPED_BYTES = _NONCE_BYTES + KEY_BYTES + 16
_LEAST_HEADER = 2


class EnvelopeVault:
    """Implements ports.Vault. Seals under the first master key, opens under any."""

    def __init__(self, keys: tuple[MasterKey, ...]) -> None:
        self._newest = keys[0]
        self._masters = {key.id: key for key in keys}
        self._keys = {key.id: AESGCM(key.key) for key in keys}
        self._derived: dict[tuple[str, str], bytes] = {}

    @property
    def prefix(self) -> bytes:
        """How every value begins that is sealed under the newest master key."""
        name = self._newest.id.encode()
        return bytes((_FORMAT, len(name))) + name

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the master keys at hand, the newest first."""
        return tuple(self._keys)

    def seal(self, plain: bytes, identity: str) -> bytes:
        """Encrypt for this place."""
        drawn = os.urandom(KEY_BYTES + 2 * _NONCE_BYTES)  # at once: each draw is a call of the kernel
        data_key, nonces = drawn[:KEY_BYTES], drawn[KEY_BYTES:]
        nonce, wrapping = nonces[:_NONCE_BYTES], nonces[_NONCE_BYTES:]
        value = AESGCM(data_key).encrypt(nonce, plain, _bound("value", identity))
        return self.prefix + self._wrap(data_key, identity, wrapping) + nonce + value

    def open(self, sealed: bytes, identity: str) -> bytes:
        """Decrypt what was sealed for this place; raises ConfigurationError when the key is missing or it was not."""
        data_key, value = self._unwrap(sealed, identity)
        try:
            return AESGCM(data_key).decrypt(value[:_NONCE_BYTES], value[_NONCE_BYTES:], _bound("value", identity))
        except (InvalidTag, ValueError) as error:
            raise _closed(identity) from error

    def rewrap(self, sealed: bytes, identity: str) -> bytes:
        """Put the value's data key under the newest master key; the value itself stays as it is."""
        if sealed.startswith(self.prefix):
            return sealed
        data_key, value = self._unwrap(sealed, identity)
        return self.prefix + self._wrap(data_key, identity, os.urandom(_NONCE_BYTES)) + value

    def authenticate(self, message: bytes, purpose: str) -> bytes:
        """HMAC-SHA256 of a message for this purpose, under the newest master key (the first of ``key_ids``)."""
        return hmac.digest(self._key_for(self._newest.id, purpose), message, "sha256")

    def authentic(self, mac: bytes, message: bytes, purpose: str, *, key_id: str) -> bool:
        """Whether somebody who had this master key authenticated the message; it must be among ``key_ids``."""
        return hmac.compare_digest(mac, hmac.digest(self._key_for(key_id, purpose), message, "sha256"))

    def _key_for(self, key_id: str, purpose: str) -> bytes:
        derived = self._derived.get((key_id, purpose))
        if derived is None:
            hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"ml-connector:{purpose}".encode())
            derived = self._derived[key_id, purpose] = hkdf.derive(self._masters[key_id].key)
        return derived

    def key_id(self, sealed: bytes) -> str:
        """The id of the master key a value (or its first 34 bytes) is sealed under."""
        if len(sealed) < _LEAST_HEADER or sealed[0] != _FORMAT:
            raise ConfigurationError("A stored value is not in the vault's format: was it written by a newer release?")
        return sealed[_LEAST_HEADER : _LEAST_HEADER + sealed[1]].decode(errors="replace")

    def _wrap(self, data_key: bytes, identity: str, nonce: bytes) -> bytes:
        return nonce + self._keys[self._newest.id].encrypt(nonce, data_key, _bound("key", identity))

    def _unwrap(self, sealed: bytes, identity: str) -> tuple[bytes, bytes]:
        if not sealed:
            raise ConfigurationError(f"There is nothing stored at {identity}: retention may have removed it.")
        name = self.key_id(sealed)
        master = self._keys.get(name)
        if master is None:
            raise ConfigurationError(
                f"{identity} is sealed under the master key {name!r}, which is not among the keys in {SETTING} "
                f"({', '.join(self._keys)}): add it back until `vault rotate` has finished."
            )
        start = _LEAST_HEADER + sealed[1]
        wrapped, value = sealed[start : start + _WRAPPED_BYTES], sealed[start + _WRAPPED_BYTES :]
        try:
            data_key = master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound("key", identity))
        except (InvalidTag, ValueError) as error:
            raise _closed(identity) from error
        return data_key, value


def _bound(part: str, identity: str) -> bytes:
    return f"{part}:{identity}".encode()


def _closed(identity: str) -> ConfigurationError:
    return ConfigurationError(
        f"The value stored at {identity} does not open there: it was moved, altered, or sealed under another master "
        "key of the same id. Restore the row or the key."
    )
