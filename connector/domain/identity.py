"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562), and one that can be made again."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from uuid import UUID, uuid5

#: the field of a payload with the key of its document, where another document has its source key
FILED_AS = "filed_as"
#: how every correlation id of ours begins
CORRELATION = "mlc-"
_LONGEST_KEY = 300
_RANDOM_BITS = 80
_SORTS, _EPOCH = 7, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def can_name(text: str) -> bool:
    """Whether a text can be the source key of a document."""
    return 0 < len(text) <= _LONGEST_KEY and text.isprintable()


def new_id() -> UUID:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def made_at(identifier: UUID) -> dt.datetime | None:
    """When an id was made, by the clock of who made it; None of an id that does not say."""
    if identifier.version != _SORTS:
        return None
    return _EPOCH + dt.timedelta(milliseconds=identifier.int >> _RANDOM_BITS)


def first_id(moment: dt.datetime) -> UUID:
    """The first id that could be made at a moment; no id was made before 1970."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << _RANDOM_BITS)


def apart(source_key: str, identity: str) -> str:
    """The key of a document whose source key another document of its source has already."""
    return f"{source_key}/{identity}"


def correlation_of(flow_id: UUID, source_key: str, fingerprint: str) -> str:
    """What we write into a target beside a version of a document, to find it by.

    The same version gets the same one whenever it is read: a ledger that was restored from before it was read finds
    what was sent then, even under codes it does not know.
    """
    return f"{CORRELATION}{uuid5(flow_id, f'{source_key} {fingerprint}')}"
