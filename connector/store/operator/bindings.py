"""Binding what an operator changes, finding what was changed behind the product's back, and taking it as it is."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.store.audit.verifying import MOST_FINDINGS, Finding
from connector.store.binding import bindings, bound_setup, link_binding, newest_change
from connector.store.operator import audit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.ports import Vault
    from connector.store.binding.bindings import Binding
    from connector.store.binding.link_binding import Link
    from connector.store.binding.stored_connection import StoredConnection
    from connector.store.operator.transaction import OperatorTransaction

CONFIRMED = "operator.confirmed"
_REVISED = sa.text(f"""
SELECT id, subject, name, detail->>'{newest_change.REVISION}' AS revision, detail->>'{newest_change.VOUCH}' AS vouch
FROM audit_events WHERE detail ? '{newest_change.REVISION}' ORDER BY id
""")  # noqa: S608  constant parts only
#: of each flow; more than anybody has of what later documents are led to: suppliers, orders, accounts
SOME_LINKS = 20_000
_KINDS = ("connection", "flow", "crosswalk")


def vault_of(tx: OperatorTransaction) -> Vault:
    """The vault of whoever works; raises ConfigurationError in a process without master keys."""
    if tx.vault is None:
        raise ConfigurationError(
            "This process has no master key, so it cannot change connections, flows or crosswalks."
        )
    return tx.vault()


def row_of(tx: OperatorTransaction, connection_id: UUID) -> StoredConnection:
    """A connection's row as it is bound."""
    row = bound_setup.connection(tx, connection_id)
    if row is None:
        raise ConfigurationError(f"The connection {connection_id} was removed in this moment.")
    return row


def bind_connection(tx: OperatorTransaction, connection_id: UUID, secrets: Mapping[str, str]) -> dict[str, str]:
    """Seal a connection's secrets with what its row says now; returns evidence for the event of the change."""
    row = row_of(tx, connection_id)
    sealed, revision = bindings.seal_secrets(vault_of(tx), row, secrets)
    tx.run("UPDATE connections SET secrets = :sealed WHERE id = :id", id=connection_id, sealed=sealed)
    return _evidence(tx, f"connection:{row.name}", revision)


def _evidence(tx: OperatorTransaction, subject: str, revision: str) -> dict[str, str]:
    """What the event of a change says of the seal that came with it."""
    key = link_binding.key_of(tx, vault_of(tx))
    return {newest_change.REVISION: revision, newest_change.VOUCH: newest_change.vouch(key, subject, revision)}


def check_flow(tx: OperatorTransaction, flow_id: UUID) -> None:
    """Refuse to go on from what was changed behind the product's back; raises ConfigurationError."""
    bindings.lock(tx, flow_id)
    _check(tx, bound_setup.flow(tx, flow_id), "it cannot be changed")


def bind_flow(tx: OperatorTransaction, flow_id: UUID) -> dict[str, str]:
    """Seal a flow as it is now; returns evidence for the event of the change."""
    return _bind(tx, bound_setup.flow(tx, flow_id))


def check_crosswalk(tx: OperatorTransaction, integration_id: UUID, table: str) -> None:
    """Refuse to go on from what was changed behind the product's back; raises ConfigurationError."""
    bindings.lock(tx, bindings.crosswalk_id(integration_id, table))
    _check(tx, bound_setup.crosswalk(tx, integration_id, table), "no code can be set")


def bind_crosswalk(tx: OperatorTransaction, integration_id: UUID, table: str) -> dict[str, str]:
    """Seal a table of codes as it is now; returns evidence for the event of the change."""
    return _bind(tx, bound_setup.crosswalk(tx, integration_id, table))


def _check(tx: OperatorTransaction, found: Binding | None, therefore: str) -> None:
    if found is not None and (why := found.problem(vault_of(tx))):
        raise ConfigurationError(bindings.refusal(found.subject, why, therefore))


def _bind(tx: OperatorTransaction, found: Binding | None) -> dict[str, str]:
    assert found is not None  # noqa: S101 - it was written in this transaction
    return _evidence(tx, found.subject, bindings.bind(tx, vault_of(tx), found.id, found.content))


