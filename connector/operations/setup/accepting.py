"""Companies that connected themselves wait until somebody accepts them; whoever removes one turns it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.operations.setup import connections, names
from connector.operations.setup.quick_connect import company_of
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.store.operator.connections import Connection


def accept(operator: Operator, name: str, new_name: str = "") -> Connection:
    """Let a company that connected itself be used, under a name of ours."""
    final = names.checked("a connection", new_name or name)
    with operator.transaction() as tx:
        found = ledger.connections.named(tx, name)
        if found.offered_at is None:
            raise ConfigurationError(f"The connection {name!r} does not wait to be accepted.")
        if final != name and ledger.connections.find(tx, final) is not None:
            raise ConfigurationError(f"There is a connection {final!r} already; choose another name.")
        secrets = connections.unseal(tx, found.id)
        ledger.connections.accept(tx, name, final)
        bound = ledger.bindings.bind_connection(tx, found.id, secrets)
        of_company = {"was": name, "company": company_of(found), "profile": found.profile, **bound}
        ledger.audit.note(tx, f"connection:{final}", "operator.accepted", of_company)
        return ledger.connections.named(tx, final)
