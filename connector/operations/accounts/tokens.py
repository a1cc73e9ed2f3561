"""Tokens: what programs show to the API instead of a password."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.accounts.signing_in import Visitor
from connector.operations.setup import names
from connector.store import operator as ledger
from connector.store.operator.slowing import Watched
from connector.store.operator.tokens import Bearer, Token

if TYPE_CHECKING:
    from connector.domain.role import Role
    from connector.operations.operator import Operator

__all__ = ("Bearer", "Token")

#: how long a token is good, at most and unless said otherwise
MOST_DAYS, DAYS = 366, 90
#: wrong tokens of one address that cost no time: a program that has an old one stops by itself
FREE, _LONG = 30, dt.timedelta(minutes=15)


def list_(operator: Operator, name: str | None = None) -> list[Token]:
    """Tokens of an operator, or of all; raises UnknownName."""
    with operator.transaction() as tx:
        return ledger.tokens.list_(tx, None if name is None else ledger.accounts.named(tx, name).name)


def add(operator: Operator, of: str, name: str, role: Role, days: int = DAYS) -> tuple[str, dt.datetime]:
    """Make a token of an operator; returns it, for it is shown once, and until when it is good."""
    if not 1 <= days <= MOST_DAYS:
        raise ConfigurationError(f"A token is good for 1 to {MOST_DAYS} days.")
    names.checked("a token", name)
    with operator.transaction() as tx:
        account = ledger.accounts.named(tx, of)
        if account.revoked_at or not account.role.may(role):
            has = "was revoked" if account.revoked_at else f"is {account.role}"
            raise ConfigurationError(f"{of} {has}, so none of their programs may do what a token as {role} could.")
        until = tx.now + dt.timedelta(days=days)
        made = ledger.tokens.make(tx, account.id, name, role, until)
        detail = {"token": name, "role": role.value, "until": until.isoformat()}
        ledger.audit.note(tx, f"operator:{of}", "operator.token_added", detail)
        return made, until


def revoke(operator: Operator, of: str, name: str) -> None:
    """Take a token back; raises UnknownName."""
    with operator.transaction() as tx:
        account = ledger.accounts.named(tx, of)
        if not ledger.tokens.revoke(tx, account.id, name):
            known = [one.name for one in ledger.tokens.list_(tx, of) if one.revoked_at is None]
            raise UnknownName.among(f"token of {of}", name, known)
        ledger.audit.note(tx, f"operator:{of}", "operator.token_revoked", {"token": name})


def bearer(operator: Operator, shown: str) -> Bearer | None:
    """Whose token this is, and what it may; None for what is none of ours, or good no more."""
    with operator.transaction() as tx:
        return ledger.tokens.find(tx, shown)


def actor(found: Bearer) -> str:
    """Whom the trail names for what such a program does."""
    return f"operator:{found.name} (API, token {found.token})"


def failed(operator: Operator, address: str) -> int:
    """Count a token that was none of ours; for how many seconds nobody is listened to from there, if at all."""
    shown = Watched(what=f"token {Visitor(address=address, browser='').network}", free=FREE, most=_LONG)
    with operator.transaction() as tx:
        return ledger.slowing.take(tx, (shown,))
