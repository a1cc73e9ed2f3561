"""``/operators``: who may, and what their programs show."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from connector.api.models.changes import Invited, NewOperator, NewRole, SignedOut
from connector.api.models.model import Model
from connector.api.models.setup import Why
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.accounts import people

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["operators"]
ONE = "/operators/{name}"


class OperatorAccount(Model):
    """Who may use the console and the API."""

    id: UUID
    name: str = Field(examples=["anna"])
    role: Role
    has_password: bool
    issuer: str | None = Field(description="The identity provider they sign in with; null: with a password alone.")
    status: str = Field(description="active, invited, lapsed or revoked.")
    once_until: dt.datetime | None = Field(description="Until when the password for one sign-in is good.")
    revoked_at: dt.datetime | None
    created_at: dt.datetime
    seen_at: dt.datetime | None
    sessions: int = Field(description="Browsers that are signed in.")
    tokens: int = Field(description="Tokens that are good.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/operators", role=Role.ADMIN, tags=_TAGS)
    def list_operators(asks: Asks) -> Page[OperatorAccount]:
        """List all operators, those who may do nothing any more last."""
        return Page(items=[OperatorAccount.told(one) for one in people.list_(asks.operator)])

    @service.reads(ONE, role=Role.ADMIN, tags=_TAGS)
    def show_operator(asks: Asks, name: str) -> OperatorAccount:
        """Show an operator."""
        return OperatorAccount.told(people.get(asks.operator, name))

    @service.changes("POST", "/operators", role=Role.ADMIN, tags=_TAGS, status_code=HTTPStatus.CREATED)
    def add_operator(asks: Asks, asked: NewOperator, response: Response) -> Invited:
        """Add an operator, who signs in once with what is answered, and then chooses a password."""
        response.headers["Location"] = f"/api/v1/operators/{asked.name}"
        return Invited.told(people.add(asks.operator, asked.name, asked.role))

    @service.changes("PUT", f"{ONE}/role", role=Role.ADMIN, tags=_TAGS)
    def change_role(asks: Asks, name: str, asked: NewRole) -> OperatorAccount:
        """Let an operator do more, or less, from this moment on."""
        return OperatorAccount.told(people.change_role(asks.operator, name, asked.role, asked.why))

    @service.changes("POST", f"{ONE}/reset", role=Role.ADMIN, tags=_TAGS)
    def reset_operator(asks: Asks, name: str) -> Invited:
        """Let an operator choose a new password: what they had lets them in no more, and they are signed out."""
        return Invited.told(people.reset(asks.operator, name))

    @service.changes("POST", f"{ONE}/sign-out", role=Role.ADMIN, tags=_TAGS)
    def sign_operator_out(asks: Asks, name: str) -> SignedOut:
        """Sign an operator out everywhere; their tokens stay."""
        return SignedOut(sessions=people.sign_out(asks.operator, name))

    @service.changes("POST", f"{ONE}/revoke", role=Role.ADMIN, tags=_TAGS)
    def revoke_operator(asks: Asks, name: str, asked: Why) -> OperatorAccount:
        """Let an operator do nothing any more: they are signed out, and their tokens are worth nothing."""
        return OperatorAccount.told(people.revoke(asks.operator, name, asked.why))
