"""A connection may lead to another tenant only while nothing of the one before is known.

Documents, links and positions of reading are a tenant's: under the same number the next one has another document, which
would be taken for posted, and what it changed before the old cursor would never be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.store import operator as ledger
from connector.store.binding import bindings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.operator.connections import Connection
    from connector.store.operator.transaction import OperatorTransaction


def leave(
    tx: OperatorTransaction, connection: Connection, config: Mapping[str, Any], *, same_tenant: bool
) -> Mapping[str, str]:
    """Forget how far the tenant before was read, when another one comes; returns what the audit trail is told.

    Whoever keeps a page meanwhile is waited for, and after this transaction keeps none that was read before it. Raises
    ConfigurationError when there are documents of the tenant before, unless it is the ``same_tenant`` in another place.
    """
    differ = registry.leads_elsewhere(connection.system, connection.config, canonical.loads(canonical.dumps(config)))
    if not differ or _changed_behind(tx, connection):
        return {}
    if not same_tenant and ledger.connections.has_documents(tx, connection.id):
        raise ConfigurationError(
            f"With another {' and '.join(differ)} the connection {connection.name!r} may lead to another tenant, and "
            f"documents of the one it leads to are known in {', '.join(connection.used_by)}: others would be taken for "
            "them under the same numbers. For another tenant add a connection and an integration of its own. If it is "
            f"the same tenant in another place, `ml-connector connection rotate {connection.name} --config FILE "
            "--same-tenant`.",
            tenant=differ,
        )
    ledger.connections.read_from_the_start(tx, connection.id, cursors=not same_tenant)
    return {"tenant": "the same" if same_tenant else "another"}


def _changed_behind(tx: OperatorTransaction, connection: Connection) -> bool:
    """Whether nobody knows which tenant it led to: somebody puts right what was changed behind the product's back."""
    row = ledger.bindings.row_of(tx, connection.id)
    return bool(bindings.connection_problem(ledger.bindings.vault_of(tx), row))
