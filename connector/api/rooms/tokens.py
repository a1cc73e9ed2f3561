"""``/operators/.../tokens``: what programs show."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from connector.api.models.changes import MadeToken, NewToken
from connector.api.models.model import Model
from connector.api.models.setup import Removed
from connector.api.rooms.operators import ONE
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.accounts import tokens

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["operators"]


class Token(Model):
    """What a program shows instead of a password; its text is told once, when it is made."""

    id: UUID
    name: str = Field(examples=["nightly-export"])
    operator: str
    role: Role
    ends_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    created_at: dt.datetime


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/tokens", role=Role.ADMIN, tags=_TAGS)
    def list_all_tokens(asks: Asks) -> Page[Token]:
        """List the newest tokens of all operators, those that were revoked last."""
        return Page(items=[Token.told(one) for one in tokens.list_(asks.operator)])

    @service.reads(f"{ONE}/tokens", role=Role.ADMIN, tags=_TAGS)
    def list_tokens(asks: Asks, name: str) -> Page[Token]:
        """List the tokens of an operator, those that were revoked last."""
        return Page(items=[Token.told(one) for one in tokens.list_(asks.operator, name)])

    @service.changes("POST", f"{ONE}/tokens", role=Role.ADMIN, tags=_TAGS, status_code=HTTPStatus.CREATED)
    def add_token(asks: Asks, name: str, asked: NewToken) -> MadeToken:
        """Make a token of an operator; it is told this once."""
        made, until = tokens.add(asks.operator, name, asked.name, asked.role, asked.days)
        return MadeToken(name=asked.name, role=asked.role, token=made, until=until)

    @service.changes("DELETE", f"{ONE}/tokens/{{token}}", role=Role.ADMIN, tags=_TAGS)
    def revoke_token(asks: Asks, name: str, token: str) -> Removed:
        """Take a token back."""
        tokens.revoke(asks.operator, name, token)
        return Removed(removed=token)
