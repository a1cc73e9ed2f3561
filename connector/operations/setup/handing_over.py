"""A company is connected by hand: somebody types what its marketplace handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.operations.setup import filling_in, names, quick_connect
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.setting import Setting
    from connector.operations.operator import Operator
    from connector.operations.setup.quick_connect import Connected

_LONGEST_TOKEN = 2000


@dataclass(frozen=True, kw_only=True)
class Handing:
    """A system whose customers connect themselves, and what it hands over of them."""

    system: str
    title: str
    #: what its customers call the place where they do so
    market: str
    #: settings: whose company it is, and what is exchanged
    company: str
    token: str
    #: connections that it can be connected to again, and those that wait to be accepted
    known: list[str]
    offered: list[str]


def systems() -> list[tuple[str, str]]:
    """The systems whose customers connect themselves, each with what people call it."""
    return sorted((one.name, one.title) for one in registry.marketplaces())


def handing(operator: Operator, system_name: str) -> Handing:
    """One of them; raises ConfigurationError for another system."""
    system = registry.marketplace(registry.system(system_name).name)
    with operator.transaction() as tx:
        found = [one for one in ledger.connections.list_(tx) if one.system == system.name]
    return Handing(
        system=system.name,
        title=system.title,
        market=system.marketplace.name,
        company=system.marketplace.company,
        token=system.marketplace.token,
        known=[one.name for one in found if one.offered_at is None],
        offered=[one.name for one in found if one.offered_at is not None],
    )


def settings(system_name: str) -> list[Setting]:
    """What a new company takes: all that a connection does, and what is exchanged; the company first."""
    market = registry.marketplace(system_name).marketplace
    order = (market.company, market.token)
    described = filling_in.settings(system_name)
    first = [replace(one, needed=True, usual=True) for name in order for one in described if one.name == name]
    return [*first, *(one for one in described if one.name not in order)]


def connect(operator: Operator, system_name: str, name: str, written: Mapping[str, Any]) -> Connected:
    """Exchange what was handed over, and make a connection of it; a token that is refused leaves nothing behind."""
    names.checked("a connection", name)
    system = registry.marketplace(system_name)
    with operator.transaction() as tx:
        if ledger.connections.find(tx, name) is not None:
            raise ConfigurationError(f"There is a connection {name!r} already; connect that again, or choose a name.")
    _require(written.get(system.marketplace.token, ""), system.marketplace.token)
    return quick_connect.first(operator, system, name, filling_in.parts(system_name, written), offered=False)


def connect_again(operator: Operator, system_name: str, name: str, token: str) -> Connected:
    """Put a new token in place of what a connection has; one that is refused changes nothing."""
    with operator.transaction() as tx:
        found = ledger.connections.named(tx, name)
    if found.system != system_name:
        raise ConfigurationError(f"{name!r} is a connection to another system.")
    _require(token, registry.marketplace(system_name).marketplace.token)
    return quick_connect.again(operator, name, token, believe_silence=True)


def _require(token: str, setting: str) -> None:
    if not token or len(token) > _LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        raise ConfigurationError(f"{setting} is missing.", mistakes=[f"{setting} is missing."])
