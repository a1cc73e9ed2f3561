"""Operators: adding them, what they may do, letting them in again, and taking that back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.accounts.passwords import ONCE_GOOD_FOR, for_once
from connector.operations.giving_reasons import reason
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt

    from connector.operations.operator import Operator
    from connector.store.operator.accounts import Account
    from connector.store.operator.transaction import OperatorTransaction

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}")


@dataclass(frozen=True, kw_only=True, repr=False)
class Invited:
    """An operator who may sign in once, and then chooses a password."""

    name: str
    role: Role
    #: shown once, and kept by nobody
    once: str
    until: dt.datetime


def list_(operator: Operator) -> list[Account]:
    """All operators, those who may do nothing any more last."""
    with operator.transaction() as tx:
        return ledger.accounts.list_(tx)


def get(operator: Operator, name: str) -> Account:
    """One operator; raises UnknownName."""
    with operator.transaction() as tx:
        return ledger.accounts.named(tx, name)


def add(operator: Operator, name: str, role: Role) -> Invited:
    """Add an operator; raises ConfigurationError for a name that is taken or none."""
    with operator.transaction() as tx:
        ledger.accounts.insert(tx, checked(name), role)
        return _invite(tx, name, "operator.added")


def first(operator: Operator, name: str) -> Invited | None:
    """Add the first admin, or let them in again who has not chosen a password yet; None where somebody has."""
    with operator.transaction() as tx:
        accounts = [one for one in ledger.accounts.list_(tx) if not one.revoked_at]
        if any(one.has_password and one.role is Role.ADMIN for one in accounts):
            return None
        if name not in {one.name for one in ledger.accounts.list_(tx)}:
            ledger.accounts.insert(tx, checked(name), Role.ADMIN)
        ledger.accounts.set_role(tx, ledger.accounts.named(tx, name).id, Role.ADMIN)
        return _invite(tx, name, "operator.added")


def reset(operator: Operator, name: str) -> Invited:
    """Let an operator choose a new password: what they had lets them in no more, and they are signed out."""
    with operator.transaction() as tx:
        found = ledger.accounts.named(tx, name)
        ledger.sessions.end_all(tx, found.id)
        return _invite(tx, name, "operator.reset")


def change_role(operator: Operator, name: str, role: Role, why: str) -> Account:
    """Let an operator do more, or less, from this moment on."""
    because = reason(why)
    with operator.transaction() as tx:
        if role is not Role.ADMIN:
            _spare_the_last_admin(tx, name)
        found = _standing(tx, name)
        ledger.accounts.set_role(tx, found.id, role)
        ledger.audit.note(tx, f"operator:{name}", "operator.role", {"from": found.role, "to": role, "why": because})
        return ledger.accounts.named(tx, name)


def revoke(operator: Operator, name: str, why: str) -> Account:
    """Let an operator do nothing any more: they are signed out everywhere, and their tokens are worth nothing."""
    because = reason(why)
    with operator.transaction() as tx:
        _spare_the_last_admin(tx, name)
        found = _standing(tx, name)
        ended = ledger.sessions.end_all(tx, found.id)
        tokens = ledger.tokens.revoke(tx, found.id)
        ledger.accounts.revoke(tx, found.id)
        detail = {"why": because, "sessions": ended, "tokens": tokens}
        ledger.audit.note(tx, f"operator:{name}", "operator.revoked", detail)
        return ledger.accounts.named(tx, name)


def sign_out(operator: Operator, name: str) -> int:
    """End every session of an operator; returns how many there were."""
    with operator.transaction() as tx:
        ended = ledger.sessions.end_all(tx, ledger.accounts.named(tx, name).id)
        ledger.audit.note(tx, f"operator:{name}", "operator.signed_out", {"sessions": ended})
        return ended


def could_be(name: str) -> bool:
    """Whether an operator may be called that."""
    return _NAME.fullmatch(name) is not None


def checked(name: str) -> str:
    """Return the name; raises ConfigurationError with the rule when it breaks it."""
    if not could_be(name):
        raise ConfigurationError(
            f"{name!r} cannot name an operator: use up to 63 small letters, digits and . _ @ -, beginning with a "
            "letter or digit, as in an address."
        )
    return name


def _invite(tx: OperatorTransaction, name: str, event: str) -> Invited:
    once, until = for_once(), tx.now + ONCE_GOOD_FOR
    ledger.accounts.set_once(tx, ledger.accounts.named(tx, name).id, once, until)
    role = ledger.accounts.named(tx, name).role
    ledger.audit.note(tx, f"operator:{name}", event, {"role": role.value, "once_until": until.isoformat()})
    return Invited(name=name, role=role, once=once, until=until)


def _standing(tx: OperatorTransaction, name: str) -> Account:
    found = ledger.accounts.named(tx, name)
    if found.revoked_at:
        raise ConfigurationError(
            f"{name} was revoked at {found.revoked_at:%Y-%m-%d %H:%M} UTC; `ml-connector operator reset {name}` lets "
            "them in again."
        )
    return found


def _spare_the_last_admin(tx: OperatorTransaction, name: str) -> None:
    if ledger.accounts.lock_admins(tx) == [name]:
        raise ConfigurationError(f"{name} is the only admin: make somebody else one first.")
