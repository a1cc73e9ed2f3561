"""A connection as its row says, with its secrets sealed and the trail of its changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.binding.newest_change import Trail


@dataclass(frozen=True, kw_only=True)
class StoredConnection:
    """A connection's row; secrets are still sealed."""

    id: UUID
    name: str
    system: str
    config: Mapping[str, Any]
    overrides: Mapping[str, Any]
    #: sealed JSON object, identity ``connections:<id>:secrets``
    secrets: bytes = field(repr=False)
    updated_at: dt.datetime
    #: its changes, as the audit trail tells of them
    trail: Trail
