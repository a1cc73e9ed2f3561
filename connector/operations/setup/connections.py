"""What an operator may do with connections. No secret leaves this file except into the vault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.operations.setup import foreign, names, references, tenants
from connector.ports import Connecting, Renewing, SparingSecrets
from connector.store import operator as ledger
from connector.store.binding import bindings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.operations.setup.references import Resolve
    from connector.store.operator.connections import Connection
    from connector.store.operator.transaction import OperatorTransaction

#: the key of a configuration file under which a tenant changes the system's ``entities.yaml``
ENTITIES = "entities"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A checked configuration, taken apart."""

    config: Mapping[str, Any]
    overrides: Mapping[str, Any]
    #: in clear, on the way into the vault
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Parts({sorted(self.config)}, {sorted(self.secrets)})"


def parts(system_name: str, written: Mapping[str, Any], resolve: Resolve = references.resolve) -> Parts:
    """Resolve secrets, have the system check everything, and split off the secrets."""
    system = registry.system(system_name)
    plain = {key: value for key, value in written.items() if key != ENTITIES}
    overrides = written.get(ENTITIES) or {}
    if not isinstance(overrides, dict):
        raise ConfigurationError(f"{ENTITIES} must hold the entities to change, each with what differs.")
    foreign.check_connection(system_name, plain)
    return checked_parts(system_name, resolve(plain, system.secrets), overrides)


