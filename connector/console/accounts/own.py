"""``/account``: one's own browsers, tokens and password."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from connector.console.serving.answers import Answer, Onward, Page
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.accounts import signing_in, tokens

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/account"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_account)
    desk.change(f"{PLACE}/sessions/end", role=Role.VIEWER, back=PLACE)(_end)
    desk.change(f"{PLACE}/tokens", role=Role.VIEWER)(_make)
    desk.change(f"{PLACE}/tokens/revoke", role=Role.VIEWER, back=PLACE)(_revoke)


def _account(asked: Asked) -> Answer:
    me, now = asked.who, dt.datetime.now(dt.UTC)
    listed = tokens.list_(asked.operator, me.name)
    return Page(
        template="account.html",
        title="Your account",
        shows={
            "sessions": signing_in.sessions(asked.operator, me.name),
            "tokens": [(one, one.status(now)) for one in listed],
            "roles": [role for role in Role if me.role.may(role)],
            "days": tokens.DAYS,
            "most_days": tokens.MOST_DAYS,
        },
    )


def _end(asked: Asked) -> Answer:
    ended = signing_in.end_session(asked.operator, session_in(asked), of=asked.who)
    return Onward(place=PLACE, said="That browser is signed out." if ended else "That browser was signed out already.")


def _make(asked: Asked) -> Answer:
    name = asked.field("name").strip()
    token, until = tokens.add(asked.operator, asked.who.name, name, role_in(asked), days_in(asked))
    return Page(
        template="shown_once.html",
        title="A new token",
        shows={"what": f"Token {name}", "secret": token, "until": until, "back": PLACE, "invited": None},
    )


def _revoke(asked: Asked) -> Answer:
    tokens.revoke(asked.operator, asked.who.name, asked.field("name"))
    return Onward(place=PLACE, said=f"The token {asked.field('name')} is worth nothing any more.")


def role_in(asked: Asked) -> Role:
    """The role that a form names; raises ConfigurationError for what is none."""
    try:
        return Role(asked.field("role"))
    except ValueError:
        raise ConfigurationError("Choose a role: viewer, operator or admin.") from None


def days_in(asked: Asked) -> int:
    """The days that a form names; raises ConfigurationError for what is no number."""
    said = asked.field("days").strip()
    if not said.isdecimal() or len(said) > 4:  # noqa: PLR2004 - nobody counts days further
        raise ConfigurationError(f"Say for how many days: 1 to {tokens.MOST_DAYS}.")
    return int(said)


def session_in(asked: Asked) -> UUID:
    """The browser that a form names; raises ConfigurationError for what is none."""
    try:
        return UUID(asked.field("session"))
    except ValueError:
        raise ConfigurationError("There is no such browser.") from None
