"""What the last comparison of a period with its target found, kept until the next one."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.domain import canonical
from connector.domain.reconciliation import Difference, Kind
from connector.operations.work.reconciled import NO_FAULT, Account
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.accounting_period import Period
    from connector.operations.operator import Operator
    from connector.operations.work.asked import Asked
    from connector.operations.work.reconciled import Reconciled
    from connector.store.operator.comparisons import Comparison
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

#: what the ledger says by itself, at any time
OF_LEDGER = frozenset({Kind.DOUBT, Kind.DEAD})
#: differences that are kept, the worst first; how many there were is kept in any case
MOST = 5_000


@dataclass(frozen=True, kw_only=True)
class Side:
    """How far a system was asked."""

    system: str
    asked: int
    unasked: int
    why: str
    never: bool

    @property
    def failed(self) -> bool:
        """Whether it was not asked, or not about everything, and somebody can do something about it."""
        return not self.never and bool(self.why or self.unasked)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What was found."""

    at: dt.datetime
    by: str
    #: without those that the ledger knows by itself
    differences: Sequence[Difference]
    #: how many there were, also of those that were not kept
    count: int
    #: what was posted
    accounts: Sequence[Account]
    unbooked: int
    source: Side | None
    target: Side | None

    @property
    def complete(self) -> bool:
        """Whether both sides were asked about everything they can be asked about."""
        return not any(side is not None and side.failed for side in (self.source, self.target))


def keep(operator: Operator, flow: Flow, period: Period, line: Reconciled, begun: dt.datetime) -> None:
    """Keep what was found of a flow; ``begun``: when the first document was looked at."""
    own = [one for one in line.differences if one.kind not in OF_LEDGER]
    faults = sum(one.kind not in NO_FAULT for one in own)
    found = {
        "differences": [asdict(one) for one in own[:MOST]],
        "count": len(own),
        "accounts": [asdict(one) for one in line.accounts],
        "unbooked": line.unbooked,
        "source": _side(line.source),
        "target": _side(line.target),
    }
    detail = {"documents": line.documents, "differences": faults}
    operator.transact(lambda tx: ledger.comparisons.keep(tx, flow, period, canonical.dumps(found), detail, begun=begun))


def read(tx: OperatorTransaction, one: Comparison) -> Compared:
    """What was found; raises ConfigurationError where it cannot be opened."""
    found = canonical.loads(ledger.comparisons.opened(tx, one))
    return Compared(
        at=one.compared_at,
        by=one.actor,
        differences=[_difference(each) for each in found["differences"]],
        count=found["count"],
        accounts=[_account(each) for each in found["accounts"]],
        unbooked=found["unbooked"],
        source=_told(found["source"]),
        target=_told(found["target"]),
    )


def _side(asked: Asked | None) -> dict[str, Any] | None:
    return None if asked is None else {one.name: getattr(asked, one.name) for one in fields(Side)}


def _told(side: dict[str, Any] | None) -> Side | None:
    return None if side is None else Side(**side)


def _account(kept: dict[str, Any]) -> Account:
    return Account(**{**kept, "debit": Decimal(kept["debit"]), "credit": Decimal(kept["credit"])})


def _difference(kept: dict[str, Any]) -> Difference:
    date, amount, record = kept["date"], kept["amount"], kept["record_id"]
    return Difference(
        **{
            **kept,
            "kind": Kind(kept["kind"]),
            "date": dt.date.fromisoformat(date) if date else None,
            "amount": None if amount is None else Decimal(amount),
            "record_id": UUID(record) if record else None,
        }
    )
