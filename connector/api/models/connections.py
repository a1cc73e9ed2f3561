"""Connections: what is told of them, and what is sent."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Flag, Model
from connector.api.models.setup import NAME


class Connection(Model):
    """A way into one system of one tenant, without its secrets."""

    id: UUID
    name: str = Field(description="What it is called.", examples=["acme-qad"])
    system: str = Field(description="The system it leads to.")
    status: str = Field(description="ok, offered, ping failed, slowed, paused or stopped.", examples=["ok"])
    why: str | None = Field(description="Why it is not ok.")
    config: dict[str, Any] = Field(description="Its configuration; secrets are never told.")
    overrides: dict[str, Any] = Field(description="What of the system's entities differs at this tenant.")
    used_by: list[str] = Field(description="The integrations that use it.")
    stopped_by: str = Field(description="The person who stopped it; empty where it stopped by itself or is not.")
    stopped_why: str | None
    paused_until: dt.datetime | None
    paused_why: str | None
    pace: float | None = Field(description="Requests a second since its system asked for patience; null: no limit.")
    pace_why: str | None
    paced_at: dt.datetime | None
    ping_why: str | None = Field(description="What the last ping found wrong.")
    pinged_at: dt.datetime | None = Field(description="When that was; null where it has changed since.")
    offered_at: dt.datetime | None = Field(description="Since when it waits to be accepted.")
    profile: dict[str, str] | None = Field(description="Whose it is, as its system says.")
    failures: int = Field(description="Failures in a row.")
    created_at: dt.datetime
    updated_at: dt.datetime


class ConnectionDetail(Connection):
    """A connection, and what only a look into the vault says of it."""

    address: str = Field(description="The address its system gave for later calls; empty where it gave none.")
    changed_behind: str = Field(description="Why it is not used although nothing stopped it; empty where it is used.")
    lapses_at: dt.datetime | None = Field(description="When it ends unless it is used before; null: it does not.")


class Check(Model):
    """An entity, as a ping found it."""

    entity: str
    verdict: str = Field(description="ok, missing, and so on.")
    path: str = Field(description="What was asked for.")
    detail: str = Field(description="What to do, where it is not ok.")


class Ping(Model):
    """What a ping found."""

    ok: bool
    system: str = Field(description="What it leads to.")
    login: str = Field(description="How it logged in; empty where it could not.")
    latency_ms: float
    checks: list[Check]
    freed: bool = Field(description="Whether it had been stopped or paused, and is used again.")
    stopped_why: str = Field(description="Why it stays stopped although it answers.")
    problem: str = Field(description="Why nobody was let in; empty where somebody was.")


class Resumed(Model):
    """What goes on."""

    released: int = Field(description="Records that had waited, and go on now.")


class NewConnection(Asking):
    """A connection to be added."""

    name: str = Field(pattern=NAME, description="What it is to be called.", examples=["acme-qad"])
    system: str = Field(max_length=63, description="The system it leads to.")
    config: dict[str, Any] = Field(
        description="Its configuration, as `ml-connector connection example` prints it; secrets in clear, "
        "which go into the vault and are never told again."
    )


class Credentials(Asking):
    """What replaces the values of a connection."""

    config: dict[str, Any] = Field(
        min_length=1,
        description="The values to replace; secrets in clear, which are never told again.",
        examples=[{"password": "the new one"}],
    )
    same_tenant: Flag = Field(default=False, description="It is the same tenant in another place.")


class Accepting(Asking):
    """What a company that connected itself is called from now on."""

    name: str = Field(default="", pattern=f"^$|{NAME}", description="Empty: as it is called already.")


class HandedOver(Asking):
    """What the App Center, or the like, handed over of a company."""

    company: str = Field(min_length=1, max_length=200, description="Its id of the company.")
    request_token: str = Field(min_length=1, max_length=2000, description="The request token; it is exchanged once.")
    config: dict[str, Any] | None = Field(
        default=None, description="For a new connection: its other values, secrets in clear; null for one to reconnect."
    )
    system: str = Field(
        default="", max_length=63, description="Of a new one, where there is more than one such system."
    )


class Profile(Model):
    """Whose a connection is, as its system says; empty where it says nothing."""

    name: str
    domain: str
    country: str
    edition: str
    language: str
    why: str = Field(description="Why the system did not say whose it is.")


class Connected(Model):
    """A company that is connected."""

    connection: Connection
    company: str = Field(description="Its system's id of the company.")
    profile: Profile
    again: bool = Field(description="Whether the connection was there before.")
