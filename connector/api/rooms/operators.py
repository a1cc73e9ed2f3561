"""``/operators``: who may, and what their programs show."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from connector.api.models.model import Model
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.accounts import people, tokens

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["operators"]
ONE = "/operators/{name}"


class OperatorAccount(Model):
    """Who may use the console and the API."""

    name: str = Field(examples=["anna"])
    role: Role
    status: str = Field(description="active, invited, lapsed or revoked.")
    once_until: dt.datetime | None = Field(description="Until when the password for one sign-in is good.")
    revoked_at: dt.datetime | None
    created_at: dt.datetime
    seen_at: dt.datetime | None
    sessions: int = Field(description="Browsers that are signed in.")
    tokens: int = Field(description="Tokens that are good.")


class Token(Model):
    """What a program shows instead of a password; its text is told once, when it is made."""

    name: str = Field(examples=["nightly-export"])
    operator: str
    role: Role
    ends_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    created_at: dt.datetime


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/operators", role=Role.ADMIN, tags=_TAGS)
    def list_operators(asks: Asks) -> Page[OperatorAccount]:
        """List all operators, those who may do nothing any more last."""
        return Page(items=[OperatorAccount.of(one) for one in people.list_(asks.operator)])

    @service.reads(ONE, role=Role.ADMIN, tags=_TAGS)
    def show_operator(asks: Asks, name: str) -> OperatorAccount:
        """Show an operator."""
        return OperatorAccount.of(people.get(asks.operator, name))

    @service.reads(f"{ONE}/tokens", role=Role.ADMIN, tags=_TAGS)
    def list_tokens(asks: Asks, name: str) -> Page[Token]:
        """List the tokens of an operator, those that were revoked last."""
        return Page(items=[Token.of(one) for one in tokens.list_(asks.operator, name)])
