"""A company connects itself: what SAP's App Center, or the like, hands over is exchanged at once, for a connection.

The exchange comes first and the ledger second, so that a token which is worth nothing changes nothing: neither is a
connection made for it, nor does one that works lose what it has. And what was exchanged is kept, whatever others did
meanwhile: it is handed over once. A company that nobody here knows becomes a connection that waits to be accepted:
that its system lets it use our application does not make it ours.
"""

from __future__ import annotations

import hmac
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.inbound.companies import Said
from connector.operations.setup import connections, foreign, names, references
from connector.ports import EmptyInbox
from connector.store import operator as ledger
from connector.store.connection import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from connector.domain.outbound import Outbound
    from connector.domain.token import Token
    from connector.operations.operator import Operator
    from connector.operations.setup.connections import Parts
    from connector.operations.setup.references import Resolve
    from connector.ports import Connecting, Inbox, Profile
    from connector.store.operator.connections import Connection
    from connector.store.operator.transaction import OperatorTransaction

#: what stands for a request token in an operator's words
_TOKEN = "request_token"  # noqa: S105 - a field's name
#: companies that wait to be accepted; whoever comes then is asked to wait
MOST_OFFERED = 50
#: so much of a name is left before a number
_LONGEST_STEM = 59


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A connection, whose it is, and whether it was there before."""

    connection: Connection
    profile: Profile
    again: bool

    @property
    def company(self) -> str:
        """Its system's id of the company."""
        return company_of(self.connection)


@dataclass(frozen=True, kw_only=True, repr=False)
class _Unsaved:
    """Implements ``ports.OpenConnection`` for what is not in the ledger yet; keeps its token itself."""

    name: str
    config: Mapping[str, Any]
    overrides: Mapping[str, Any]
    secrets: Mapping[str, str]
    allow_private_addresses: bool
    outbound: Outbound
    tokens: _InHand
    inbox: Inbox = field(default_factory=EmptyInbox)


class _InHand:
    """Implements ``ports.Tokens`` for the time of an exchange."""

    def __init__(self) -> None:
        self.token: Token | None = None

    def current(self) -> Token | None:
        return self.token

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:  # noqa: ARG002 - the port's
        self.token = fetch(self.token)
        return self.token


def hand_over(
    operator: Operator, system: Connecting, application: Mapping[str, Any], company: str, request_token: str
) -> Connected:
    """Take a company over as it was sent: the connection it has is renewed, else one waits for an operator.

    Raises ``Said`` with a sentence for whoever sits at the browser, and what the exchange raises.
    """
    with operator.transaction() as tx:
        everybody = ledger.connections.list_(tx)
    market = system.marketplace
    known = [one for one in everybody if one.system == system.name]
    wanted = (company, application[market.client])
    its = [one for one in known if (one.config[market.company], one.config[market.client]) == wanted]
    if len(its) > 1:
        raise Said(
            f"This company has more than one connection here, and the {market.name} does not say which is meant. "
            "The operator of ml-connector connects it with `ml-connector connection connect`."
        )
    if its:
        return again(operator, its[0].name, request_token, believe_silence=False)
    if sum(one.offered_at is not None for one in known) >= MOST_OFFERED:
        raise Said("Too many companies wait to be accepted here; ask the operator of ml-connector to look at them.")
    parts = _parts(system, application, company, request_token)
    return first(operator, system, f"{system.name}-{company[:8]}", parts, offered=True)


def connect(
    operator: Operator,
    name: str,
    written: Mapping[str, Any] | None,
    *,
    company: str,
    request_token: str,
    system: str = "",
    resolve: Resolve = references.resolve,
) -> Connected:
    """Connect this company as an operator says: NAME again, or NAME for the first time with what a file holds.

    ``system`` is needed for the first time where there is more than one whose customers connect themselves.
    """
    names.checked("a connection", name)
    token = handed_over(request_token, resolve)
    with operator.transaction() as tx:
        before = ledger.connections.find(tx, name)
    if before is None:
        if written is None:
            raise ConfigurationError(
                f"There is no connection {name!r}; name the file with client_id and client_secret after --config."
            )
        found = market_of(system)
        of_ours = application(found, written, resolve)
        return first(operator, found, name, _parts(found, of_ours, company, token), offered=False)
    if written is not None:
        raise ConfigurationError(
            f"There is a connection {name!r} already, which is connected again with what it has; leave --config out."
        )
    market = registry.marketplace(before.system).marketplace
    if company_of(before) != company.strip().lower():
        raise ConfigurationError(
            f"{name!r} belongs to the company {company_of(before)}, and the {market.name} handed over {company}; "
            "give the new company a connection of its own."
        )
    return again(operator, name, token, believe_silence=True)


def company_of(connection: Connection) -> str:
    """The id of the company that a connection belongs to."""
    return str(connection.config[registry.marketplace(connection.system).marketplace.company])


def handed_over(request_token: str, resolve: Resolve = references.resolve) -> str:
    """The request token that an operator names; raises ConfigurationError for none."""
    return str(resolve({_TOKEN: request_token}, frozenset({_TOKEN}))[_TOKEN])


def market_of(system: str) -> Connecting:
    """The system of this name whose customers connect themselves, or the only one; raises ConfigurationError."""
    if system:
        return registry.marketplace(system)
    found = registry.marketplaces()
    if len(found) == 1:
        return found[0]
    raise ConfigurationError(
        f"Name the system with --system: {', '.join(one.name for one in found) or 'there is none'}."
    )


