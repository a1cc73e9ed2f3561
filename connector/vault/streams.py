"""Files that are too large for memory, sealed piece by piece: no piece can be altered, exchanged, added or left away.

A sealed file is: ``MLCB`` and the format (1), length of the key id (1 byte), key id, salt (32); then pieces of up to a
mebibyte, each its length (4 bytes) and AES-256-GCM over it under a key that HKDF derives from the key and the salt. The
nonce is the piece's number; what is authenticated with it says whether it is the last one.
"""

from __future__ import annotations

import os
import struct
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.master_keys import MasterKey

#: how an encrypted backup begins
MAGIC = b"MLCB\x01"
_SALT_BYTES, _PIECE, _TAG = 32, 1 << 20, 16
_LENGTH = struct.Struct(">I")


def seal(key: MasterKey, source: IO[bytes], out: IO[bytes]) -> None:
    """Encrypt everything that comes from a source."""
    name, salt = key.id.encode(), os.urandom(_SALT_BYTES)
    header = MAGIC + bytes((len(name),)) + name + salt
    cipher = _cipher(key, salt)
    out.write(header)
    number, piece = 0, source.read(_PIECE)
    while True:
        following = source.read(_PIECE)
        sealed = cipher.encrypt(_nonce(number), piece, _bound(header, last=not following))
        out.write(_LENGTH.pack(len(sealed)) + sealed)
        if not following:
            return
        number, piece = number + 1, following


def opened(keys: Sequence[MasterKey], source: IO[bytes]) -> Iterator[bytes]:
    """Decrypt piece by piece; raises ConfigurationError for what is no sealed file, cut, altered, or another key's."""
    header = source.read(len(MAGIC) + 1)
    if header[:-1] != MAGIC:
        raise ConfigurationError("This is no backup that ml-connector encrypted.")
    header += source.read(header[-1] + _SALT_BYTES)
    name, salt = header[len(MAGIC) + 1 : -_SALT_BYTES].decode(errors="replace"), header[-_SALT_BYTES:]
    key = next((one for one in keys if one.id == name), None)
    if key is None:
        raise ConfigurationError(
            f"This backup was encrypted with the key {name!r}: add it to ML_CONNECTOR_BACKUP_KEYS."
        )
    cipher, number, length = _cipher(key, salt), 0, _next_length(source)
    while True:
        sealed = source.read(length)
        following = source.read(_LENGTH.size)
        try:
            yield cipher.decrypt(_nonce(number), sealed, _bound(header, last=not following))
        except InvalidTag:
            raise ConfigurationError(f"This backup is cut off or was altered (at piece {number + 1}).") from None
        if not following:
            return
        number, length = number + 1, _checked(following)


def _next_length(source: IO[bytes]) -> int:
    return _checked(source.read(_LENGTH.size))


def _checked(length: bytes) -> int:
    if len(length) < _LENGTH.size or not _TAG <= (found := int(_LENGTH.unpack(length)[0])) <= _PIECE + _TAG:
        raise ConfigurationError("This backup is cut off or was altered.")
    return found


def _cipher(key: MasterKey, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"ml-connector backup").derive(key.key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(header: bytes, *, last: bool) -> bytes:
    return header + (b"\x01" if last else b"\x00")
