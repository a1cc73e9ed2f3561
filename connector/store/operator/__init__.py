"""What operators ask of the ledger, and change in it; one file per noun, read as ``ledger.records.find(tx, ...)``.

Each is loaded when it is first asked: a command needs few of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from connector.store.operator import (
        accounts,
        alerting,
        amiss,
        api_answers,
        arrivals,
        audit,
        audit_search,
        bindings,
        choosing,
        comparisons,
        connections,
        correcting,
        crosswalks,
        dead_letters,
        dossier,
        doubt,
        drift,
        erasing,
        figures,
        finding,
        flows,
        hints,
        integrations,
        jobs,
        listing,
        messages,
        naming,
        needs,
        overview,
        period_figures,
        progress,
        reapplying,
        reckoning,
        records,
        rehearsing,
        removing,
        restoring,
        retained_messages,
        retained_payloads,
        retained_records,
        runs,
        server,
        sessions,
        sign_offs,
        slowing,
        standing,
        suggesting,
        tokens,
        transaction,
        unfinished,
    )

__all__ = (
    "accounts",
    "alerting",
    "amiss",
    "api_answers",
    "arrivals",
    "audit",
    "audit_search",
    "bindings",
    "choosing",
    "comparisons",
    "connections",
    "correcting",
    "crosswalks",
    "dead_letters",
    "dossier",
    "doubt",
    "drift",
    "erasing",
    "figures",
    "finding",
    "flows",
    "hints",
    "integrations",
    "jobs",
    "listing",
    "messages",
    "naming",
    "needs",
    "overview",
    "period_figures",
    "progress",
    "reapplying",
    "reckoning",
    "records",
    "rehearsing",
    "removing",
    "restoring",
    "retained_messages",
    "retained_payloads",
    "retained_records",
    "runs",
    "server",
    "sessions",
    "sign_offs",
    "slowing",
    "standing",
    "suggesting",
    "tokens",
    "transaction",
    "unfinished",
)


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
