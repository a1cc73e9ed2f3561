"""Operators and their tokens over the API."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.operations.accounts import people, tokens
from connector.operations.accounts.people import Invited
from connector.operations.setup import names
from connector.store.operator.accounts import Account
from connector.store.operator.tokens import Token
from workers.cli.reaching.calls import call, field, items, nothing, one
from workers.cli.reaching.places import part
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.role import Role
    from workers.cli.reaching.http import Server


def _add(server: Server, name: str, role: Role) -> Invited:
    people.checked(name)
    return revived(Invited, server.change("POST", "/operators", {"name": name, "role": role}))


def _list_tokens(server: Server, name: str | None = None) -> list[Token]:
    told = server.get("/tokens" if name is None else f"/operators/{part(name)}/tokens")
    return all_revived(Token, told["items"])


def _add_token(server: Server, of: str, name: str, role: Role, days: int = tokens.DAYS) -> tuple[str, dt.datetime]:
    names.checked("a token", name)
    made = server.change("POST", f"/operators/{part(of)}/tokens", {"name": name, "role": role, "days": days})
    return made["token"], revived(dt.datetime, made["until"])


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    people.list_: call("GET", "/operators", items(Account)),
    people.add: _add,
    people.reset: call("POST", "/operators/{name}/reset", one(Invited)),
    people.change_role: call("PUT", "/operators/{name}/role", one(Account)),
    people.sign_out: call("POST", "/operators/{name}/sign-out", field("sessions")),
    people.revoke: call("POST", "/operators/{name}/revoke", one(Account)),
    tokens.list_: _list_tokens,
    tokens.add: _add_token,
    tokens.revoke: call("DELETE", "/operators/{of}/tokens/{name}", nothing),
}
