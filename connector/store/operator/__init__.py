"""What operators ask of the ledger, and change in it; one file per noun, read as ``ledger.records.find(tx, ...)``."""

from __future__ import annotations

from connector.store.operator import (
    audit,
    bindings,
    connections,
    crosswalks,
    dead_letters,
    doubt,
    flows,
    hints,
    integrations,
    messages,
    progress,
    reapplying,
    records,
    restoring,
    runs,
    server,
    transaction,
    unfinished,
)

__all__ = (
    "audit",
    "bindings",
    "connections",
    "crosswalks",
    "dead_letters",
    "doubt",
    "flows",
    "hints",
    "integrations",
    "messages",
    "progress",
    "reapplying",
    "records",
    "restoring",
    "runs",
    "server",
    "transaction",
    "unfinished",
)
