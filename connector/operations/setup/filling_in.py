"""Connections as a form has them: what it asks for, and what becomes of it. Its secrets go into the vault.

A form is filled in by somebody whose machine this is not: ``env:`` and ``file:`` lead nowhere from here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.domain.setting import Kind, Setting
from connector.operations.giving_reasons import reason
from connector.operations.setup import connections, names, references, secrets_anew
from connector.ports import Describing, SparingSecrets
from connector.reading.mistakes import each
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connector.operations.operator import Operator
    from connector.operations.setup.connections import Parts
    from connector.store.operator.connections import Connection

_NAMES = Setting(
    name=connections.ENTITIES,
    kind=Kind.TREE,
    help="What is called differently there, as YAML: only what differs. The page of the system has every name.",
    usual=False,
    default={},
)


def systems() -> list[tuple[str, str]]:
    """The systems whose connections can be filled in, each with what people call it."""
    known = registry.systems().items()
    described = ((name, system.title) for name, system in known if isinstance(system, Describing))
    return sorted(described, key=lambda one: one[1].lower())


def settings(system_name: str) -> list[Setting]:
    """What a connection to this system is made of; raises ConfigurationError where only a file says that."""
    system = registry.system(system_name)
    if not isinstance(system, Describing):
        raise ConfigurationError(
            f"{system.title} does not say what its connections are made of; add one by its file, with `ml-connector "
            f"connection add NAME --system {system_name} --config FILE`."
        )
    needed = _needed(system_name)
    described = system.settings()
    return [*(replace(one, needed=one.needed or one.name in needed) for one in described), _NAMES]


def has_form(system_name: str) -> bool:
    """Whether its connections can be filled in; the others are set up by files alone."""
    return system_name in registry.systems() and isinstance(registry.system(system_name), Describing)


def add(operator: Operator, name: str, system: str, written: Mapping[str, Any]) -> Connection:
    """Add a connection; raises ConfigurationError that lists every mistake, or for a taken name."""
    names.checked("a connection", name)
    return connections.keep(operator, name, system, parts(system, written))


def change(
    operator: Operator, name: str, written: Mapping[str, Any], why: str, *, seen: str, same_tenant: bool = False
) -> list[str]:
    """Put this in place of what a connection has; secrets that are left out stay. Returns what differs.

    ``seen`` is its version that was changed. Raises ConfigurationError as ``add`` does, where somebody else changed it
    meanwhile, and where it would lead to another tenant, as ``connections.rotate`` does.
    """
    because = reason(why)
    with operator.transaction() as tx:
        found = ledger.connections.named(tx, name)
        if version(found) != seen:
            raise ConfigurationError(
                f"Somebody changed {name} meanwhile, and nothing of this was saved; look at it, and change it again."
            )
        kept = connections.unseal(tx, found.id)
        checked = parts(found.system, {**kept, **written}, fresh=written.keys())
        old = {**found.config, connections.ENTITIES: found.overrides}
        new = canonical.loads(canonical.dumps({**checked.config, connections.ENTITIES: checked.overrides}))
        replaced = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
        replaced += [key for key in sorted(checked.secrets) if checked.secrets[key] != kept.get(key)]
        secrets_anew.require(found.system, replaced, kept.keys() - written.keys())
        if not replaced:
            raise ConfigurationError(f"That is what {name} has already; nothing was changed.")
        connections.change(tx, found, checked, replaced=replaced, same_tenant=same_tenant, why=because)
        return replaced


def version(connection: Connection) -> str:
    """A word for what a connection's configuration is now; another one after each change."""
    return connection.updated_at.isoformat()


def _needed(system_name: str) -> frozenset[str]:
    system = registry.system(system_name)
    spared = system.optional_secrets if isinstance(system, SparingSecrets) else frozenset[str]()
    return system.secrets - connections.once(system_name) - spared


def parts(system_name: str, written: Mapping[str, Any], fresh: Collection[str] | None = None) -> Parts:
    """Have the system check what was filled in; raises ConfigurationError that lists every mistake."""
    secrets = registry.system(system_name).secrets
    typed = written.keys() if fresh is None else fresh
    config = {key: value for key, value in written.items() if key != connections.ENTITIES}
    mistakes = [
        f"{key} would be read from somewhere else; write the secret itself: only files follow env: and file:."
        for key in sorted(secrets & config.keys())
        if key in typed and references.refers(config[key])
    ]
    mistakes += [f"{key} is missing." for key in sorted(_needed(system_name) - config.keys())]
    try:
        references.resolve({key: value for key, value in config.items() if key not in secrets}, frozenset())
        checked = connections.checked_parts(
            system_name,
            {**dict.fromkeys(_needed(system_name), ""), **config},
            written.get(connections.ENTITIES) or {},
        )
    except ConfigurationError as error:
        mistakes += each(error)
        checked = None
    if mistakes or checked is None:
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
    return checked
