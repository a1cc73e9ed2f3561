"""Signing in with an identity provider: a browser goes there, comes back with a code, and is who the provider says.

What it keeps meanwhile is sealed: nobody but we can tell what it waits for, or that it waited for less than that.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import logging
import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError
from connector.operations.accounts import claimed, id_token, signing_in
from connector.operations.accounts.id_token import NotProven
from connector.operations.accounts.signing_in import Opened, TurnedAway
from connector.store import operator as ledger
from connector.store.operator.slowing import Watched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.role import Role
    from connector.operations.accounts.provider import Provider
    from connector.operations.accounts.signing_in import Session, Visitor
    from connector.operations.operator import Operator
    from connector.store.operator.accounts import Account
    from connector.store.operator.transaction import OperatorTransaction

_log = logging.getLogger(__name__)
#: so long may somebody take to sign in over there
PATIENCE = dt.timedelta(minutes=10)
#: a role is taken from the provider at each sign-in, so a session is no longer than a day's work
LASTS = dt.timedelta(hours=12)
_SEALED = "sign-in elsewhere"
_FREE, _LONG = 30, dt.timedelta(minutes=15)
_WORD = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, kw_only=True, repr=False)
class Leaving:
    """Where a browser goes, and what it keeps until it is back."""

    address: str
    kept: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Back:
    """What a browser brings back."""

    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str = ""


def leave(operator: Operator, provider: Provider, onward: str) -> Leaving:
    """Send a browser to the provider; raises TurnedAway where that cannot be reached."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    try:
        address = provider.address(state=state, nonce=nonce, challenge=challenge)
    except ConnectorError as error:
        _log.warning("sign_in.no_provider", extra={"error": error.in_full})
        raise TurnedAway(
            f"{provider.agreed.called} cannot be reached just now, so nobody signs in with it; the log says why."
        ) from None
    until = dt.datetime.now(dt.UTC) + PATIENCE
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "onward": onward, "until": until.isoformat()}
    sealed = operator.application.vault.seal(json.dumps(kept).encode(), _SEALED)
    return Leaving(address=address, kept=base64.urlsafe_b64encode(sealed).decode())


def arrive(
    operator: Operator, provider: Provider, kept: str, back: Back, *, visitor: Visitor, before: Session | None = None
) -> tuple[Opened, str]:
    """Sign a browser in that came back; returns what it keeps from now on, and where it wanted to go.

    Whose session it had ``before`` is signed out. Raises TurnedAway.
    """
    waited = _opened(operator, kept)
    if waited is None or not hmac.compare_digest(back.state.encode(), waited["state"].encode()):
        raise TurnedAway("This sign-in was begun elsewhere or too long ago: begin it again here.")
    watched = Watched(what=f"elsewhere {visitor.network}", free=_FREE, most=_LONG)
    with operator.transaction() as tx:
        held = ledger.slowing.take(tx, (watched,))
    if held:
        raise TurnedAway(f"Too many sign-ins have failed. Try again in {signing_in.spoken(held)}.", seconds=held)
    said = _said(provider, back, waited)
    account, wrong = operator.transact(lambda tx: _settled(tx, provider, said))
    if account is None:
        raise TurnedAway(wrong)
    with replace(operator, actor=signing_in.console_actor(account.name)).transaction() as tx:
        ledger.slowing.succeeded(tx, (), watched)
        if before is not None:  # whoever signs in anew is not who they were
            ledger.sessions.end(tx, before.id)
        new = ledger.sessions.begin(
            tx, account.id, must_choose=False, address=visitor.address, browser=visitor.browser, lasts=LASTS
        )
        detail = {"address": visitor.address, "issuer": account.issuer}
        ledger.audit.note(tx, f"operator:{account.name}", "operator.signed_in", detail)
    return Opened(kept=new, name=account.name, must_choose=False), waited["onward"]


