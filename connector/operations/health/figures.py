"""The ledger as Prometheus sees it: every gauge that the web process tells."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError
from connector.metering import names
from connector.metering.exposition import Sample, text_of
from connector.store import operator as ledger
from connector.store.beat import canaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.metering.names import Metric
    from connector.operations.operator import Operator
    from connector.store.operator.transaction import OperatorTransaction

_ALIVE = dt.timedelta(seconds=30)
#: no scrape waits longer for one statement
_PATIENCE_SECONDS = 5


def told(operator: Operator, silent_after: dt.timedelta) -> bytes:
    """Return the text of a scrape; a ledger that cannot be read is a figure, too."""
    try:
        with operator.transaction() as tx:
            tx.take_time(_PATIENCE_SECONDS)
            samples = [(names.LEDGER_UP, (), 1.0), *measured(tx, silent_after)]
    except ConnectorError:
        samples = [(names.LEDGER_UP, (), 0.0)]
    return text_of(samples)


def measured(tx: OperatorTransaction, silent_after: dt.timedelta) -> Iterator[Sample]:
    """Ask one thing after the other."""
    yield from _labelled(names.UNDER_WAY, ledger.figures.under_way(tx), "integration", "flow", "word")
    yield from _labelled(names.HELD, ledger.figures.held(tx), "integration", "flow", "word")
    yield from _labelled(names.OLDEST_DUE, ledger.figures.oldest_due(tx), "integration", "flow")
    yield from _labelled(names.IN_DOUBT, ledger.figures.in_doubt(tx), "integration", "flow")
    yield from _labelled(names.MISSING, ledger.figures.missing_codes(tx), "integration", "flow")
    yield from _labelled(names.DEAD, ledger.figures.dead_letters(tx), "integration", "flow", "code")
    yield from _flows(tx)
    yield from _connections(tx)
    yield from _labelled(names.ALERTS, ledger.figures.alerts(tx), "alert")
    yield from _labelled(names.PROCESSES, ledger.figures.processes(tx, _ALIVE), "kind")
    for waiting in ledger.messages.quarantined(tx):
        yield names.QUARANTINED, (waiting.connection,), float(waiting.messages)
    for queue in canaries.list_(tx, silent_after):
        yield names.SILENT, (queue.name,), queue.waits.total_seconds() if queue.waits else 0.0
        yield names.TAKERS, (queue.name,), float(queue.takers)
        yield names.BUSY, (queue.name,), float(queue.busy)
    yield from _audit(tx)
    server = ledger.figures.server(tx)
    yield names.DATABASE_SIZE, (), float(server.size)
    yield names.DATABASE_CONNECTIONS, (), float(server.connections)
    yield names.DATABASE_MOST, (), float(server.most)


def _labelled(metric: Metric, rows: Iterable[dict[str, Any]], *labels: str) -> Iterator[Sample]:
    for row in rows:
        yield metric, tuple(row[label] for label in labels), float(row["number"])


def _flows(tx: OperatorTransaction) -> Iterator[Sample]:
    for row in ledger.figures.flows(tx):
        labels = (row["integration"], row["flow"])
        yield names.ENABLED, labels, float(row["enabled"])
        if row["read_at"] is not None:
            yield names.LAST_READ, labels, float(row["read_at"])


def _connections(tx: OperatorTransaction) -> Iterator[Sample]:
    columns = {
        "stopped": names.STOPPED,
        "paused": names.PAUSED,
        "failures": names.FAILURES,
        "pace": names.PACE,
        "token": names.TOKEN,
    }
    for row in ledger.figures.connections(tx):
        for column, metric in columns.items():
            if row[column] is not None:
                yield metric, (row["connection"], row["system"]), float(row[column])


def _audit(tx: OperatorTransaction) -> Iterator[Sample]:
    since, gone = ledger.audit.sealing(tx)
    yield names.UNSEALED, (), (tx.now - since).total_seconds() if since else 0.0
    yield names.SEAL_GONE, (), float(gone)
    verified = ledger.figures.verified(tx)
    if verified is not None:
        yield names.VERIFIED, (), float(verified["at"])
        yield names.FINDINGS, (), float(verified["findings"] or 0)
