"""Every metric, with its labels: an API. What a dashboard or an alert rule names stays what it is.

Names follow Prometheus' conventions: a unit at the end, ``_total`` for what only rises. Labels hold names that an
operator gave (integration, connection), or words of this product (flow, state, code): never anything of a document.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

PREFIX: Final = "ml_connector_"


class Kind(Enum):
    """What a metric is."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


class Told(Enum):
    """Which process knows it."""

    WEB = "web process"
    WORKER = "worker"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A row of the table."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    told: Told
    #: upper bounds of a histogram's buckets
    buckets: tuple[float, ...] = ()


_OF_FLOW = ("integration", "flow")
_OF_CONNECTION = ("connection", "system")


def _from_ledger(name: str, labels: tuple[str, ...], meaning: str) -> Metric:
    return Metric(name=f"{PREFIX}{name}", kind=Kind.GAUGE, labels=labels, meaning=meaning, told=Told.WEB)


def _from_worker(
    name: str, kind: Kind, labels: tuple[str, ...], meaning: str, buckets: tuple[float, ...] = ()
) -> Metric:
    return Metric(name=f"{PREFIX}{name}", kind=kind, labels=labels, meaning=meaning, told=Told.WORKER, buckets=buckets)


LEDGER_UP = _from_ledger("ledger_up", (), "1 when the ledger could be read, else 0, and nothing else of it is told.")
UNDER_WAY = _from_ledger(
    "records_under_way", (*_OF_FLOW, "state"), "Records that have a step to go; counted up to 10,000 of each."
)
HELD = _from_ledger(
    "records_held",
    (*_OF_FLOW, "hold"),
    "Records under way that something holds: retry, gate, park (a code is missing), version, connection, source.",
)
IN_DOUBT = _from_ledger(
    "records_in_doubt", _OF_FLOW, "Records under way whose last write has no answer; looked for among 1,000 of a flow."
)
OLDEST_DUE = _from_ledger(
    "oldest_due_seconds", _OF_FLOW, "For how long the record that has waited longest for a worker has been due."
)
DEAD = _from_ledger("dead_letters_open", (*_OF_FLOW, "code"), "Open dead letters, by their reason's code.")
MISSING = _from_ledger("missing_codes", _OF_FLOW, "Codes of crosswalks that records wait for, each once.")
ENABLED = _from_ledger("flow_enabled", _OF_FLOW, "1 when the flow is switched on, else 0.")
LAST_READ = _from_ledger(
    "flow_last_read_timestamp_seconds", _OF_FLOW, "When the last complete read of the source that ended well ended."
)
STOPPED = _from_ledger("connection_stopped", _OF_CONNECTION, "1 while nothing may use the connection, else 0.")
PAUSED = _from_ledger(
    "connection_paused_seconds", _OF_CONNECTION, "For how much longer the connection rests (its breaker is open)."
)
FAILURES = _from_ledger("connection_failures", _OF_CONNECTION, "Failures in a row; five open the breaker.")
PACE = _from_ledger(
    "connection_pace_per_second", _OF_CONNECTION, "Steps a second, while its system asks us to slow down."
)
TOKEN = _from_ledger(
    "token_expiry_timestamp_seconds", _OF_CONNECTION, "When the access token in use expires; it is renewed by itself."
)
QUARANTINED = _from_ledger("messages_quarantined", ("connection",), "Messages that wait for a person.")
SILENT = _from_ledger(
    "queue_silent_seconds", ("queue",), "For how long no canary has come back; 0 when the newest did."
)
TAKERS = _from_ledger("queue_processes", ("queue",), "Live worker processes that take from the queue.")
BUSY = _from_ledger("queue_processes_busy", ("queue",), "Those of them that are in the middle of a task.")
PROCESSES = _from_ledger("processes", ("kind",), "Processes with a sign of life: worker, beat.")
ALERTS = _from_ledger("alerts", ("alert",), "Alerts of beat that stand, by their name.")
UNSEALED = _from_ledger("audit_unsealed_seconds", (), "Age of the oldest audit event that no seal covers yet.")
SEAL_GONE = _from_ledger("audit_seal_missing", (), "1 when the newest seal is gone or altered, else 0.")
VERIFIED = _from_ledger("audit_verified_timestamp_seconds", (), "When `audit verify` last looked at the trail.")
FINDINGS = _from_ledger("audit_findings", (), "What it found then that is not as it was written.")
DATABASE_SIZE = _from_ledger("database_size_bytes", (), "The ledger's database on its disk.")
DATABASE_CONNECTIONS = _from_ledger("database_connections", (), "Connections to the Postgres server, whoever has them.")
DATABASE_MOST = _from_ledger(
    "database_connections_max", (), "Connections that it takes of us: max_connections without those it reserves."
)

READ = _from_worker(
    "documents_read_total", Kind.COUNTER, ("flow",), "New versions of documents that were read and stored."
)
SETTLED = _from_worker(
    "records_settled_total",
    Kind.COUNTER,
    ("flow", "step", "event"),
    "Steps that ended, by what the audit trail calls it: record.done, record.retry, record.dead ...",
)
ATTEMPTS = _from_worker(
    "attempts_total", Kind.COUNTER, ("flow", "answer"), "Tries at changing a target, by how they ended."
)
JOURNEY = _from_worker(
    "journey_seconds",
    Kind.HISTOGRAM,
    ("flow",),
    "From when a version of a document was read to when its target had it.",
    (1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200, 86_400, 604_800),
)
STEP = _from_worker(
    "step_seconds",
    Kind.HISTOGRAM,
    ("step",),
    "From when a record was claimed to when what became of it was written down.",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 240),
)
TURNED = _from_worker(
    "worker_turned_seconds", Kind.GAUGE, (), "How long ago the worker's main process last looked for messages."
)
MESSAGES = _from_worker(
    "queue_messages",
    Kind.GAUGE,
    ("queue",),
    "Messages at the broker; what is beyond a flow's window waits in the ledger.",
)

METRICS: Final = tuple(one for one in list(globals().values()) if isinstance(one, Metric))


def metrics_table() -> str:
    """Return the table in Markdown, as its page shows it."""
    rows = (
        f"| `{one.name}` | {one.kind.value} | {', '.join(f'`{label}`' for label in one.labels)} | {one.told.value} "
        f"| {one.meaning} |"
        for one in METRICS
    )
    return "\n".join(["| metric | kind | labels | told by | means |", "|---|---|---|---|---|", *rows])
