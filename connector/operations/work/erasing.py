"""``db erase``: what is stored about a person goes at their request, and the audit trail certifies it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.domain.summary import PERSONAL
from connector.operations.work import messages
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connector.operations.operator import Operator
    from connector.store.operator.transaction import OperatorTransaction

_PURPOSE = "erasure"
#: a message as the audit trail calls it
_MESSAGE = re.compile(r"message:(\d{1,18})")


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What is gone, or would be."""

    #: how many records of each kind of document; or the one message
    kinds: Mapping[str, int]
    records: int
    #: keys of documents that stay, because they are under way or their dead letter is open
    needed: list[str]
    #: where the audit trail certifies it; empty when nothing was done
    certificate: str


def erase(
    operator: Operator,
    who: str,
    *,
    why: str,
    dry: bool = False,
    report: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> Erased:
    """Erase documents, summaries and search terms of an employee (by id) or of a record's document; or one message.

    Each batch is certified in its transaction, so whatever ends this early, what was done is written down and asking
    again does the rest. The certificate names records and, under the master key, the person, whom nobody reads there.
    Raises ConfigurationError where nothing is known of them.
    """
    if message := _MESSAGE.fullmatch(who.strip()):
        return _erase_message(operator, int(message[1]), why=why, dry=dry)
    systems = registry.handing_over()
    records = _written_with(operator, who, report) if "@" in who else []
    with operator.transaction() as tx:
        found = ledger.erasing.meant(tx, who, systems=systems, records=records)
        waiting = ledger.retained_messages.waiting(tx, systems, [one.id for one in found])
    if not found:
        raise ConfigurationError(
            f"Nothing in the ledger is called by {who.strip()!r}: give an employee's id as their reports have it, be "
            "it an e-mail address, the id of a record, or message:NUMBER. What an earlier release read is found once "
            "`ml-connector db fill-summaries` was run."
        )
    kinds = Counter(one.kind or "without a name" for one in found if not one.needed)
    needed = list(dict.fromkeys(one.source_key for one in found if one.needed))
    needed += [f"message {number}" for number in waiting]
    ended = [one.id for one in found if not one.needed]
    if dry or not ended:
        return Erased(kinds=kinds, records=len(ended), needed=needed, certificate="")
    certificate, size = ledger.erasing.new_certificate(), ledger.erasing.BATCH
    detail = _certified(operator, who, why)
    erased = 0
    for first in range(0, len(ended), size):
        batch = ended[first : first + size]
        erased += operator.transact(partial(_erase_records, batch, certificate, detail, systems))
        report("records", first + len(batch), len(ended))
    return Erased(kinds=kinds, records=erased, needed=needed, certificate=certificate)


def _erase_records(
    records: Sequence[UUID], certificate: str, detail: dict[str, str], systems: Sequence[str], tx: OperatorTransaction
) -> int:
    return ledger.erasing.erase(tx, records, certificate, detail, systems=systems)


def _erase_message(operator: Operator, number: int, *, why: str, dry: bool) -> Erased:
    """One that no document was made of: whoever reads it is known to nobody but by what it says."""
    found = messages.get(operator, number).message
    if not found.size:
        raise ConfigurationError(f"What message {number} said is gone already.")
    if found.status not in {"discarded", "unread"}:
        raise ConfigurationError(
            f"Message {number} is {found.status}: flows read it, or will. Erase its document by its record's id, which "
            f"takes the message with it; or discard it first (`ml-connector message discard {number} --why TEXT`)."
        )
    kinds, certificate = {"message": 1}, ""
    if not dry:
        certificate = ledger.erasing.new_certificate()
        with operator.transaction() as tx:
            if not ledger.erasing.erase_message(
                tx, number, certificate, _certified(operator, f"message:{number}", why)
            ):
                raise ConfigurationError(f"Somebody has restored message {number} meanwhile; nothing was erased.")
    return Erased(kinds=kinds, records=0, needed=[], certificate=certificate)


def _certified(operator: Operator, who: str, why: str) -> dict[str, str]:
    vault = operator.application.vault
    return {"why": why, "key": vault.key_ids[0], "person": vault.authenticate(_spelled(who), _PURPOSE).hex()}


def _written_with(operator: Operator, address: str, report: Callable[[str, int, int], None]) -> list[UUID]:
    """Records of employees' documents in which this e-mail address stands: nothing in clear says whose they are."""
    found: list[UUID] = []
    reached, looked_at, wanted = UUID(int=0), 0, address.strip().casefold()
    while True:
        with operator.transaction() as tx:
            rows = ledger.erasing.unnamed(tx, PERSONAL, reached)
        if not rows:
            return found
        for row in rows:
            sealed = {"source": row.source, "target": row.target}
            opened = (unsealed(operator, row.id, which, one) for which, one in sealed.items() if one)
            found += [row.id] if any(_stands(wanted, document) for document in opened) else []
        reached, looked_at = rows[-1].id, looked_at + len(rows)
        report("documents of employees", looked_at, looked_at)


def _stands(wanted: str, value: object) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() == wanted
    if isinstance(value, dict):
        return any(_stands(wanted, one) for one in value.values())
    return isinstance(value, list) and any(_stands(wanted, one) for one in value)


def _spelled(who: str) -> bytes:
    return who.strip().lower().encode()
