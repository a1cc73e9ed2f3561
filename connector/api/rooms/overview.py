"""``/me``, ``/overview`` and ``/needs``: who asks, is all well, and what needs somebody."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from connector.api.models.model import Model
from connector.api.models.work import Need
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.health import overview
from connector.operations.work import needs

if TYPE_CHECKING:
    from connector.api.serving.service import Service


class Me(Model):
    """Who asks."""

    operator: str = Field(examples=["anna"])
    token: str = Field(description="What the token is called.", examples=["nightly-export"])
    role: Role = Field(description="What it may.")


class LaneStatus(Model):
    """A flow at a glance."""

    flow: str
    title: str
    state: str = Field(description="needs you, held, off, stopped, failed, waits or flows.")
    schedule: str = Field(description="In words.")
    next_at: dt.datetime | None
    moving: int
    waiting: int
    parked: int = Field(description="Documents that wait for a code.")
    dead: int


class ConnectionStatus(Model):
    """A connection at a glance."""

    name: str
    status: str
    why: str | None


class Oldest(Model):
    """A document that is long on its way."""

    flow: str
    key: str
    why: str
    since: dt.datetime


class Overview(Model):
    """All of it at a glance."""

    machinery: str = Field(description="What is wrong with queues and the clock; empty when nothing is.")
    flows: list[LaneStatus]
    connections: list[ConnectionStatus]
    oldest: list[Oldest]


def add(service: Service, *, silent_after: dt.timedelta, long_wait: dt.timedelta) -> None:
    """Add these resources."""

    @service.reads("/me", tags=["overview"])
    def who_am_i(asks: Asks) -> Me:
        """Say whose token this is, and what it may."""
        return Me(operator=asks.bearer.name, token=asks.bearer.token, role=asks.bearer.role)

    @service.reads("/overview", tags=["overview"])
    def look(asks: Asks) -> Overview:
        """Say whether all is well, and what each flow and connection does."""
        found = overview.look(asks.operator, silent_after)
        return Overview(
            machinery=found.machinery,
            flows=[LaneStatus.model_validate({**_told(lane), "flow": lane.flow.full_name}) for lane in found.lanes],
            connections=[ConnectionStatus.told(one) for one in found.connections],
            oldest=[Oldest.told(one) for one in found.oldest],
        )

    @service.reads("/needs", tags=["overview"])
    def list_needs(asks: Asks) -> Page[Need]:
        """List what needs a person: one entry for each cause, the most urgent first."""
        now = dt.datetime.now(dt.UTC)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        found = needs.list_(asks.operator, today=today, long_ago=now - long_wait)
        return Page(items=[Need.told(one) for one in found])


def _told(lane: overview.Lane) -> dict[str, object]:
    names = ("title", "state", "schedule", "next_at", "moving", "waiting", "parked", "dead")
    return {name: getattr(lane, name) for name in names}
