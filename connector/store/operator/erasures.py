"""What was read before a person's data was erased is not written after it.

Whoever begins what may quote documents later notes the moment; whoever writes asks whether anything was erased since.
Both keep an erasure waiting, and it them, until their transactions have ended: between two moments is no third one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.transaction import OperatorTransaction

SUBJECT, EVENT = "erasure", "operator.erased"
_OTHERS, _ALONE = (f"SELECT pg_advisory_xact_lock{how}(7304118011)" for how in ("_shared", ""))
_NOW = sa.text("SELECT clock_timestamp()")
# By ix_audit_events_people.
_SINCE = sa.text(f"""
SELECT EXISTS (SELECT FROM audit_events
                WHERE actor LIKE 'operator:%' AND at > CAST(:begun AS timestamptz) AND name = '{EVENT}')
""")  # noqa: S608  constant parts only


def moment(tx: OperatorTransaction) -> dt.datetime:
    """When something begins that reads documents from here on."""
    tx.run(_OTHERS)
    found: dt.datetime = tx.value(_NOW)
    return found


def since(tx: OperatorTransaction, begun: dt.datetime) -> bool:
    """Whether anything was erased since then; nothing is before this transaction ends."""
    tx.run(_OTHERS)
    return bool(tx.value(_SINCE, begun=begun))


def begin(tx: OperatorTransaction) -> None:
    """Erase from here on: this is the moment of it, and nobody who has begun before has not written that down."""
    tx.run(_ALONE)
    tx.now = tx.value(_NOW)
