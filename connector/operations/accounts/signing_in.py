"""Signing in and out, and choosing a password. Nothing here tells whether there is an account of some name."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, ConnectorError
from connector.operations.accounts import passwords, people
from connector.store import operator as ledger
from connector.store.operator.sessions import Session, SignedIn
from connector.store.operator.slowing import Watched

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.accounts import Credentials
    from connector.store.operator.transaction import OperatorTransaction

__all__ = ("Opened", "Session", "SignedIn", "TurnedAway", "Visitor")

_LONG, _SHORT = dt.timedelta(minutes=15), dt.timedelta(minutes=1)
#: failures that cost no time: of one account from one address, of one address, of one account from anywhere. The last
#: wait is short: others' failures keep nobody out for long
_FREE = {"both": 5, "address": 30, "account": 50}
#: of an IPv6 address, what one customer of a network has many of
_V6_PREFIX = 64
#: nobody reads the password of somebody who is no operator
_LONGEST_NAME = 63


class TurnedAway(ConnectorError):
    """Nobody was signed in; the sentence is the same whoever asked for whom."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A browser, as the network shows it."""

    address: str
    browser: str

    @property
    def network(self) -> str:
        """What counts as one address."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        prefix = _V6_PREFIX if address.version == 6 else address.max_prefixlen  # noqa: PLR2004 - the protocol's version
        return str(ipaddress.ip_network((address, prefix), strict=False))


@dataclass(frozen=True, kw_only=True, repr=False)
class Opened:
    """A browser that was signed in, and what it keeps."""

    kept: str
    name: str
    must_choose: bool


def sign_in(operator: Operator, name: str, password: str, visitor: Visitor) -> Opened:
    """Sign a browser in; raises TurnedAway."""
    said = name.strip().casefold()[: _LONGEST_NAME + 1]
    both, *others = _watched(said, visitor.network)
    with operator.transaction() as tx:
        held = ledger.slowing.take(tx, (both, *others))
        found = None if held or not people.could_be(said) else ledger.accounts.credentials(tx, said)
    if held:
        raise TurnedAway(f"Too many sign-ins have failed. Try again in {spoken(held)}.", seconds=held)
    right = passwords.fits(password, found.password if found else None)
    with _as(operator, said).transaction() as tx:
        standing = None if found is None else ledger.accounts.credentials(tx, said, lock=True)
        if standing is not None and right and found is not None and standing.password == found.password:
            opened = _open(tx, standing, visitor, once=False)
        elif standing is not None and ledger.accounts.lets_in_once(tx, standing, password.strip().lower()):
            ledger.accounts.used_once(tx, standing.id)
            opened = _open(tx, standing, visitor, once=True)
        else:
            raise TurnedAway("That name and that password do not belong together.")
        ledger.slowing.succeeded(tx, others, both)
    return opened


def _open(tx: OperatorTransaction, found: Credentials, visitor: Visitor, *, once: bool) -> Opened:
    kept = ledger.sessions.begin(tx, found.id, must_choose=once, address=visitor.address, browser=visitor.browser)
    ledger.audit.note(tx, f"operator:{found.name}", "operator.signed_in", {"address": visitor.address, "once": once})
    return Opened(kept=kept, name=found.name, must_choose=once)


def session(operator: Operator, kept: str, *, seen: bool = True) -> Session | None:
    """Whose browser keeps this; None when nobody is signed in with it. Not ``seen``: nobody sits there just now."""
    with operator.transaction() as tx:
        return ledger.sessions.find(tx, kept, seen=seen)


def choose_password(operator: Operator, of: Session, before: str, password: str, visitor: Visitor) -> str:
    """Choose a password: every browser is signed out and this one signed in anew; returns what it keeps.

    Whoever signed in with a password for one sign-in says no other. Raises ConfigurationError for a password that is
    none, TurnedAway where ``before`` is not the one they had.
    """
    both, *_ = _watched(of.name, f"choosing {visitor.network}")
    with operator.transaction() as tx:
        held = 0 if of.must_choose else ledger.slowing.take(tx, (both,))
        found = ledger.accounts.credentials(tx, of.name)
    if held:
        raise TurnedAway(f"Too many passwords were wrong. Try again in {spoken(held)}.", seconds=held)
    if not of.must_choose and not passwords.fits(before, found.password if found else None):
        raise TurnedAway("The password you have now is another one.")
    hashed = passwords.chosen(password, of.name)
    with operator.transaction() as tx:
        standing = ledger.accounts.credentials(tx, of.name, lock=True)
        if standing is None or found is None or standing.password != found.password:
            raise ConfigurationError("Your account was changed in this moment: sign in again.")
        ended = ledger.sessions.end_all(tx, of.operator_id)
        ledger.accounts.set_password(tx, of.operator_id, hashed)
        ledger.slowing.succeeded(tx, (), both)
        ledger.audit.note(tx, f"operator:{of.name}", "operator.password", {"sessions": ended})
        return ledger.sessions.begin(
            tx, of.operator_id, must_choose=False, address=visitor.address, browser=visitor.browser
        )


def sign_out(operator: Operator, of: Session) -> None:
    """End this session."""
    with operator.transaction() as tx:
        if ledger.sessions.end(tx, of.id):
            ledger.audit.note(tx, f"operator:{of.name}", "operator.signed_out", {"sessions": 1})


def sessions(operator: Operator, name: str | None = None) -> list[SignedIn]:
    """Browsers that are signed in, of one operator or of all."""
    with operator.transaction() as tx:
        return ledger.sessions.list_(tx, name)


def end_session(operator: Operator, session_id: UUID, *, of: Session | None = None) -> bool:
    """End a session, one of their own where ``of`` says whose; whether there was one."""
    with operator.transaction() as tx:
        known = {one.id: one.name for one in ledger.sessions.list_(tx)}
        ended = ledger.sessions.end(tx, session_id, of=of.operator_id if of else None)
        if ended:
            subject = f"operator:{known.get(session_id, 'unknown')}"
            ledger.audit.note(tx, subject, "operator.signed_out", {"sessions": 1})
        return ended


def _watched(name: str, network: str) -> tuple[Watched, Watched, Watched]:
    return (
        Watched(what=f"both {name} {network}", free=_FREE["both"], most=_LONG),
        Watched(what=f"address {network}", free=_FREE["address"], most=_LONG),
        Watched(what=f"account {name}", free=_FREE["account"], most=_SHORT),
    )


def _as(operator: Operator, name: str) -> Operator:
    return replace(operator, actor=console_actor(name))


def console_actor(name: str) -> str:
    """Whom the trail names for what an account does in a browser: no user of the machine has such a name."""
    return f"operator:{name} (console)"


def spoken(seconds: int) -> str:
    """A wait, as a sentence says it."""
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"  # noqa: PLR2004 - two minutes
