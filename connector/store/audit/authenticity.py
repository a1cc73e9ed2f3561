"""Whether a seal was made by somebody who had a master key."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from connector.domain import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.postgres.transaction import AnyRow

_PURPOSE = "audit-seal"
#: what a seal says, all of it
TOLD = ("from_at", "to_at", "after_id", "upto_id", "events", "digest", "previous")


class Keys(Protocol):
    """The part of the vault that seals need."""

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the master keys at hand, the newest first."""
        ...

    def authenticate(self, message: bytes, purpose: str) -> bytes:
        """Authenticate a message under the newest master key."""
        ...

    def authentic(self, mac: bytes, message: bytes, purpose: str, *, key_id: str) -> bool:
        """Whether a message was authenticated under this master key, which is at hand."""
        ...


def mac_of(keys: Keys, facts: Mapping[str, Any]) -> bytes:
    """Authenticate what a seal says under the newest master key."""
    return keys.authenticate(statement_of(facts), _PURPOSE)


def told_by(keys: Keys, row: AnyRow) -> bool:
    """Whether a seal says what was said by whoever had its master key, which is at hand."""
    facts = {name: getattr(row, name) for name in TOLD}
    return keys.authentic(bytes(row.mac), statement_of(facts), _PURPOSE, key_id=row.key_id)


def statement_of(facts: Mapping[str, Any]) -> bytes:
    """What a seal says, in one spelling: moments in UTC, digests in hexadecimal digits."""
    return canonical.dumps({name: _spelled(facts[name]) for name in TOLD})


def _spelled(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value
