"""Payloads of records, opened for whoever looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.payload import payload_identity

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator


def unsealed(operator: Operator, record_id: UUID, which: str, sealed: bytes) -> dict[str, Any]:
    """The source or target payload of a record, with whose it is; ConfigurationError where it cannot be opened."""
    payload: dict[str, Any] = canonical.loads(
        operator.application.vault.open(bytes(sealed), payload_identity(record_id, which))
    )
    return payload
