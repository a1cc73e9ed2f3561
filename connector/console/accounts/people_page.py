"""``/settings``: who may do what, and what stands open for whom."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.console.accounts.own import role_in, session_in
from connector.console.serving.answers import Answer, Onward, Page
from connector.domain.role import Role
from connector.operations.accounts import people, signing_in, tokens

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk
    from connector.operations.accounts.people import Invited

PLACE = "/settings"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE, role=Role.ADMIN)(_settings)
    for path, function in (
        ("operators", _add),
        ("operators/role", _role),
        ("operators/reset", _reset),
        ("operators/sign-out", _sign_out),
        ("operators/revoke", _revoke),
        ("tokens/revoke", _revoke_token),
        ("sessions/end", _end),
    ):
        desk.change(f"{PLACE}/{path}", role=Role.ADMIN, back=PLACE)(function)


def _settings(asked: Asked) -> Answer:
    now = dt.datetime.now(dt.UTC)
    return Page(
        template="settings.html",
        title="Settings",
        shows={
            "operators": people.list_(asked.operator),
            "tokens": [(one, one.status(now)) for one in tokens.list_(asked.operator)],
            "sessions": signing_in.sessions(asked.operator),
            "roles": list(Role),
        },
    )


def _add(asked: Asked) -> Answer:
    name = asked.field("name").strip().casefold()
    return _invited(people.add(asked.operator, name, role_in(asked)), "is added")


def _reset(asked: Asked) -> Answer:
    return _invited(people.reset(asked.operator, asked.field("name")), "chooses a new password")


def _invited(invited: Invited, done: str) -> Page:
    return Page(
        template="shown_once.html",
        title="A password for one sign-in",
        shows={
            "what": f"{invited.name} {done}",
            "secret": invited.once,
            "until": invited.until,
            "back": PLACE,
            "invited": invited.name,
        },
    )


def _role(asked: Asked) -> Answer:
    account = people.change_role(asked.operator, asked.field("name"), role_in(asked), asked.field("why"))
    return Onward(place=PLACE, said=f"{account.name} is {account.role} now.")


def _sign_out(asked: Asked) -> Answer:
    ended = people.sign_out(asked.operator, asked.field("name"))
    return Onward(place=PLACE, said=f"{asked.field('name')} is signed out of {ended} browsers.")


def _revoke(asked: Asked) -> Answer:
    account = people.revoke(asked.operator, asked.field("name"), asked.field("why"))
    return Onward(place=PLACE, said=f"{account.name} may do nothing any more.")


def _revoke_token(asked: Asked) -> Answer:
    tokens.revoke(asked.operator, asked.field("operator"), asked.field("name"))
    return Onward(place=PLACE, said=f"The token {asked.field('name')} is worth nothing any more.")


def _end(asked: Asked) -> Answer:
    ended = signing_in.end_session(asked.operator, session_in(asked))
    return Onward(place=PLACE, said="That browser is signed out." if ended else "That browser was signed out already.")
