"""What an operator may do with messages that systems sent to us."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import registry
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.operations.giving_reasons import reason
from connector.operations.work import hints
from connector.store import operator as ledger
from connector.store.operator.messages import Filter

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.ports import Message
    from connector.store.operator.audit import AuditEvent
    from connector.store.operator.messages import Stored
    from connector.store.operator.transaction import OperatorTransaction

__all__ = ("Filter", "Shown")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Everything about one message."""

    message: Stored
    events: list[AuditEvent]
    #: as it came, only when asked for: as text, or in base64 where it is none
    body: str | None = None
    body_base64: str | None = None


def list_(operator: Operator, wanted: Filter, *, most: int) -> list[Stored]:
    """The newest first; raises UnknownName for a connection that does not exist."""
    with operator.transaction() as tx:
        if wanted.connection is not None:
            ledger.connections.named(tx, wanted.connection)
        return ledger.messages.list_(tx, wanted, tenants=_tenants(tx), most=most)


def count(operator: Operator, wanted: Filter) -> int:
    """How many these are; one more than is counted where there are more (``seeking.cut``)."""
    with operator.transaction() as tx:
        return ledger.messages.count(tx, wanted, most=ledger.listing.COUNTED + 1)


def listed(operator: Operator, wanted: Filter, *, most: int) -> tuple[list[Stored], int | None]:
    """The newest, and how many there are where these may not be all."""
    found = list_(operator, wanted, most=most)
    return found, count(operator, wanted) if len(found) >= most else None


def get(operator: Operator, number: int, *, payload: bool = False) -> Shown:
    """One message with its history; its body in clear only when asked for, which is audited."""
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx))
        body = None
        if payload:
            body = _body(operator, tx, number)
            ledger.audit.note(tx, f"operator:{operator.actor}", "operator.read_payload", {"message": number})
        events = ledger.audit.history(tx, ledger.messages.subject(number))
    if body is None:
        return Shown(message=found, events=events)
    try:
        return Shown(message=found, events=events, body=body.decode())
    except UnicodeDecodeError:
        return Shown(message=found, events=events, body_base64=base64.b64encode(body).decode())


def retry(operator: Operator, number: int) -> Stored:
    """Have its system tell anew what a message is, after an upgrade or when its connection was changed."""
    message = _reread(operator, number)
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx), lock=True)
        _belongs(found)
        ledger.messages.reread(tx, found, message)
    return _read_soon(operator, number, message.read_by)


def _reread(operator: Operator, number: int) -> Message:
    """What its system says that a message is."""
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx))
        body = _body(operator, tx, number)
    _belongs(found)
    receiver = operator.application.receiver(found.connection)
    if receiver is None:
        raise ConfigurationError(f"{found.connection} takes no messages any more, so nobody could read {number}.")
    return receiver.reread(body, found.content_type)


def quarantined(operator: Operator, connection: str) -> list[int]:
    """The numbers of what is quarantined of a connection; raises UnknownName."""
    with operator.transaction() as tx:
        ledger.connections.named(tx, connection)
        return ledger.messages.numbers(tx, connection)


def discard(operator: Operator, number: int, why: str) -> Stored:
    """Have nobody read a message any more; it stays, and ``restore`` takes this back."""
    because = reason(why)
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx), lock=True)
        if found.discarded_at is not None:
            raise ConfigurationError(f"Message {number} is discarded already.")
        ledger.messages.discard(tx, found, because)
    return _read_soon(operator, number)


def restore(operator: Operator, number: int) -> Stored:
    """Take back that a message was discarded; or have one count about which nobody could tell whether it does."""
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx), lock=True)
        if found.discarded_at is not None:
            ledger.messages.restore(tx, found)
        elif not found.problem:
            raise ConfigurationError(f"Message {number} is not discarded, and nobody waits for a word about it.")
    if found.discarded_at is None:
        return _insist(operator, number)
    return _read_soon(operator, number)


def _insist(operator: Operator, number: int) -> Stored:
    message = _reread(operator, number)
    if message.problem:
        raise ConfigurationError(
            f"Message {number} cannot be read, so it cannot count: {message.problem} Repair that, then "
            f"`ml-connector message retry {number}`; or discard it."
        )
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx), lock=True)
        _belongs(found)
        ledger.messages.insist(tx, found, message)
    return _read_soon(operator, number, message.read_by)


def _belongs(found: Stored) -> None:
    if found.discarded_at is not None:
        raise ConfigurationError(
            f"Message {found.number} is discarded; `ml-connector message restore {found.number}` takes that back."
        )
    if found.foreign:
        raise ConfigurationError(
            f"Message {found.number} came when {found.connection} was another tenant's, so nothing of it is read; "
            "make a connection for that tenant, and have it sent once more."
        )


def _read_soon(operator: Operator, number: int, read_by: frozenset[str] = frozenset()) -> Stored:
    with operator.transaction() as tx:
        found = ledger.messages.numbered(tx, number, tenants=_tenants(tx))
    if not found.foreign and not found.problem:
        for entity in sorted(read_by or {found.entity}):
            hints.read_soon(operator, found.connection, found.system, entity)
    return found


def _body(operator: Operator, tx: OperatorTransaction, number: int) -> bytes:
    return ledger.messages.body(tx, operator.application.vault, number)


def _tenants(tx: OperatorTransaction) -> str:
    """Whose documents each connection is sent now."""
    now = {one.name: registry.tenant(one.system, one.config) for one in ledger.connections.list_(tx)}
    return canonical.dumps(now).decode()
