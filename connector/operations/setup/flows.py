"""What an operator may do with flows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.domain import canonical, option, schedule
from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.giving_reasons import reason
from connector.operations.setup.names import split_flow
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.flow import Option
    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction


def list_(operator: Operator, integration: str | None = None) -> list[Flow]:
    """All flows, each after those it depends on."""
    with operator.transaction() as tx:
        found = ledger.flows.list_(tx, integration)
    return in_order(found)


def in_order(found: Sequence[Flow]) -> list[Flow]:
    """Of each integration, each flow after those it depends on."""
    from connector import flow_registry  # noqa: PLC0415 - for those who look into a flow

    order = list(flow_registry.outlines_of({flow.name for flow in found}))
    return sorted(found, key=lambda flow: (flow.integration, order.index(flow.name) if flow.name in order else -1))


def otherwise(operator: Operator, flows: Sequence[Flow]) -> dict[UUID, int]:
    """As ``older_mappings``, in a transaction of its own."""
    with operator.transaction() as tx:
        return older_mappings(tx, flows)


def get(operator: Operator, full_name: str) -> Flow:
    """One flow."""
    with operator.transaction() as tx:
        return require_flow(tx, full_name)


def require_flow(tx: OperatorTransaction, full_name: str) -> Flow:
    """The flow of this full name; raises UnknownName."""
    return ledger.flows.named(tx, *split_flow(full_name))


def covered(tx: OperatorTransaction, named: str | None) -> list[Flow]:
    """The flow of this full name; or those of an integration; without a name all. Raises UnknownName."""
    if named is not None and "/" in named:
        return [require_flow(tx, named)]
    if named is not None:
        ledger.integrations.named(tx, named)
    return ledger.flows.list_(tx, named)


def meant(tx: OperatorTransaction, named: str | None) -> list[Flow]:
    """The flow of this full name; or, each after those it depends on, those of an integration that are switched on.

    Without a name those of all integrations. Raises UnknownName.
    """
    found = covered(tx, named)
    return found if named and "/" in named else in_order([flow for flow in found if flow.enabled])


def switched_off(found: Sequence[Flow]) -> list[Flow]:
    """Those of them that are off; not those that this release does not have, of a package that is gone."""
    from connector import flow_registry  # noqa: PLC0415 - for those who look into a flow

    off = [flow for flow in found if not flow.enabled]
    known = flow_registry.outlines_of({flow.name for flow in off})
    return [flow for flow in off if flow.name in known]


def list_meant(operator: Operator, named: str | None) -> list[Flow]:
    """The same, as they stand now; raises UnknownName."""
    with operator.transaction() as tx:
        return meant(tx, named)


def older_mappings(tx: OperatorTransaction, flows: Sequence[Flow]) -> dict[UUID, int]:
    """How many documents of flows that are switched on were loaded by an older mapping than this release has."""
    from connector import flow_registry  # noqa: PLC0415 - for those who look into a flow

    known = flow_registry.outlines_of({flow.name for flow in flows if flow.enabled})
    return dict(
        ledger.flows.older(
            tx, {flow.id: known[flow.name].version for flow in flows if flow.enabled and flow.name in known}
        )
    )


def loaded_otherwise(flow: Flow, number: int) -> tuple[str, str]:
    """So many documents were loaded by an older mapping: what that means, and what to do about it."""
    most = ledger.flows.MOST_COUNTED
    many = f"More than {most:,}" if number > most else f"{number:,}"
    loaded = "document was" if number == 1 else "documents were"
    return (
        f"{many} {loaded} loaded with an older mapping",
        f"`ml-connector flow reapply {flow.full_name} --dry-run` shows what would change.",
    )


def loaded_by_others(flow: Flow, number: int) -> str:
    """So many documents were loaded by options that somebody has just changed: what that means, and what to do."""
    most = ledger.flows.MOST_COUNTED
    many = f"More than {most:,}" if number > most else f"{number:,}"
    were = "document was" if number == 1 else "documents were"
    return (
        f"{many} {were} loaded by the options before; `ml-connector flow reapply {flow.full_name} --dry-run` shows "
        "what would change."
    )


def unchecked(operator: Operator, flow: Flow) -> tuple[str, ...]:
    """What this flow does not check, because the connection it reads from leaves out what it would check it by."""
    from connector import registry  # noqa: PLC0415 - for those who look into a flow
    from connector.ports import Gating  # noqa: PLC0415 - likewise

    with operator.transaction() as tx:
        source = ledger.connections.named(tx, flow.source)
    system = registry.system(source.system)
    if not isinstance(system, Gating):
        return ()
    return system.unchecked(registry.flow(flow.name).source.entity, source.overrides)


def lacks(operator: Operator, flow: Flow) -> tuple[str, ...]:
    """What this flow has to do without, because a site it goes from or to cannot do it."""
    from connector import registry  # noqa: PLC0415 - for those who look into a flow
    from connector.ports import Lacking  # noqa: PLC0415 - likewise

    with operator.transaction() as tx:
        ends = [ledger.connections.named(tx, name) for name in (flow.source, flow.target)]
    known, found = registry.flow(flow.name), list[str]()
    for connection, side, posting in zip(ends, (known.source, known.target), (False, True), strict=True):
        system = registry.system(connection.system)
        if isinstance(system, Lacking):
            found += system.lacks(side.entity, connection.config, connection.overrides, posting=posting)
    return tuple(found)


def switch(operator: Operator, full_name: str, *, enabled: bool, why: str = "") -> Flow:
    """Let a flow run by its schedule, or not any more; records under way go on in both cases, also held ones."""
    with operator.transaction() as tx:
        flow = require_flow(tx, full_name)
        change(tx, flow, enabled=enabled, why=why)
        if enabled and flow.held_why:
            ledger.flows.hold(tx, flow.id, who="", why="")
            ledger.audit.note(tx, f"flow:{flow.full_name}", "operator.let_go_on", {"was": flow.held_why})
        return require_flow(tx, full_name)


def hold(operator: Operator, full_name: str, why: str) -> Flow:
    """Switch a flow off and let nothing of it move until it is enabled; what a worker has sent is still finished."""
    because = reason(why)
    with operator.transaction() as tx:
        flow = require_flow(tx, full_name)
        if flow.held_why:
            raise ConfigurationError(f"{full_name} is held already: {flow.held_why}")
        change(tx, flow, enabled=False)
        held(tx, flow, who=operator.name, why=f"{operator.name} holds it: {because}", said=because)
        return require_flow(tx, full_name)


def held(tx: OperatorTransaction, flow: Flow, *, who: str, why: str, said: str = "") -> None:
    """Let nothing of a flow move until it is enabled, and say so in its trail: ``why``, or what was ``said``."""
    ledger.flows.hold(tx, flow.id, who=who, why=why)
    ledger.audit.note(tx, f"flow:{flow.full_name}", "operator.held", {"why": said or why})


def set_schedule(operator: Operator, full_name: str, line: str, timezone: str | None) -> Flow:
    """Run a flow by another schedule from now on; nothing that lies in the past is caught up with."""
    with operator.transaction() as tx:
        flow = require_flow(tx, full_name)
        change(tx, flow, line=line, timezone=timezone, shortest=operator.application.shortest_schedule)
        return require_flow(tx, full_name)


def set_options(operator: Operator, full_name: str, options: Mapping[str, Any], why: str, *, seen: str = "") -> Flow:
    """Give a flow these options and no others; raises ConfigurationError for what none of them takes.

    Where ``seen`` says which options were looked at, it raises also when somebody changed them meanwhile.
    """
    because = reason(why)
    with operator.transaction() as tx:
        flow = require_flow(tx, full_name)
        if seen and seen != canonical.fingerprint(flow.options):
            raise ConfigurationError(
                f"Somebody changed the options of {full_name} meanwhile, and nothing of this was saved; look at them, "
                "and change them again."
            )
        change(tx, flow, options=options, why=because)
        return require_flow(tx, full_name)


def change(
    tx: OperatorTransaction,
    flow: Flow,
    *,
    enabled: bool | None = None,
    line: str | None = None,
    timezone: str | None = None,
    options: Mapping[str, Any] | None = None,
    why: str = "",
    shortest: dt.timedelta = dt.timedelta(0),
) -> list[str]:
    """Change what is given and differs; returns the names of what changed. Writes nothing when nothing does.

    A schedule that is another than before may not be shorter than ``shortest``.
    """
    wanted: dict[str, Any] = {
        "enabled": flow.enabled if enabled is None else enabled,
        "schedule": _scheduled(flow, line, shortest),
        "timezone": flow.timezone if timezone is None else schedule.zone(timezone).key,
        "options": dict(flow.options) if options is None else checked_options(flow.name, options),
    }
    changed = [name for name, value in wanted.items() if value != getattr(flow, name)]
    if not changed:
        return []
    ledger.bindings.adopt(tx)
    ledger.bindings.check_flow(tx, flow.id)
    due = flow.next_due_at
    if not wanted["enabled"]:
        due = None
    elif set(changed) & {"enabled", "schedule", "timezone"}:
        due = schedule.next_fire(wanted["schedule"], wanted["timezone"], tx.now)
    ledger.flows.change(tx, flow.id, **wanted, next_due_at=due)
    bound = ledger.bindings.bind_flow(tx, flow.id)
    said = {"why": why} if why else {}
    ledger.audit.note(
        tx, f"flow:{flow.full_name}", "operator.changed", {**{name: wanted[name] for name in changed}, **said, **bound}
    )
    return changed


def checked_options(flow_name: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Options as the flow will take them; raises ConfigurationError for an unknown one or an unusable value."""
    from connector import registry  # noqa: PLC0415 - for those who look into a flow

    offered = registry.flow(flow_name).options
    mistakes = []
    for name in chosen:
        if name not in offered:
            raise UnknownName.among(f"option of {flow_name}", name, offered)
        try:
            _usable(name, chosen, offered)
        except ConfigurationError as error:
            mistakes.append(error.message)
    if mistakes:
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
    return dict(chosen)


def _usable(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> None:
    default = offered[name].default
    if isinstance(default, bool):
        option.switch(name, chosen, offered)
    elif isinstance(default, int):
        option.whole(name, chosen, offered)
    elif isinstance(default, (list, tuple)):
        (option.codes if default else option.names)(name, chosen, offered)
    elif offered[name].is_day:
        option.day(name, chosen, offered)
    elif offered[name].choices:
        option.one_of(name, chosen, offered)
    elif not isinstance(chosen[name], type(default)):
        raise ConfigurationError(f"Option {name} of this flow takes text, like {default!r}.")


def preview(flow: Flow, *, now: dt.datetime, times: int = 3) -> list[dt.datetime]:
    """The next moments the flow's schedule names, whether it is enabled or not."""
    return schedule.next_fires(flow.schedule, flow.timezone, now, times)


def _scheduled(flow: Flow, line: str | None, shortest: dt.timedelta) -> str:
    wanted = flow.schedule if line is None else str(schedule.typed(line))
    return wanted if wanted == flow.schedule else str(schedule.typed(wanted, shortest))
