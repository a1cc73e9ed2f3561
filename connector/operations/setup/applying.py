"""``apply``: make the ledger say what a file says, in one transaction; what the file does not mention stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connector import registry
from connector.domain import canonical
from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.setup import (
    applying_alerts,
    connections,
    crosswalks,
    flows,
    integrations,
    names,
    references,
    setup_file,
)
from connector.operations.setup.applied import CHANGED, CREATED, UNCHANGED, Applied
from connector.operations.setup.setup_file import located
from connector.store import operator as ledger
from connector.store.operator.crosswalks import Code

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from connector.operations.operator import Operator
    from connector.operations.setup.connections import Parts
    from connector.operations.setup.references import Resolve
    from connector.operations.setup.setup_file import FlowPart, IntegrationPart, SetupFile
    from connector.operations.setup.yaml_text import Text
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction


#: what a new integration is made of
_PAIR = ("kind", "from", "to")


def apply(operator: Operator, text: str, *, file: str, resolve: Resolve = references.resolve) -> list[Applied]:
    """Apply a set-up file; raises ConfigurationError with the line of the first mistake, and then nothing was done."""
    wanted, found = setup_file.read(text, name=file)
    checked = dict(_checked(wanted, found, resolve))
    plain = operator.application.allow_private_addresses
    channels = dict(applying_alerts.checked(wanted, found, allow_plain=plain, resolve=resolve))
    with operator.transaction() as tx:
        return [
            *_connections(tx, checked, found, wanted),
            *_integrations(tx, wanted, found, operator.application.shortest_schedule),
            *applying_alerts.apply(tx, channels, wanted, found),
        ]


def referred(text: str, *, file: str) -> dict[str, str]:
    """What the references in a set-up file stand for on this machine; raises ConfigurationError for its mistakes."""
    wanted, found = setup_file.read(text, name=file)
    values: dict[str, str] = {}

    def read(key: str, reference: str) -> str:
        values[reference] = references.here(key, reference)
        return values[reference]

    resolve = partial(references.resolve, read=read)
    for _ in (*_checked(wanted, found, resolve), *applying_alerts.checked(wanted, found, resolve=resolve)):
        pass
    return values


def _checked(wanted: SetupFile, text: Text, resolve: Resolve) -> Iterator[tuple[str, Parts]]:
    for name, part in (wanted.connections or {}).items():
        with located(text, "connections", name):
            names.checked("a connection", name)
            yield name, connections.parts(part.system, part.written, resolve)


def _connections(
    tx: OperatorTransaction, checked: Mapping[str, Parts], text: Text, wanted: SetupFile
) -> Iterator[Applied]:
    for name, parts in checked.items():
        system = (wanted.connections or {})[name].system
        found = ledger.connections.find(tx, name)
        if found is None:
            connections.create(tx, name, system, parts)
            yield Applied(what="connection", name=name, verdict=CREATED)
            continue
        if found.system != system:
            with located(text, "connections", name, "system"):
                raise ConfigurationError(f"this connection is one to {found.system}; give the new one another name.")
        kept = connections.with_kept(tx, found, parts)
        old = {**found.config, "entities": found.overrides}
        new = canonical.loads(canonical.dumps({**parts.config, "entities": parts.overrides}))
        replaced = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
        secrets = connections.secrets_of(tx, found.id)
        replaced += [key for key in sorted(kept.secrets) if kept.secrets[key] != secrets.get(key)]
        if connections.tampered(tx, found.id):
            replaced.append("what was changed behind ml-connector's back")
        if replaced:
            with located(text, "connections", name):
                connections.change(tx, found, kept, replaced=replaced)
        verdict = CHANGED if replaced else UNCHANGED
        yield Applied(what="connection", name=name, verdict=verdict, detail=", ".join(replaced))


def _integrations(tx: OperatorTransaction, wanted: SetupFile, text: Text, shortest: dt.timedelta) -> Iterator[Applied]:
    for name, part in (wanted.integrations or {}).items():
        with located(text, "integrations", name):
            integration, verdict = _integration(tx, name, part)
            yield Applied(what="integration", name=name, verdict=verdict)
        for flow, flow_part in (part.flows or {}).items():
            with located(text, "integrations", name, "flows", flow):
                yield _flow(tx, integration, flow, flow_part, shortest)
        for table, codes in (part.crosswalks or {}).items():
            with located(text, "integrations", name, "crosswalks", table):
                rows = [Code(table=table, source=source, target=target) for source, target in (codes or {}).items()]
                filled = crosswalks.put(tx, integration, rows)
            yield _filled(f"{name}/{table}", filled)


def _integration(tx: OperatorTransaction, name: str, part: IntegrationPart) -> tuple[Integration, str]:
    names.checked("an integration", name)
    found = ledger.integrations.find(tx, name)
    if found is None:
        if part.kind is None or part.source is None or part.target is None:
            missing = [key for key, value in part.model_dump(by_alias=True).items() if key in _PAIR and value is None]
            raise ConfigurationError(
                f"there is no such integration yet, and a new one needs {', '.join(_PAIR)}: write "
                f"{' and '.join(missing)} as well."
            )
        return integrations.create(tx, name, part.kind, part.source, part.target).integration, CREATED
    for key, now, then in (
        ("kind", found.kind, part.kind),
        ("from", found.source, part.source),
        ("to", found.target, part.target),
    ):
        if then is not None and now != then:
            raise ConfigurationError(
                f"its {key} is {now} and cannot become {then}: its links and history belong to that. "
                "Add another integration."
            )
    return found, CHANGED if integrations.add_new_flows(tx, found) else UNCHANGED


def _flow(
    tx: OperatorTransaction, integration: Integration, name: str, part: FlowPart | None, shortest: dt.timedelta
) -> Applied:
    known = registry.flows(integration.kind)
    if name not in known:
        raise UnknownName.among("flow", name, known)
    full_name = f"{integration.name}/{name}"
    changed: list[str] = []
    if part is not None:
        changed = flows.change(
            tx,
            flows.require_flow(tx, full_name),
            enabled=part.enabled,
            line=part.schedule,
            timezone=part.timezone,
            options=part.options,
            shortest=shortest,
        )
    verdict = CHANGED if changed else UNCHANGED
    return Applied(what="flow", name=full_name, verdict=verdict, detail=", ".join(changed))


def _filled(name: str, filled: crosswalks.Filled) -> Applied:
    verdict = CREATED if filled.created and not filled.changed and not filled.unchanged else CHANGED
    if not filled.created and not filled.changed:
        verdict = UNCHANGED
    released = f", {filled.released} records released" if filled.released else ""
    counts = f"{filled.created} new, {filled.changed} changed, {filled.unchanged} unchanged{released}"
    return Applied(what="crosswalk", name=name, verdict=verdict, detail=counts)
