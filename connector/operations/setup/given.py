"""What is sent to us, secrets in clear: nothing is fetched from this machine for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.operations.setup import connections, foreign, references, reserved, secrets_anew
from connector.operations.setup.connections import ENTITIES
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.operations.operator import Operator
    from connector.operations.setup.references import Resolve
    from connector.store.operator.connections import Connection

_ELSEWHERE = ("env:", "file:")


def in_clear(config: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    """The values as they were sent; raises ConfigurationError for what is to be fetched, and an empty secret."""
    for key, value in config.items():
        _check(key, value, secret=key in secrets)
    return dict(config)


def for_references(values: Mapping[str, str]) -> Resolve:
    """What follows references to nothing but these values, by the references that they were sent for."""

    def read(key: str, reference: str) -> str:
        if not (value := values.get(reference)):
            raise ConfigurationError(f"{key} is {reference}, and no value was sent for that.")
        reserved.check_value(key, value, "the request")
        return value

    return partial(references.resolve, read=read)


def rotate(operator: Operator, name: str, given: Mapping[str, Any], *, same_tenant: bool) -> Connection:
    """Replace secrets, and other values where there are some; as ``connections.rotate`` otherwise.

    Raises ConfigurationError also where secrets that are not among them would be sent to another place.
    """
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
        fresh, overrides = _taken_apart(connection.system, given)
        kept = connections.unseal(tx, connection.id)
        merged = {**connection.config, **kept, **fresh}
        checked = connections.checked_parts(
            connection.system, merged, connection.overrides if overrides is None else overrides
        )
        moved = [key for key, value in checked.config.items() if connection.config.get(key) != value]
        secrets_anew.require(connection.system, moved, kept.keys() - fresh.keys())
        connections.change(tx, connection, checked, replaced=sorted(fresh), same_tenant=same_tenant)
        return ledger.connections.named(tx, name)


def _taken_apart(system: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    overrides = given.get(ENTITIES)
    if overrides is not None and not isinstance(overrides, dict):
        raise ConfigurationError(f"{ENTITIES} must hold the entities to change, each with what differs.")
    config = {key: value for key, value in given.items() if key != ENTITIES}
    foreign.check_connection(system, config)
    return in_clear(config, registry.system(system).secrets), overrides


def _check(key: str, value: object, *, secret: bool) -> None:
    if isinstance(value, str) and value.startswith(_ELSEWHERE):
        raise ConfigurationError(f"{key} is sent as it is: nothing is read from the machine of the console for it.")
    if secret and not (isinstance(value, str) and value):
        raise ConfigurationError(f"{key} is a secret: send it as text that is not empty.")
    if secret:
        reserved.check_value(key, str(value), "the request")
