"""Records, dead letters, runs, and what needs somebody."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Model, Money, UpToAMillion


class Record(Model):
    """One version of a document on its journey."""

    id: UUID
    flow: str = Field(examples=["acme/qad_invoices_to_jaggaer"])
    source_key: str = Field(description="What its source calls it.", examples=["2000020"])
    version: int
    newest_version: int = Field(description="The newest version of the document that was read.")
    state: str = Field(description="Where on its journey it is.", examples=["done"])
    hold: str | None = Field(description="What holds it: retry, gate, park, version or connection.")
    gate: str | None
    why: str = Field(description="Why it is where it is.")
    waits_for: list[str] | None
    waiting_since: dt.datetime | None
    due_at: dt.datetime | None
    tries: int
    crashes: int
    target_id: str | None = Field(description="What the target calls it.")
    target_key: str | None
    correlation_id: str
    mapping_version: int | None
    run_id: UUID | None
    created_at: dt.datetime
    updated_at: dt.datetime
    finished_at: dt.datetime | None
    kind: str | None = Field(description="What it is to people.", examples=["invoice"])
    number: str | None = Field(description="The number that people know it by.")
    party: str | None
    party_name: str | None
    date: dt.date | None
    amount: Money | None
    currency: str | None = Field(examples=["USD"])
    references: dict[str, str] | None = Field(description="Other numbers that tell of it.")
    warning: str = Field(default="", description="Why somebody should look at it although the target took it.")


class Attempt(Model):
    """One try at changing the target."""

    number: int
    key: str
    sent_at: dt.datetime
    answered_at: dt.datetime | None = Field(description="null: whether it happened is not known.")
    answer: str | None
    target_id: str | None
    actor: str
    warning: str = Field(description="Why somebody should look at it although the target took it.")


class Version(Model):
    """A version of a document."""

    id: UUID
    version: int
    state: str
    created_at: dt.datetime


class AuditEvent(Model):
    """One event of the audit trail."""

    id: int
    subject: str = Field(description="A record's id, or kind:name.", examples=["connection:acme-qad"])
    name: str = Field(examples=["operator.stopped"])
    actor: str = Field(description="Who did it.", examples=["operator:anna (API, token nightly)"])
    at: dt.datetime
    detail: dict[str, Any]
    hash: str
    previous: str


class RecordDetail(Model):
    """Everything about one record but its documents."""

    record: Record
    attempts: list[Attempt] = Field(description="Every try at the target, the oldest first.")
    events: list[AuditEvent] = Field(description="Its history, the oldest first.")
    versions: list[Version] = Field(description="Of its document, the newest first.")


class Payloads(Model):
    """The documents of a record, in clear. That somebody looked is in the audit trail."""

    source: Any = Field(description="As it was read; null where retention has removed it.")
    target: Any = Field(description="As it is sent; null before it is mapped.")


class DeadLetter(Model):
    """What could not be done, why, and what to do about it."""

    id: UUID
    record_id: UUID
    flow: str
    source_key: str
    version: int
    code: str = Field(description="The reason, for machines.", examples=["refused"])
    reason: str = Field(description="What happened.")
    suggestion: str = Field(description="What to do.")
    created_at: dt.datetime
    resolved_at: dt.datetime | None
    resolution: str | None
    resolved_by: str | None
    attempt: int | None = Field(
        description="Of an open one: which attempt at its document has no answer; null: none. `settle` answers for it."
    )
    kind: str | None
    number: str | None
    party: str | None
    party_name: str | None
    amount: Money | None
    currency: str | None


class Message(Model):
    """What a system sent to us, without itself."""

    number: int
    connection: str
    connection_id: UUID
    system: str = Field(description="Of which kind of system the connection is.")
    entity: str = Field(description="What it brings; empty where nobody reads that.", examples=["invoices"])
    status: str = Field(description="readable, overtaken, quarantined, unread, discarded or of another tenant.")
    key: str = Field(description="The document it is about.")
    message_id: str = Field(description="Its sender's own id of it.")
    sender: str
    received_at: dt.datetime
    stands_at: dt.datetime | None = Field(description="When the document was as it says.")
    content_type: str
    size: int
    problem: str = Field(description="Why it cannot be read.")
    discarded_at: dt.datetime | None
    overtaken: bool = Field(description="Whether a later message about the same document counts.")
    foreign: bool = Field(description="Whether it came when its connection was another tenant's.")


class MessageDetail(Model):
    """A message and its history."""

    message: Message
    events: list[AuditEvent] = Field(description="Its history, the oldest first.")


class MessageBody(Model):
    """A message as it came. That somebody looked is in the audit trail."""

    text: str | None = Field(description="As text; null where it is none.")
    base64: str | None = Field(description="Where it is no text.")


class Run(Model):
    """One execution of a flow."""

    id: UUID
    flow: str
    reason: str = Field(description="Who wanted it: schedule, webhook, manual or demand.")
    status: str = Field(description="queued, running, done or failed.")
    only_key: str | None
    since: dt.datetime | None
    row_limit: int | None
    read: int
    new: int
    unchanged: int
    unread: int = Field(description="Documents that are still to be read one by one.")
    why: str = Field(description="Why it does not go on now.")
    warning: str
    error: str
    requested_by: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    next_try_at: dt.datetime | None = Field(default=None, description="When it goes on by itself, where it waits.")


class Tally(Model):
    """How many records of a run are in a state, and held by what."""

    state: str
    hold: str | None
    records: int


class RunDetail(Model):
    """A run, and what has become of its records."""

    run: Run
    records: dict[str, int] = Field(description="How many are in which condition.")
    tallies: list[Tally]
    settled: bool = Field(description="Whether it and its records have ended, but for those that wait.")
    moving: int
    waiting: int
    failed: int
    alive: list[str] = Field(description="Kinds of processes that are alive: worker, beat.")


class Started(Model):
    """A run that is queued."""

    run: Run
    again: bool = Field(description="Whether the same one was queued already.")


class NewRun(Asking):
    """A run to be queued."""

    since: dt.datetime | None = Field(default=None, description="Only documents changed since.")
    limit: UpToAMillion | None = Field(default=None, description="Stop after so many documents.")


class Need(Model):
    """Something that needs a person, and what to do about it."""

    cause: str = Field(examples=["missing code"])
    about: str = Field(description="A flow, an integration or a connection.")
    code: str = Field(description="A reason code; a missing code as table:code.")
    what: str = Field(description="What happened.")
    advice: str = Field(description="What to do.")
    command: str = Field(description="What to do, as a command.")
    number: int = Field(description="How many documents.")
    or_more: bool
    money: dict[str, Money] = Field(description="What they are worth, by currency.")
    since: dt.datetime | None
    recent: int = Field(description="How many of them came in the last 24 hours.")
    before: int = Field(description="How many of them came in the 24 hours before.")
