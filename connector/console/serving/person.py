"""Who asks: a person in a browser, or a program of theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector.operations.accounts import signing_in, tokens
from connector.operations.accounts.signing_in import Visitor

if TYPE_CHECKING:
    from starlette.requests import Request

    from connector.domain.role import Role
    from connector.operations.operator import Operator


@dataclass(frozen=True, kw_only=True)
class Person:
    """An operator who asks for something."""

    name: str
    role: Role
    #: whom the audit trail names
    actor: str

    def at_work(self, operator: Operator) -> Operator:
        """The same application, with this person at work in it."""
        return replace(operator, actor=self.actor)


def with_token(operator: Operator, request: Request) -> Person | None:
    """The operator whose token a program shows as ``Authorization: Bearer``; None when it shows none that is good."""
    how, _, token = request.headers.get("authorization", "").partition(" ")
    if how.lower() != "bearer":
        return None
    found = tokens.bearer(operator, token.strip())
    return None if found is None else Person(name=found.name, role=found.role, actor=tokens.actor(found))


def in_browser(session: signing_in.Session) -> Person:
    """The operator of a session."""
    return Person(name=session.name, role=session.role, actor=signing_in.console_actor(session.name))


def visitor(request: Request) -> Visitor:
    """A browser, as the network shows it."""
    return Visitor(
        address=request.client.host if request.client else "",
        browser=request.headers.get("user-agent", ""),
    )
