"""The options of a flow as a form has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical
from connector.domain.setting import Kind, Setting
from connector.operations.setup import flows
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.flow import Option
    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow


def settings(flow_name: str) -> list[Setting]:
    """What can be set on a flow; raises UnknownName."""
    return [_setting(name, offered) for name, offered in registry.flow(flow_name).options.items()]


def chosen(flow: Flow, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of these values is to be kept: a default that nobody had set is left to later releases."""
    offered = registry.flow(flow.name).options
    return {
        name: value
        for name, value in values.items()
        if name in flow.options or name not in offered or value != _plain(offered[name].default)
    }


def change(operator: Operator, full_name: str, values: Mapping[str, Any], why: str, *, seen: str) -> tuple[Flow, int]:
    """Set these options in place of those that were looked at; raises ConfigurationError for every mistake.

    Returns the flow, and how many documents the target has by the options before (as far as they are counted).
    """
    wanted = chosen(flows.get(operator, full_name), values)
    changed = flows.set_options(operator, full_name, wanted, why, seen=seen)
    with operator.transaction() as tx:
        return changed, ledger.flows.loaded(tx, changed.id)


def version(flow: Flow) -> str:
    """A word for the options that a flow has now."""
    return canonical.fingerprint(flow.options)


def _setting(name: str, offered: Option) -> Setting:
    default = _plain(offered.default)
    kind = Kind.TEXT
    if isinstance(default, bool):
        kind = Kind.YES_NO
    elif isinstance(default, int):
        kind = Kind.NUMBER
    elif isinstance(default, list):
        kind = Kind.LIST
    elif offered.choices:
        kind = Kind.CHOICE
    elif offered.is_day:
        kind = Kind.DAY
    return Setting(name=name, kind=kind, help=offered.help, default=default, choices=tuple(map(str, offered.choices)))


def _plain(default: object) -> object:
    return list(default) if isinstance(default, tuple) else default