def checked_parts(system_name: str, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Parts:
    """Have the system check what is resolved already, and split off the secrets."""
    system = registry.system(system_name)
    checked = system.check(config, overrides)
    spared = system.optional_secrets if isinstance(system, SparingSecrets) else frozenset[str]()
    absent = sorted(system.secrets - once(system_name) - spared - config.keys())
    if absent:
        raise ConfigurationError(f"{absent[0]} is missing: write env:NAME, file:PATH or - (standard input).")
    return Parts(
        config={key: value for key, value in checked.items() if key not in system.secrets},
        overrides=overrides,
        secrets={key: str(config[key]) for key in system.secrets & config.keys()},
    )


def example(system_name: str, simulator: str = "") -> str:
    """A file of a connection to begin with: with every key, or to the simulator at this address."""
    system = registry.system(system_name)
    if not simulator:
        return system.examples.connection
    if not system.examples.simulator:
        raise ConfigurationError(f"There is no simulator of {system.title}; leave --simulator out.")
    return system.examples.at(simulator.rstrip("/"))


def once(system_name: str) -> frozenset[str]:
    """Secrets that connect a company, and are needed no more once it is."""
    system = registry.system(system_name)
    return system.once if isinstance(system, Connecting) else frozenset()


def with_kept(tx: OperatorTransaction, connection: Connection, given_parts: Parts) -> Parts:
    """What a set-up file makes of a connection that is there: what connected it stays, unless it has to be connected.

    Such a secret is worth nothing after a while, and a file that still has it is no reason to part with a good token.
    """
    connecting, stored = once(connection.system), secrets_of(tx, connection.id)
    connected = ledger.connections.has_token(tx, connection.id) and not connection.stopped_why
    kept = {key: value for key, value in stored.items() if key in connecting}
    fresh = {key: value for key, value in given_parts.secrets.items() if not (connected and key in connecting)}
    return replace(given_parts, secrets={**kept, **fresh})


def unseal(tx: OperatorTransaction, connection_id: UUID) -> dict[str, str]:
    """A connection's secrets; raises ConfigurationError when its row was changed behind the product's back."""
    return bindings.open_secrets(ledger.bindings.vault_of(tx), ledger.bindings.row_of(tx, connection_id))


def secrets_of(tx: OperatorTransaction, connection_id: UUID) -> dict[str, str]:
    """A connection's secrets, whatever its row says: for a file that replaces all of that."""
    return bindings.secrets_alone(ledger.bindings.vault_of(tx), ledger.bindings.row_of(tx, connection_id))


def tampered(tx: OperatorTransaction, connection_id: UUID) -> bool:
    """Whether its row was changed behind the product's back."""
    row = ledger.bindings.row_of(tx, connection_id)
    return bool(bindings.connection_problem(ledger.bindings.vault_of(tx), row))


def add(
    operator: Operator, name: str, system: str, written: Mapping[str, Any], *, resolve: Resolve = references.resolve
) -> Connection:
    """Add a connection; raises ConfigurationError for every mistake in its configuration or a taken name."""
    names.checked("a connection", name)
    return keep(operator, name, system, parts(system, written, resolve))


def keep(operator: Operator, name: str, system: str, checked: Parts) -> Connection:
    """Add a connection whose configuration is checked; raises ConfigurationError when its name is taken."""
    with operator.transaction() as tx:
        if ledger.connections.find(tx, name) is not None:
            raise ConfigurationError(
                f"There is a connection {name!r} already; change it with `connection rotate` or `apply`."
            )
        return create(tx, name, system, checked)


def create(tx: OperatorTransaction, name: str, system: str, checked: Parts) -> Connection:
    """Write a new connection; raises ConfigurationError when its name is taken."""
    made = create_as(tx, name, system, checked)
    if made is None:
        raise ConfigurationError(f"There is a connection {name!r} already; choose another name.")
    return made


def create_as(tx: OperatorTransaction, name: str, system: str, checked: Parts) -> Connection | None:
    """Write a new connection; None when its name is taken."""
    connection_id = new_id()
    ledger.bindings.adopt(tx)
    written = ledger.connections.insert(
        tx,
        connection_id=connection_id,
        name=name,
        system=system,
        config=checked.config,
        overrides=checked.overrides,
    )
    if not written:
        return None
    bound = ledger.bindings.bind_connection(tx, connection_id, checked.secrets)
    ledger.audit.note(tx, f"connection:{name}", "operator.added", {"system": system, "config": checked.config, **bound})
    return ledger.connections.named(tx, name)


def rotate(operator: Operator, name: str, written: Mapping[str, Any], *, same_tenant: bool = False) -> Connection:
    """Replace secrets (and other values, when the file has some); what had stopped the connection is forgotten.

    Raises ConfigurationError when it would lead to another tenant and its flows have documents, unless it is the
    ``same_tenant`` in another place.
    """
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
        fresh = replacing(connection.system, written)
        merged = {**connection.config, **unseal(tx, connection.id), **fresh}
        overrides = written.get(ENTITIES, connection.overrides) or {}
        checked = checked_parts(connection.system, merged, overrides)
        change(tx, connection, checked, replaced=sorted(fresh), same_tenant=same_tenant)
        return ledger.connections.named(tx, name)


def replacing(system_name: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """What a file puts in place of a connection's values, its references followed; raises ConfigurationError."""
    if not written:
        raise ConfigurationError("The file is empty: write the values to replace, e.g. `password: env:QAD_PASSWORD`.")
    plain = {key: value for key, value in written.items() if key != ENTITIES}
    foreign.check_connection(system_name, plain)
    return references.resolve(plain, registry.system(system_name).secrets)


def change(
    tx: OperatorTransaction,
    connection: Connection,
    checked: Parts,
    *,
    replaced: list[str],
    same_tenant: bool = False,
    why: str = "",
) -> None:
    """Write a connection's new values; ``replaced`` names what differs, for the audit trail."""
    ledger.bindings.adopt(tx)
    told = tenants.leave(tx, connection, checked.config, same_tenant=same_tenant)
    before = secrets_of(tx, connection.id)
    ledger.connections.replace(
        tx,
        connection,
        config=checked.config,
        overrides=checked.overrides,
        keeps_token=_keeps_token(connection, before, checked),
    )
    bound = ledger.bindings.bind_connection(tx, connection.id, checked.secrets)
    said = {"why": why} if why else {}
    ledger.audit.note(
        tx, f"connection:{connection.name}", "operator.rotated", {"replaced": replaced, **said, **told, **bound}
    )


def _keeps_token(connection: Connection, secrets: Mapping[str, str], checked: Parts) -> bool:
    """Whether the stored token outlives this change: losing one that only a person can replace would be a pity."""
    system = registry.system(connection.system)
    if not isinstance(system, Renewing):
        return False
    before, after = {**connection.config, **secrets}, {**checked.config, **checked.secrets}
    return all(before.get(field) == after.get(field) for field in system.grant)


def list_(operator: Operator) -> list[Connection]:
    """All connections, without secrets."""
    with operator.transaction() as tx:
        return ledger.connections.list_(tx)


def get(operator: Operator, name: str) -> Connection:
    """One connection, without secrets."""
    with operator.transaction() as tx:
        return ledger.connections.named(tx, name)


def remove(operator: Operator, name: str) -> int:
    """Remove a connection that no integration uses; returns how many messages it was sent, which go with it."""
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
        if connection.used_by:
            raise ConfigurationError(
                f"The connection {name!r} is used by {', '.join(connection.used_by)}: remove that first with "
                f"`ml-connector integration remove {connection.used_by[0]}`, or disable its flows instead."
            )
        gone = ledger.messages.held(tx, connection.id)
        stand_in = ledger.removing.stand_in(tx, connection.id)
        if stand_in is not None:
            ledger.bindings.bind_connection(tx, stand_in, {})
        ledger.connections.delete(tx, connection.id)
        detail = {"system": connection.system, "messages": gone}
        ledger.audit.note(tx, f"connection:{name}", "operator.removed", detail)
        return gone
