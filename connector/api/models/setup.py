"""Integrations and flows."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Flag, Model

NAME = r"^[a-z0-9][a-z0-9._-]{0,62}$"


class Why(Asking):
    """A reason, which the audit trail keeps."""

    why: str = Field(min_length=1, max_length=500, pattern=r"\S", description="Why.", examples=["moved to a new host"])


class Integration(Model):
    """A pair of connections, with the flows between them."""

    id: UUID
    name: str = Field(examples=["acme"])
    kind: str = Field(description="Which flows it has.", examples=["qad-jaggaer"])
    source: str = Field(description="The connection that most flows read from.")
    target: str = Field(description="The connection that most flows write to.")
    flows: int
    enabled: int = Field(description="How many of the flows are switched on.")
    created_at: dt.datetime


class NewIntegration(Asking):
    """An integration to be added, with its flows switched off."""

    name: str = Field(pattern=NAME, examples=["acme"])
    kind: str = Field(max_length=63, examples=["qad-jaggaer"])
    source: str = Field(max_length=63, description="A connection.", examples=["acme-qad"])
    target: str = Field(max_length=63, description="A connection.", examples=["acme-j1"])


class Flow(Model):
    """One document type in one direction."""

    id: UUID
    full_name: str = Field(description="<integration>/<flow>", examples=["acme/qad_invoices_to_jaggaer"])
    integration: str
    integration_id: UUID
    name: str
    kind: str
    source: str = Field(description="The connection that it reads from.")
    target: str = Field(description="The connection that it writes to.")
    enabled: bool = Field(description="Whether it runs by its schedule.")
    held_why: str = Field(description="Why nothing of it moves; empty where it does.")
    held_by: str
    schedule: str = Field(examples=["*/5 * * * *"])
    timezone: str = Field(examples=["Europe/Berlin"])
    next_due_at: dt.datetime | None
    cursor: dt.datetime | None = Field(description="Until when it has read its source.")
    options: dict[str, Any] = Field(description="The options that were set.")
    under_way: int = Field(description="Records that are not at an end.")
    waiting: int = Field(description="Those of them that wait for something outside.")
    dead: int = Field(description="Open dead letters.")
    last_run_status: str | None
    last_run_at: dt.datetime | None
    last_run_remark: str | None
    loaded_with_older_mapping: int = Field(
        default=0, description="Documents in the target that today's mapping may make something else of."
    )


class FlowDetail(Flow):
    """One flow, with what it would do."""

    all_options: dict[str, Any] = Field(description="Every option with the value it has.")
    next_fires: list[dt.datetime] = Field(description="When its schedule comes next, whether it is on or not.")
    mapping_version: int
    changes: list[str] = Field(description="What it sends otherwise than it was read.")
    unchecked: list[str] = Field(description="What it does not check.")
    lacks: list[str] = Field(description="What it does without.")
    seen: str = Field(description="A word for the options it has.")


class Reason(Asking):
    """A reason, if there is one to give."""

    why: str = Field(default="", max_length=500, description="Why; the audit trail keeps it.")


class Schedule(Asking):
    """When a flow runs."""

    schedule: str = Field(
        min_length=1, max_length=200, description='A cron line, "@daily" or "every 5m".', examples=["0 6 * * 1-5"]
    )
    timezone: str | None = Field(
        default=None, max_length=64, description="An IANA name; null leaves it.", examples=["Europe/Berlin"]
    )


class Options(Asking):
    """The options of a flow; those that are not named have their defaults."""

    options: dict[str, Any] = Field(description="By name.")
    seen: str = Field(
        default="", max_length=100, description="`seen` of the flow: where its options are others by then, they stay."
    )
    why: str = Field(min_length=1, max_length=500, pattern=r"\S", description="Why; the audit trail keeps it.")


class Removed(Model):
    """What went."""

    removed: str
    messages: int = Field(default=0, description="Messages that had been sent to it, which went with it.")


class IntegrationToRemove(Why):
    """Why an integration goes."""

    abandon: Flag = Field(default=False, description="Give up what is still under way.")
