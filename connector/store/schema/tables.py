"""All tables of the ledger.

Times are ``timestamptz``. Ids are UUIDv7 made by us, so that they sort by age. Nothing is deleted while the system
works: documents keep their link for ever, and what ended goes only where the owner of the tables is told to remove it
(``operator.retained_records``). What only carries work in between (pieces of a run) is gone when that is over, and so
is a session when it ends.
"""

from __future__ import annotations

from connector.store.schema.accounts import api_answers, operator_sessions, operator_tokens, operators, sign_in_failures
from connector.store.schema.arrivals import arrivals, arrivals_reached
from connector.store.schema.audit import audit_events, audit_heads, audit_newest_seal, audit_seals
from connector.store.schema.closing import comparisons, sign_offs
from connector.store.schema.columns import metadata
from connector.store.schema.inbox import received_messages
from connector.store.schema.jobs import job_files, jobs
from connector.store.schema.payloads import payloads
from connector.store.schema.period_counts import period_counts
from connector.store.schema.pieces import pieces
from connector.store.schema.records import all_records, records
from connector.store.schema.setup import bindings, connections, crosswalks, flows, integrations, tokens
from connector.store.schema.summaries import search_terms, summaries
from connector.store.schema.watch import alert_channels, alert_messages, alert_rules, alerts, canaries
from connector.store.schema.work import attempts, dead_letters, documents, releases, runs
from connector.store.schema.workers import workers

__all__ = [
    "alert_channels",
    "alert_messages",
    "alert_rules",
    "alerts",
    "all_records",
    "api_answers",
    "arrivals",
    "arrivals_reached",
    "attempts",
    "audit_events",
    "audit_heads",
    "audit_newest_seal",
    "audit_seals",
    "bindings",
    "canaries",
    "comparisons",
    "connections",
    "crosswalks",
    "dead_letters",
    "documents",
    "flows",
    "integrations",
    "job_files",
    "jobs",
    "metadata",
    "operator_sessions",
    "operator_tokens",
    "operators",
    "payloads",
    "period_counts",
    "pieces",
    "received_messages",
    "records",
    "releases",
    "runs",
    "search_terms",
    "sign_in_failures",
    "sign_offs",
    "summaries",
    "tokens",
    "workers",
]
