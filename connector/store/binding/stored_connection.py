"""Rows as the rest of the system sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID


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
    #: which seal its newest change left, as the audit trail says
    revision: str | None = None
