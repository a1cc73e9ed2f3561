"""Records that retention removed, as the audit trail tells of them: their events stay, and end where they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.store.audit.authenticity import Keys
    from connector.store.postgres.transaction import Transaction

SUBJECT = "retention:records"
EVENT = "retention.removed_records"
_PURPOSE = "retention"

_CERTIFICATES = sa.text("SELECT id, detail FROM audit_events WHERE subject = :subject AND name = :name ORDER BY id")


def certificate(keys: Keys, records: Sequence[tuple[UUID, bytes]]) -> dict[str, Any]:
    """What an event says of records that are removed: each with the hash of its newest event, under a master key."""
    named = [[str(record), head.hex()] for record, head in records]
    return {"records": named, "key": keys.key_ids[0], "mac": keys.authenticate(_said(named), _PURPOSE).hex()}


def forged(tx: Transaction, keys: Keys | None) -> Iterator[int]:
    """The numbers of certificates that nobody with the master key they name has made; what is not at hand is believed.

    Such a certificate is under seals, which are made anew when a master key is replaced.
    """
    if keys is None:
        return
    for number, detail in tx.stream(_CERTIFICATES, subject=SUBJECT, name=EVENT):
        if not _genuine(keys, detail):
            yield number


def _genuine(keys: Keys, detail: Mapping[str, Any]) -> bool:
    key, named, mac = detail.get("key"), detail.get("records"), detail.get("mac")
    if not (isinstance(key, str) and isinstance(mac, str) and isinstance(named, list)):
        return False
    if key not in keys.key_ids:
        return True
    return keys.authentic(bytes.fromhex(mac), _said(named), _PURPOSE, key_id=key)


def _said(named: Sequence[Sequence[str]]) -> bytes:
    return canonical.dumps([list(one) for one in named])