def _opened(operator: Operator, kept: str) -> dict[str, str] | None:
    try:
        sealed = base64.urlsafe_b64decode(kept.encode())
        waited: dict[str, str] = json.loads(operator.application.vault.open(sealed, _SEALED))
    except (ValueError, binascii.Error, ConnectorError):
        return None
    return waited if dt.datetime.fromisoformat(waited["until"]) > dt.datetime.now(dt.UTC) else None


def _said(provider: Provider, back: Back, waited: Mapping[str, str]) -> Mapping[str, Any]:
    """What the provider says of whoever came back; raises TurnedAway."""
    called = provider.agreed.called
    try:
        return _proven(provider, back, waited)
    except NotProven as why:
        _log.warning("sign_in.not_proven", extra={"why": why.in_full})
        raise TurnedAway(f"What {called} said proves nothing: {why.message}. Nobody was signed in.") from None
    except TurnedAway:
        raise
    except ConnectorError as error:
        _log.warning("sign_in.no_provider", extra={"error": error.in_full})
        raise TurnedAway(f"{called} did not say who you are: begin again. The log says more.") from None


def _proven(provider: Provider, back: Back, waited: Mapping[str, str]) -> Mapping[str, Any]:
    if (back.issuer or provider.names_itself()) and back.issuer != provider.agreed.issuer:
        raise NotProven("it came from another provider")
    if back.error or not back.code:
        word = back.error if _WORD.fullmatch(back.error) else "no reason that we know"
        raise TurnedAway(f"{provider.agreed.called} did not let you in ({word}).")
    token, access = provider.redeem(back.code, waited["verifier"])
    said = id_token.claims(provider, token, waited["nonce"])
    if claimed.claim(said, provider.agreed.groups_claim) is None:
        more = provider.about_somebody(access)
        return {**more, **said} if more.get("sub") == said["sub"] else said
    return said


def _settled(tx: OperatorTransaction, provider: Provider, said: Mapping[str, Any]) -> tuple[Account | None, str]:
    """Who that is from now on, and as what; None, and why, for somebody who may nothing."""
    agreed = provider.agreed
    role = claimed.role(said, agreed.groups_claim, agreed.groups)
    found = ledger.accounts.known_as(tx, agreed.issuer, said["sub"])
    if found is not None and found.revoked_at:
        return None, "You were an operator here and are none any more: ask an admin to let you in again."
    if role is None:
        _refuse(tx, provider, found)
        return None, f"{agreed.called} knows you, but none of your groups there may use this console: ask an admin."
    return _account(tx, provider, said, role, found), ""


def _refuse(tx: OperatorTransaction, provider: Provider, found: Account | None) -> None:
    """Whoever may nothing any more is signed out everywhere."""
    if found is None:
        return
    ended = ledger.sessions.end_all(tx, found.id)
    detail = {"issuer": provider.agreed.issuer, "sessions": ended}
    ledger.audit.note(tx, f"operator:{found.name}", "operator.turned_away", detail)


def _account(
    tx: OperatorTransaction, provider: Provider, said: Mapping[str, Any], role: Role, found: Account | None
) -> Account:
    """Whom the provider speaks of: the operator it calls so, or a new one. A name alone makes nobody anybody."""
    issuer = provider.agreed.issuer
    if found is None:
        for name in claimed.names(said):
            if ledger.accounts.insert_known(tx, name, role, issuer, said["sub"]) is not None:
                detail = {"role": role.value, "issuer": issuer, "subject": said["sub"]}
                ledger.audit.note(tx, f"operator:{name}", "operator.added", detail)
                return ledger.accounts.named(tx, name)
        raise TurnedAway("Too many operators have a name like yours: ask an admin.")
    if found.role is not role:
        ledger.accounts.set_role(tx, found.id, role)
        detail = {"from": found.role, "to": role, "why": f"groups of {provider.agreed.called}"}
        ledger.audit.note(tx, f"operator:{found.name}", "operator.role", detail)
    return found
