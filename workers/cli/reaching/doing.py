"""An operation, done on the ledger itself, or with ``--server`` over the API of a console."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from connector.operations.giving_reasons import reason
from workers.cli.elsewhere import only_here, server
from workers.cli.session import current_operator

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.operations.operator import Operator

P = ParamSpec("P")
T = TypeVar("T")
#: by modules of operations: the module here that says how they are asked for over the API
_TABLES = {
    f"connector.operations.{operations}": f"workers.cli.reaching.{table}"
    for table, several in {
        "alerts": ("setup.alert_channels", "setup.setting_rules"),
        "connections": (
            *("setup.connection_detail", "setup.connections", "setup.ping", "setup.quick_connect", "setup.stopping"),
        ),
        "crosswalks": ("setup.crosswalks", "setup.importing_codes", "setup.target_codes"),
        "integrations": ("setup.flows", "setup.integrations", "setup.removing"),
        "operators": ("accounts.people", "accounts.tokens"),
        "setup": ("setup.applying", "setup.exporting"),
        "webhooks": ("work.webhooks",),
    }.items()
    for operations in several
}


def do(operation: Callable[Concatenate[Operator, P], T], *args: P.args, **named: P.kwargs) -> T:
    """Do it, in the name of whoever is at work; raises ConfigurationError where the API does not do it."""
    if not server():
        return operation(current_operator(), *args, **named)
    from workers.cli.reaching.choosing import console  # noqa: PLC0415 - for those who have one

    asked = _asked(operation)
    signature = inspect.signature(operation)
    first, *_ = signature.parameters
    given: dict[str, Any] = signature.bind(None, *args, **named).arguments
    del given[first]
    if "why" in given and signature.parameters["why"].default is inspect.Parameter.empty:
        given["why"] = reason(given["why"])
    return cast("T", asked(console(), **given))


def _asked(operation: Callable[..., object]) -> Callable[..., object]:
    table = _TABLES.get(operation.__module__)
    found = None if table is None else import_module(table).CALLS.get(operation)
    if found is None:
        raise only_here()
    return cast("Callable[..., object]", found)