def application(
    system: Connecting, written: Mapping[str, Any], resolve: Resolve = references.resolve
) -> dict[str, Any]:
    """Our application there, as a connection's file without its company; raises ConfigurationError for mistakes."""
    of_company = {system.marketplace.company, system.marketplace.token}
    plain = {key: value for key, value in written.items() if key not in {*of_company, connections.ENTITIES}}
    foreign.check_connection(system.name, plain)
    found = resolve(plain, system.secrets) | {connections.ENTITIES: written.get(connections.ENTITIES) or {}}
    checked = _parts(system, found, "00000000-0000-0000-0000-000000000000", "")
    return found | {key: value for key, value in checked.config.items() if key not in of_company}


def _parts(system: Connecting, application: Mapping[str, Any], company: str, request_token: str) -> Parts:
    config = {key: value for key, value in application.items() if key != connections.ENTITIES}
    overrides = application.get(connections.ENTITIES) or {}
    if not isinstance(overrides, dict):
        raise ConfigurationError(f"{connections.ENTITIES} must hold the entities to change, each with what differs.")
    of_company = {system.marketplace.company: company, system.marketplace.token: request_token}
    return connections.checked_parts(system.name, {**config, **of_company}, overrides)


def first(operator: Operator, system: Connecting, name: str, parts: Parts, *, offered: bool) -> Connected:
    """Exchange what these parts hold, and make a connection of it."""
    exchanged = _exchanged(operator, system, name, parts)
    with operator.transaction() as tx:
        return _kept(tx, system, name, parts, exchanged, offered=offered)


def _kept(
    tx: OperatorTransaction,
    system: Connecting,
    name: str,
    parts: Parts,
    exchanged: tuple[Token, Profile],
    *,
    offered: bool,
) -> Connected:
    """Make a connection of what was exchanged, under the next name that is free if somebody has this one by now."""
    token, profile = exchanged
    candidates = (name if n == 1 else f"{name[:_LONGEST_STEM]}-{n}" for n in itertools.count(1))
    made = next(filter(None, (connections.create_as(tx, one, system.name, parts) for one in candidates)))
    _store(tx, made.id, token)
    return _noted(tx, made.name, profile, token, again=False, offered=offered)


def again(operator: Operator, name: str, request_token: str, *, believe_silence: bool) -> Connected:
    """Put a new token in place of what a connection has; where nobody stands by, only if SAP says whose token it is."""
    with operator.transaction() as tx:
        before, parts, known = _renewed(tx, name, request_token)
    system = registry.marketplace(before.system)
    if hmac.compare_digest(known.encode(), request_token.encode()):
        opened = operator.application.open_connection(name)
        if opened.tokens.current() is not None:  # the page was loaded once more: there is nothing to exchange
            return Connected(connection=before, profile=system.connect(opened), again=True)
    token, profile = _exchanged(operator, system, name, parts)
    if profile.why and not believe_silence:
        raise Said(
            f"{system.title} took the request token and did not say whose it is, so the connection this company has "
            f"stays as it was; press Connect in the {system.marketplace.name} again; this request token is used up."
        )
    with operator.transaction() as tx:
        tokens.wait_for(tx, before.id)
        now = ledger.connections.by_id(tx, before.id, lock=True)
        renewed = None if now is None else _renewed(tx, now.name, request_token)
        if renewed is None or _grant(system, renewed[1]) != _grant(system, parts):
            # Removed meanwhile, or moved to another company: the token is not for that. An operator decides again.
            return _kept(tx, system, name, parts, (token, profile), offered=True)
        connection, parts, _ = renewed
        connections.change(tx, connection, parts, replaced=[system.marketplace.token])
        _store(tx, connection.id, token)
        return _noted(tx, connection.name, profile, token, again=True, offered=False)


def _grant(system: Connecting, parts: Parts) -> str:
    return registry.grant(system.name, parts.config, parts.overrides, parts.secrets)


def _store(tx: OperatorTransaction, connection_id: UUID, token: Token) -> None:
    """Keep a token for what the connection's row says now."""
    row, secrets = ledger.bindings.row_of(tx, connection_id), connections.unseal(tx, connection_id)
    grant = registry.grant(row.system, row.config, row.overrides, secrets)
    tokens.store(tx, ledger.bindings.vault_of(tx), connection_id, token, grant)


def _renewed(tx: OperatorTransaction, name: str, request_token: str) -> tuple[Connection, Parts, str]:
    """A connection as it is, as it would be with this request token, and which one it has."""
    found = ledger.connections.named(tx, name)
    secrets, field = connections.unseal(tx, found.id), registry.marketplace(found.system).marketplace.token
    merged = {**found.config, **secrets, field: request_token}
    return found, connections.checked_parts(found.system, merged, found.overrides), secrets.get(field, "")


def _exchanged(operator: Operator, system: Connecting, name: str, parts: Parts) -> tuple[Token, Profile]:
    in_hand = _InHand()
    profile = system.connect(
        _Unsaved(
            name=name,
            config=parts.config,
            overrides=parts.overrides,
            secrets=parts.secrets,
            allow_private_addresses=operator.application.allow_private_addresses,
            outbound=operator.application.outbound,
            tokens=in_hand,
        )
    )
    return cast("Token", in_hand.token), profile


def _noted(
    tx: OperatorTransaction, name: str, profile: Profile, token: Token, *, again: bool, offered: bool
) -> Connected:
    ledger.connections.connected(tx, name, profile.facts(), offered=offered)
    found = ledger.connections.named(tx, name)
    evidence = {"company": company_of(found), "profile": profile.facts(), "again": again}
    evidence |= {"address": token.address} if token.address else {}
    ledger.audit.note(tx, f"connection:{name}", "operator.connected", evidence)
    return Connected(connection=found, profile=profile, again=again)
