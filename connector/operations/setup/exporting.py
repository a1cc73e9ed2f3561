"""``export``: the ledger's set-up as the file ``apply`` reads, with a reference in place of each secret."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from connector import registry
from connector.domain.harmless import harmless
from connector.operations.setup import applying_alerts, connections, references
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.operations.operator import Operator
    from connector.store.operator.connections import Connection
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction


def export(operator: Operator) -> dict[str, Any]:
    """The set-up as data; ``as_yaml`` spells it."""
    with operator.transaction() as tx:
        alerts = applying_alerts.exported(tx)
        return {
            # Who connected themselves are no part of the set-up before somebody accepts them.
            "connections": {
                found.name: _connection(found) for found in ledger.connections.list_(tx) if found.offered_at is None
            },
            "integrations": {found.name: _integration(tx, found) for found in ledger.integrations.list_(tx)},
            **({"alerts": _plain(alerts)} if alerts else {}),
        }


def _connection(connection: Connection) -> dict[str, Any]:
    secrets = sorted(registry.system(connection.system).secrets - connections.once(connection.system))
    return {
        "system": connection.system,
        **_plain(connection.config),
        **{key: references.placeholder(connection.name, key) for key in secrets},
        **({"entities": _plain(connection.overrides)} if connection.overrides else {}),
    }


def _integration(tx: OperatorTransaction, integration: Integration) -> dict[str, Any]:
    tables: dict[str, dict[str, str]] = {}
    for code in ledger.crosswalks.list_(tx, integration.id):
        tables.setdefault(code.table, {})[code.source] = code.target
    return {
        "kind": integration.kind,
        "from": integration.source,
        "to": integration.target,
        "flows": {
            flow.name: {
                "enabled": flow.enabled,
                "schedule": flow.schedule,
                "timezone": flow.timezone,
                **({"options": _plain(flow.options)} if flow.options else {}),
            }
            for flow in ledger.flows.list_(tx, integration.name)
        },
        **({"crosswalks": tables} if tables else {}),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - configuration holds anything
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


def as_yaml(setup: dict[str, Any]) -> str:
    """Spell an export; in one that holds signs a terminal would obey or hide, they are escaped as YAML does."""
    for as_it_is in (True, False):
        text = yaml.safe_dump(setup, sort_keys=False, allow_unicode=as_it_is, default_flow_style=False, width=120)
        if text == harmless(text):
            break
    return text


def spelled(tree: Mapping[str, Any]) -> str:
    """Spell a part of it, such as what a connection calls differently; empty where there is none."""
    return as_yaml(_plain(tree)) if tree else ""