def adopt(tx: OperatorTransaction) -> Mapping[str, int]:
    """Bind what the release before wrote, once; returns how many of what were bound, nothing the second time."""
    if bindings.everything_is_bound(tx):
        return {}
    bindings.lock(tx, UUID(int=0))
    if bindings.everything_is_bound(tx):
        return {}
    vault, bound = vault_of(tx), Counter[str]()
    for row in bound_setup.connections(tx):
        if not bindings.is_bound(vault, row):
            bound["connections"] += 1
            evidence = bind_connection(tx, row.id, bindings.open_secrets(vault, row))
            audit.note(tx, f"connection:{row.name}", bindings.ALL_BOUND, evidence)
    for kind, found in (("flows", bound_setup.flows(tx)), ("crosswalks", bound_setup.crosswalks(tx))):
        for one in found:
            if one.sealed is None and not one.trail.revisions:
                bound[kind] += 1
                audit.note(tx, one.subject, bindings.ALL_BOUND, _bind(tx, one))
    audit.note(tx, bindings.SETUP, bindings.ALL_BOUND, dict(bound))
    return bound


def findings(tx: OperatorTransaction, *, ever: bool) -> Iterator[Finding]:
    """What was changed behind the product's back.

    With ``ever`` also tables that lost all their codes, and every link instead of ``SOME_LINKS`` of each flow.
    """
    vault = vault_of(tx)
    for row in bound_setup.connections(tx):
        if why := bindings.connection_problem(vault, row):
            yield _finding(f"connection:{row.name}", why)
    for one in (*bound_setup.flows(tx), *bound_setup.crosswalks(tx, ever=ever)):
        if why := one.problem(vault):
            yield _finding(one.subject, why)
    yield from _invented(tx, vault)
    for subject, why in link_binding.amiss(tx, vault, most=None if ever else SOME_LINKS):
        yield _finding(subject, why)


def _invented(tx: OperatorTransaction, vault: Vault) -> Iterator[Finding]:
    """Events that tell of changes nobody with a master key made: they count for nothing, and somebody wrote them."""
    try:
        key = link_binding.key_of(tx, vault)
    except ConfigurationError:
        return  # it is named with the links
    vouching: set[str] = set()
    invented: list[Finding] = []
    for row in tx.stream(_REVISED):
        if row.vouch is not None and newest_change.genuine(key, row.subject, row.revision, row.vouch):
            vouching.add(row.subject)
            if row.name == CONFIRMED:  # somebody has looked; with a new key nobody can tell of what came before
                invented = [one for one in invented if row.subject not in {one.subject, link_binding.SETUP}]
        elif row.vouch is not None or row.subject in vouching:
            problem = "this event tells of a change that nobody with a master key made; it counts for nothing"
            invented.append(Finding(subject=row.subject, event=row.id, problem=problem))
            del invented[MOST_FINDINGS:]
    yield from invented


def _finding(subject: str, why: str) -> Finding:
    return Finding(subject=subject, event=None, problem=f"it was changed behind ml-connector's back: it {why}")


def confirm(tx: OperatorTransaction, subject: str) -> Mapping[str, Any]:
    """Bind a subject as it is, whatever changed it; returns what it says, which the trail keeps."""
    kind, _, name = subject.partition(":")
    adopt(tx)
    if kind == "connection" and (row := bound_setup.connection(tx, name)) is not None:
        content: Mapping[str, Any] = {"config": row.config, "entities": row.overrides}
        evidence = bind_connection(tx, row.id, bindings.secrets_alone(vault_of(tx), row))
        tx.run("UPDATE connections SET updated_at = clock_timestamp() WHERE id = :id", id=row.id)
    elif kind in _KINDS and (one := _named(tx, subject)) is not None:
        content, evidence = one.content, _bind(tx, one)
    elif subject == link_binding.SETUP:
        content = {"links": link_binding.confirm_all(tx, vault_of(tx))}
        evidence = _evidence(tx, subject, secrets.token_hex(16))
    elif kind == link_binding.KIND and (link := _confirmed(tx, name)) is not None:
        content, evidence = {"target_id": link.target_id, "target_key": link.target_key}, {}
    else:
        raise ConfigurationError(
            f"There is no {subject!r}: name connection:NAME, flow:INTEGRATION/FLOW, "
            "crosswalk:INTEGRATION/TABLE or link:INTEGRATION/FLOW/KEY, as `ml-connector audit verify` does."
        )
    audit.note(tx, subject, CONFIRMED, {"as": content, **evidence})
    return content


def _confirmed(tx: OperatorTransaction, name: str) -> Link | None:
    return link_binding.confirm(tx, link_binding.key_of(tx, vault_of(tx)), name)


def _named(tx: OperatorTransaction, subject: str) -> Binding | None:
    every = (*bound_setup.flows(tx), *bound_setup.crosswalks(tx, ever=True))
    return next((one for one in every if one.subject == subject), None)
