"""What an operator may do with integrations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.identity import new_id
from connector.operations.setup import names
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.flow import Flow as FlowDescription
    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An integration and its flows."""

    integration: Integration
    flows: list[Flow]


def sides(kind: str) -> tuple[str, str]:
    """Which systems an integration of this kind goes from and to; raises UnknownName for a kind that does not exist."""
    if kind not in registry.kinds():
        raise UnknownName.among("kind of integration", kind, registry.kinds())
    systems = {side for flow in registry.flows(kind).values() for side in (flow.source.system, flow.target.system)}
    for first in sorted(systems):
        second = kind.removeprefix(f"{first}-")
        if second != kind and second in systems:
            return first, second
    raise ConfigurationError(f"The kind {kind!r} does not name the two systems of its flows.")


def add(operator: Operator, name: str, kind: str, source: str, target: str) -> Shown:
    """Add an integration with all flows of its kind, switched off, on their default schedules."""
    names.checked("an integration", name)
    with operator.transaction() as tx:
        if ledger.integrations.find(tx, name) is not None:
            raise ConfigurationError(f"There is an integration {name!r} already; see `integration show {name}`.")
        return create(tx, name, kind, source, target)


def create(tx: OperatorTransaction, name: str, kind: str, source: str, target: str) -> Shown:
    """Write a new integration; refuses connections to the wrong systems."""
    wanted = sides(kind)
    if removed := ledger.integrations.removed_at(tx, name):
        raise ConfigurationError(
            f"There was an integration {name!r} until {removed.astimezone(dt.UTC):%Y-%m-%d}; its history keeps the "
            "name. Choose another one."
        )
    from_connection = ledger.connections.named(tx, source)
    to_connection = ledger.connections.named(tx, target)
    for connection in (from_connection, to_connection):
        if connection.offered_at is not None:
            raise ConfigurationError(
                f"{connection.name!r} connected itself in the App Center and nobody has accepted it; look whose it is "
                f"with `ml-connector connection show {connection.name}`, then "
                f"`ml-connector connection accept {connection.name}`."
            )
    for option, connection, system in zip(("from", "to"), (from_connection, to_connection), wanted, strict=True):
        if registry.documents_of(connection.system) != system:
            raise ConfigurationError(
                f"{connection.name!r} is a connection to {connection.system}; an integration of kind {kind} needs a "
                f"connection to {' or '.join(registry.speaking(system))} after --{option}."
            )
    integration_id = new_id()
    ledger.bindings.adopt(tx)
    ledger.integrations.insert(
        tx,
        integration_id=integration_id,
        name=name,
        kind=kind,
        source_id=from_connection.id,
        target_id=to_connection.id,
    )
    for flow in registry.flows(kind).values():
        _insert_flow(tx, integration_id, name, flow)
    ledger.audit.note(tx, f"integration:{name}", "operator.added", {"kind": kind, "from": source, "to": target})
    return _shown(tx, name)


def add_new_flows(tx: OperatorTransaction, integration: Integration) -> int:
    """Add flows that this release knows and the integration does not have yet; returns how many."""
    have = {flow.name for flow in ledger.flows.list_(tx, integration.name)}
    fresh = [flow for flow in registry.flows(integration.kind).values() if flow.name not in have]
    if fresh:
        ledger.bindings.adopt(tx)
    for flow in fresh:
        _insert_flow(tx, integration.id, integration.name, flow)
    return len(fresh)


def _insert_flow(tx: OperatorTransaction, integration_id: UUID, integration: str, flow: FlowDescription[Any]) -> None:
    flow_id = new_id()
    ledger.flows.insert(
        tx,
        flow_id=flow_id,
        integration_id=integration_id,
        name=flow.name,
        runs_back=flow.source.system != sides(flow.kind)[0],
        schedule=flow.schedule,
        timezone="UTC",
        options={},
    )
    ledger.audit.note(tx, f"flow:{integration}/{flow.name}", "operator.added", ledger.bindings.bind_flow(tx, flow_id))


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A kind of integration that can be added, and what its two ends are called."""

    kind: str
    source: str
    target: str
    #: titles of its flows, those that others depend on first
    flows: list[str]


def offered() -> list[Offered]:
    """Every kind there is."""
    return [offer(kind) for kind in registry.kinds()]


def offer(kind: str) -> Offered:
    """One kind; raises UnknownName."""
    source, target = sides(kind)
    return Offered(
        kind=kind,
        source=registry.system(source).title,
        target=registry.system(target).title,
        flows=[flow.title for flow in registry.flows(kind).values()],
    )


def candidates(operator: Operator, kind: str) -> tuple[list[str], list[str]]:
    """The connections that an integration of this kind can go from, and those it can go to, by name."""
    with operator.transaction() as tx:
        known = [one for one in ledger.connections.list_(tx) if one.offered_at is None]
    source, target = ([one.name for one in known if one.system in registry.speaking(side)] for side in sides(kind))
    return source, target


def list_(operator: Operator) -> list[Integration]:
    """All integrations."""
    with operator.transaction() as tx:
        return ledger.integrations.list_(tx)


def get(operator: Operator, name: str) -> Shown:
    """One integration and its flows."""
    with operator.transaction() as tx:
        return _shown(tx, name)


def _shown(tx: OperatorTransaction, name: str) -> Shown:
    return Shown(integration=ledger.integrations.named(tx, name), flows=ledger.flows.list_(tx, name))


def chosen(tx: OperatorTransaction, name: str | None) -> Integration:
    """The named integration, or the only one there is."""
    if name is not None:
        return ledger.integrations.named(tx, name)
    every = {one.name: one for one in ledger.integrations.list_(tx)}
    return every[only(list(every))]


def only(names_of_all: Sequence[str]) -> str:
    """The one integration there is; raises ConfigurationError where there is none, or several."""
    if not names_of_all:
        raise ConfigurationError("There is no integration yet; add one with `integration add`.")
    if len(names_of_all) > 1:
        several = ", ".join(names_of_all)
        raise ConfigurationError(
            f"There are {len(names_of_all)} integrations: name one with --integration ({several})."
        )
    return names_of_all[0]
