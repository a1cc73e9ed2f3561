"""Master keys, as their setting spells them: read and made without loading what encrypts."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import os
import re
import secrets
from dataclasses import dataclass, field

from connector.domain.errors import ConfigurationError

SETTING = "ML_CONNECTOR_MASTER_KEYS"
KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, kw_only=True)
class MasterKey:
    """One master key; its bytes do not show in its repr."""

    id: str
    key: bytes = field(repr=False)


def new_key() -> str:
    """Make a master key in the spelling of the setting: ``id:base64``."""
    name = f"k{dt.datetime.now(dt.UTC):%Y%m%d}-{secrets.token_hex(3)}"
    return f"{name}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def parse_keys(text: str) -> tuple[MasterKey, ...]:
    """Read master keys, newest first: ``id:base64`` separated by commas or lines. Raises ConfigurationError."""
    entries = [entry.strip() for entry in re.split(r"[,\n]", text) if entry.strip()]
    if not entries:
        raise ConfigurationError(
            "There is no master key, so secrets cannot be kept. Make one with `ml-connector vault new-key` and give it "
            f"as {SETTING} (or in a file named by {SETTING}_FILE)."
        )
    keys = tuple(_parse(entry, number) for number, entry in enumerate(entries, start=1))
    names = [key.id for key in keys]
    if len(set(names)) < len(names):
        raise ConfigurationError(f"Two master keys in {SETTING} have the same id: give each its own.")
    return keys


def _parse(entry: str, number: int) -> MasterKey:
    name, colon, encoded = entry.partition(":")
    if not colon or not _ID.fullmatch(name):
        raise ConfigurationError(
            f"Master key {number} in {SETTING} should look like id:base64, where the id has up to 32 letters, digits, "
            "dots, dashes or underscores."
        )
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"Master key {name!r} in {SETTING} must be 32 bytes in base64 (44 characters).")
    return MasterKey(id=name, key=key)
