"""Connections, integrations, flows and codes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Flag, Model

NAME = r"^[a-z0-9][a-z0-9._-]{0,62}$"


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


class Check(Model):
    """An entity, as a ping found it."""

    entity: str
    verdict: str = Field(description="ok, missing, and so on.")
    path: str = Field(description="What was asked for.")
    detail: str = Field(description="What to do, where it is not ok.")


class Ping(Model):
    """What a ping found."""

    ok: bool
    login: str = Field(description="How it logged in; empty where it could not.")
    latency_ms: int
    checks: list[Check]
    freed: bool = Field(description="Whether it had been stopped, and is used again.")
    stopped_why: str = Field(description="Why it stays stopped although it answers.")
    problem: str = Field(description="Why nobody was let in; empty where somebody was.")


class Resumed(Model):
    """What goes on."""

    released: int = Field(description="Records that had waited, and go on now.")


class Why(Asking):
    """A reason, which the audit trail keeps."""

    why: str = Field(min_length=1, max_length=500, pattern=r"\S", description="Why.", examples=["moved to a new host"])


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
    why: str = Field(min_length=1, max_length=500, pattern=r"\S", description="Why; the audit trail keeps it.")


class Code(Model):
    """A row of a crosswalk: what the source calls something, and what the target does."""

    table: str = Field(examples=["payment_terms"])
    source: str = Field(examples=["N30"])
    target: str = Field(examples=["NET30"])


class MissingCode(Model):
    """A code that records wait for."""

    table: str
    source: str
    target: str | None = Field(description="What its row says, which is not enough; null where there is none.")
    records: int = Field(description="How many records wait.")
    record_ids: list[UUID] = Field(description="The oldest of them.")


class NewCode(Asking):
    """A row to be set."""

    table: str = Field(min_length=1, max_length=200, pattern=r"^[^:\s]+$", examples=["payment_terms"])
    source: str = Field(min_length=1, max_length=200, examples=["N30"])
    target: str = Field(min_length=1, max_length=200, examples=["NET30"])


class NewCodes(Asking):
    """Rows to be set: all of them, or none."""

    codes: list[NewCode] = Field(min_length=1, max_length=10_000)
    why: str = Field(default="", max_length=500, description="Why; the audit trail keeps it.")


class CodeTable(Asking):
    """A table of codes."""

    table: str = Field(min_length=1, max_length=200, examples=["accounts"])


class CodeToRemove(Asking):
    """A row to be removed."""

    table: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)


class Filled(Model):
    """What setting codes did."""

    created: int
    changed: int
    unchanged: int
    released: int = Field(description="Records that had waited for one of these codes, and go on now.")


class Removed(Model):
    """What went."""

    removed: str
    messages: int = Field(default=0, description="Messages that had been sent to it, which went with it.")


class RemovedIntegration(Model):
    """What became of an integration's records."""

    removed: str
    abandoned: int = Field(description="Records that were given up.")
    in_doubt: list[str] = Field(description="Documents that the target may have or not: nobody will ask any more.")


class IntegrationToRemove(Why):
    """Why an integration goes."""

    abandon: Flag = Field(default=False, description="Give up what is still under way.")
