"""``db fill-summaries``: say of records that an earlier release wrote what their documents are called.

Their documents are opened for it, a batch of them in each transaction. Killed, it has lost nothing: whoever asks again
goes on with those that have no summary yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import payload
from connector.domain.errors import ConnectorError
from connector.domain.summary import Summary
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from connector.domain.flow import Flow
    from connector.operations.operator import Operator
    from connector.store.operator.naming import Nameless

BATCH = 500
#: what the audit trail calls it
SUBJECT = "ledger:summaries"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What one batch did."""

    named: int
    #: left without one, because what is sealed in them cannot be opened, or is another document's
    closed: int


def missing(operator: Operator) -> int:
    """How many records have no summary."""
    with operator.transaction() as tx:
        return ledger.naming.count(tx)


def fill(operator: Operator, *, batch: int = BATCH) -> Generator[Filled]:
    """Name them batch by batch; what retention has removed, or nobody can read, is called by its key."""
    flows = registry.flows()
    reached, named, closed = ledger.naming.BEGINNING, 0, 0
    try:
        while True:
            with operator.transaction() as tx:
                found = ledger.naming.after(tx, reached, most=batch)
            if not found:
                return
            called = [(one, _called(operator, one, flows)) for one in found]
            known = [(one.id, said, (one.source_key, one.target_id or "")) for one, said in called if said is not None]
            with operator.transaction() as tx:
                ledger.naming.keep(tx, known)
            reached, named, closed = found[-1].id, named + len(known), closed + len(found) - len(known)
            yield Filled(named=len(known), closed=len(found) - len(known))
    finally:
        if named or closed:
            with operator.transaction() as tx:
                ledger.audit.note(tx, SUBJECT, "operator.filled_summaries", {"named": named, "closed": closed})


def _called(operator: Operator, one: Nameless, flows: Mapping[str, Flow[Any]]) -> Summary | None:
    flow = flows.get(one.flow)
    if flow is None:
        return Summary(kind=one.flow, number=one.source_key)
    if one.source is None:
        return flow.plain_summary(one.source_key)
    try:
        opened = unsealed(operator, one.id, "source", one.source)
        document = payload.of(opened, flow_id=one.flow_id, key=one.source_key)
    except ConnectorError:
        return None
    return flow.summary_of(document, one.source_key)
