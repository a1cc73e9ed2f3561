"""Audit events: what happened to a subject, each hashed together with the one before it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connector.domain import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

#: the hash before the first event of every subject
GENESIS = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. ``subject`` is a record id, or ``kind:name`` for everything that is not a record."""

    subject: str
    #: stable dotted name: ``record.mapped``, ``attempt.sent``, ``operator.requeued``
    name: str
    #: worker id or operator name
    actor: str
    at: dt.datetime
    #: evidence without secrets or personal data
    detail: Mapping[str, Any] = field(default_factory=dict)

    def hash_after(self, previous: bytes) -> bytes:
        """Chain this event to the one before it: SHA-256 over the previous hash and the canonical event."""
        return hashlib.sha256(previous + self._spelled).digest()

    @property
    def hashed(self) -> str:
        """The canonical event: what is hashed behind the hash before it."""
        return self._spelled.decode()

    @cached_property
    def _spelled(self) -> bytes:
        """The canonical event, which is hashed for its row and again for what remembers its newest one."""
        return canonical.dumps(
            {
                "subject": self.subject,
                "name": self.name,
                "actor": self.actor,
                "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "detail": self.detail,
            }
        )
