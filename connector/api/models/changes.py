"""What is asked for and answered when something is changed."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from connector.api.models.codes import NewCode
from connector.api.models.model import Asking, Flag, FlowName, Model, Moment, Whole
from connector.api.models.setup import NAME
from connector.api.models.work import Record
from connector.domain.role import Role

_WHY = Field(min_length=1, max_length=500, pattern=r"\S", description="Why; the audit trail keeps it.")
_MAY_SAY_WHY = Field(
    default=None, min_length=1, max_length=500, pattern=r"\S", description="Why; the audit trail keeps it."
)
_DISCARDED = Field(
    default=False, description="Also what a person discarded: whoever asks has looked whether it was entered by hand."
)
_OPERATOR = r"^[a-z0-9][a-z0-9._@-]{0,62}$"


class Job(Model):
    """What takes longer than an answer: it works on by itself."""

    id: UUID
    kind: str = Field(examples=["api requeue"])
    about: str = Field(description="What it does, in words.")
    actor: str
    status: str = Field(description="running, stopping, done, stopped, failed or broken off.")
    done: int = Field(description="So much is done ...")
    of: int | None = Field(description="... of so much, where that is known.")
    said: str = Field(description="What it is doing.")
    stopped_by: str
    created_at: dt.datetime
    ended_at: dt.datetime | None
    error: str = Field(description="Why it failed.")
    refused: bool = Field(description="Whether it failed because it cannot be done as asked: as 404 and 409 say it.")
    result: dict[str, Any] | None = Field(
        default=None, description="What came of it; for operators only, for it may hold what documents say."
    )


class Stopping(Model):
    """Whether it was under way."""

    stopping: bool


class Rereading(Asking):
    """Documents to be read again, whatever became of them."""

    keys: list[str] = Field(min_length=1, max_length=1000, description="Keys, or their source's own ids.")


class Queued(Model):
    """What is queued."""

    queued: int


class DryRunning(Asking):
    """What is read and mapped without writing anything."""

    since: Moment | None = Field(default=None, description="Only documents changed since.")
    limit: Whole = Field(default=10, ge=1, le=200, description="Stop after so many documents.")


class Rehearsing(Asking):
    """Edited rules, to see which documents would become what else."""

    since: Moment = Field(description="What was read since then is looked at.")
    codes: list[NewCode] | None = Field(default=None, min_length=1, max_length=10_000, description="Edited rows.")
    options: dict[str, Any] | None = Field(default=None, description="Edited options.")


class Reapplying(Asking):
    """What the target has, mapped once more."""

    since: Moment | None = Field(default=None, description="Only what was loaded since.")
    dry_run: Flag = Field(default=False, description="Map and count; nothing is sent.")
    why: str | None = _MAY_SAY_WHY


class Correcting(Asking):
    """A field of the source document, and what it should say."""

    field: str = Field(min_length=1, max_length=300, examples=["lines.2.account"], description="Positions from 1.")
    value: str = Field(max_length=2000, description="What it should say.")


class Correction(Correcting):
    """The same, to be done."""

    why: str = _WHY


class Changed(Model):
    """A field that differs."""

    path: str
    before: Any
    after: Any


class Row(Model):
    """A row that would help the next documents, too."""

    table: str
    source: str
    target: str
    now: str | None


class Proposal(Model):
    """What a correction would do; nothing is written yet."""

    record: Record
    field: str
    before: Any
    after: Any
    was: tuple[str, str] = Field(description="What became of the document as it was read.")
    becomes: tuple[str, str] = Field(description="What becomes of it now.")
    target: list[Changed] = Field(description="What is sent otherwise.")
    instead: list[Row] = Field(description="Rows of crosswalks that would make such a correction needless.")


class RequeueThese(Asking):
    """Dead letters, or their records, by their ids."""

    ids: list[UUID] = Field(min_length=1, max_length=1000)
    why: str | None = _MAY_SAY_WHY
    discarded: Flag = _DISCARDED


class RequeueOfFlow(Asking):
    """The open dead letters of a flow, or those of them that have a reason code."""

    flow: FlowName
    reason: str | None = Field(default=None, min_length=1, max_length=100)
    why: str | None = _MAY_SAY_WHY


class RequeueOfReason(Asking):
    """The open dead letters that have a reason code."""

    reason: str = Field(min_length=1, max_length=100)
    why: str | None = _MAY_SAY_WHY


class RequeueAll(Asking):
    """Every open dead letter."""

    all: Literal[True]
    why: str | None = _MAY_SAY_WHY


Requeueing = RequeueThese | RequeueOfFlow | RequeueOfReason | RequeueAll


class Meant(Model):
    """How many are meant."""

    meant: int


class Replaying(Asking):
    """A document that goes once more."""

    why: str | None = _MAY_SAY_WHY
    discarded: Flag = _DISCARDED


class Refused(Model):
    """One that stays."""

    id: UUID
    why: str


class Requeued(Model):
    """What became of them."""

    meant: int
    requeued: int
    refused: list[Refused]


class _Looked(Asking):
    attempt: Whole = Field(ge=1, description="The write that was looked for: `attempt` of the dead letter, then.")


class There(_Looked):
    """It is in the target."""

    there: str = Field(min_length=1, max_length=200, pattern=r"\S", description="Its number there.")


class NotThere(_Looked):
    """Somebody looked: it is not in the target, and is sent once more."""

    not_there: Literal[True]


Settling = There | NotThere


class Reconciling(Asking):
    """What is compared."""

    of: str | None = Field(default=None, max_length=200, description="A flow or an integration; null: all of them.")
    period: str = Field(min_length=1, max_length=30, description="All its days.", examples=["2026-10"])
    live: Flag = Field(default=False, description="Ask source and target now as well; nothing is written.")
    most: Whole = Field(default=1000, ge=0, le=10_000, description="Differences that are told of each flow.")
    file: Literal["csv", "xlsx"] | None = Field(default=None, description="Write every document into a table, too.")


class ComparingMasterData(Asking):
    """What is compared."""

    of: str | None = Field(default=None, max_length=200, description="A flow or an integration; null: all that are on.")
    days: Whole = Field(
        default=90, ge=1, le=3660, description="What uses it is looked for among documents of so many days."
    )


class Verifying(Asking):
    """How much of the audit trail is checked."""

    since_last: Flag = Field(default=False, description="Only what came since the last time all was whole.")
    expected: list[str] = Field(
        default_factory=list, max_length=50, description="Digests of seals that must be part of it."
    )


class NewOperator(Asking):
    """Somebody who may from now on."""

    name: str = Field(pattern=_OPERATOR, examples=["anna"])
    role: Role


class NewRole(Asking):
    """What somebody may from now on."""

    role: Role
    why: str = _WHY


class Invited(Model):
    """Somebody who may sign in once, and then chooses a password."""

    name: str
    role: Role
    once: str = Field(description="The password for one sign-in, told once.")
    until: dt.datetime


class NewToken(Asking):
    """A token to be made."""

    name: str = Field(pattern=NAME, examples=["nightly-export"])
    role: Role = Field(description="It may no more than this.")
    days: Whole = Field(default=90, ge=1, le=366, description="For how long it is good.")


class MadeToken(Model):
    """A token; it is told once."""

    name: str
    role: Role
    token: str
    until: dt.datetime


class SignedOut(Model):
    """How many browsers were signed out."""

    sessions: int
