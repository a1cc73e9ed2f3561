"""An operation, done on the ledger itself, or with ``--server`` over the API of a console."""

from __future__ import annotations

import inspect
import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from connector.domain.errors import ConfigurationError
from connector.operations.giving_reasons import reason
from connector.operations.setup.names import split_flow
from workers.cli.closing import OPENED
from workers.cli.elsewhere import TOKEN, TOKEN_FILE, only_here, server
from workers.cli.reaching.places import FLOWS
from workers.cli.session import current_operator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server

P = ParamSpec("P")
T = TypeVar("T")
#: what here says how they are asked for over the API, and of which modules of operations
_TABLES = {
    "alerts": ("alert_channels", "setting_rules"),
    "audit": ("audit", "dossier_page", "verifying_trail"),
    "connections": ("accepting", "connection_detail", "connections", "ping", "quick_connect", "stopping"),
    "crosswalks": ("crosswalks", "importing_codes", "target_codes"),
    "dead_letters": ("dead_letters", "settling"),
    "flows": ("flow_detail", "flows"),
    "integrations": ("integrations", "removing"),
    "master_data": ("drifting",),
    "messages": ("messages",),
    "needs": ("needs",),
    "operators": ("people", "tokens"),
    "periods": ("closing", "closing_job", "reconciled_rows", "reconciling", "since_signing"),
    "records": ("correcting", "lineage", "meant", "records"),
    "rules": ("dry_run", "reapplied", "rehearsing"),
    "runs": ("runs",),
    "setup": ("applying", "exporting"),
    "webhooks": ("webhooks",),
}


def do(operation: Callable[Concatenate[Operator, P], T], *args: P.args, **named: P.kwargs) -> T:
    """Do it, in the name of whoever is at work; raises ConfigurationError where the API does not do it."""
    if not server():
        return operation(_here(), *args, **named)
    asked = _asked(operation)
    signature = inspect.signature(operation)
    first, *_ = signature.parameters
    given: dict[str, Any] = signature.bind(None, *args, **named).arguments
    del given[first]
    _check_flows(given)
    if given.get("why") or ("why" in given and signature.parameters["why"].default is inspect.Parameter.empty):
        given["why"] = reason(given["why"])
    return cast("T", asked(_there(), **given))


def _check_flows(given: Mapping[str, Any]) -> None:
    """An address has the two parts of a flow's name, and leads elsewhere where these are more or fewer."""
    chosen = getattr(given.get("wanted"), "flow", None)
    for flow in (chosen, *(given.get(name) for name in FLOWS)):
        if flow is not None:
            split_flow(flow)


@cache
def _here() -> Operator:
    """Who works at this machine, for the whole command."""
    OPENED.callback(_here.cache_clear)
    return current_operator()


@cache
def _there() -> Server:
    """The console that was named, likewise; its token may be in a file that can be read only once."""
    from workers.cli.reaching.http import Server  # noqa: PLC0415 - for those who have one

    OPENED.callback(_there.cache_clear)
    return Server(server(), _token())


def _token() -> str:
    from connector.operations.setup.references import text_of  # noqa: PLC0415 - likewise

    file = os.environ.get(TOKEN_FILE, "")
    token = (text_of(file) if file else os.environ.get(TOKEN, "")).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"--server takes a token of yours: set {TOKEN}, or {TOKEN_FILE} to a file that holds it. `ml-connector "
            "operator token add`, or the page Your account, makes one."
        )
    return token


def _asked(operation: Callable[..., object]) -> Callable[..., object]:
    module = operation.__module__.rpartition(".")[2]
    for table, modules in _TABLES.items():
        if module in modules and (found := import_module(f"workers.cli.reaching.{table}").CALLS.get(operation)):
            return cast("Callable[..., object]", found)
    raise only_here()
