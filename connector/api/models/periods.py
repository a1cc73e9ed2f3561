"""Periods, where their documents stand, and who signed them off."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import Field

from connector.api.models.model import Asking, Model, Money

#: as an address or a request names a period
EXAMPLES = ["2026-10", "2026-Q4", "2026-10-01..2026-10-15"]
LONGEST = 30


class SignOff(Model):
    """Somebody said that the figures of a period are right."""

    id: UUID
    flow_id: UUID
    first: dt.date
    last: dt.date
    signed_at: dt.datetime
    actor: str
    why: str
    documents: int = Field(description="How many were signed.")
    digest: str = Field(description="SHA-256 over the documents, each with where it stood.")
    fingerprint: str = Field(description="SHA-256 over everything that was signed.")
    withdrawn_at: dt.datetime | None
    withdrawn_by: str
    withdrawn_why: str
    genuine: bool = Field(description="Whether it is what the product wrote, and the audit trail tells of it.")


class Signed(Model):
    """A sign-off, with its flow."""

    flow: str = Field(examples=["acme/qad_invoices_to_jaggaer"])
    sign_off: SignOff


class Total(Model):
    """How many documents of a figure, and what they amount to in one currency."""

    figure: str = Field(description="in target, between, rejected, left out or dead.")
    currency: str = Field(description="Empty: of documents without an amount.")
    documents: int
    amount: Money


class Because(Model):
    """Why so many documents of a figure are where they are."""

    figure: str
    reason: str
    documents: int


class PeriodFlow(Model):
    """Where the documents of a flow stand in a period."""

    flow: str = Field(examples=["acme/qad_invoices_to_jaggaer"])
    title: str
    enabled: bool
    timezone: str = Field(description="In which the days of the period begin.")
    first: dt.date
    last: dt.date
    state: str = Field(description="open, signed off, changed since sign-off or not genuine.")
    over: bool = Field(description="Whether the period is over.")
    as_of: dt.datetime | None = Field(description="When it was counted; null: nobody has done so yet.")
    kept: bool = Field(description="Whether it holds so much that it is counted aside, and not now.")
    documents: int = Field(description="How many were read.")
    unnamed: int = Field(description="Of these without a name yet, so without an amount here.")
    sums: list[Total]
    reasons: list[Because]
    in_doubt: int = Field(description="Documents of which a write has no answer.")
    differences: int = Field(description="Documents that somebody has to look at.")
    left_open: str = Field(description="What is not settled, in words; empty where all is.")
    compared_at: dt.datetime | None = Field(description="When both systems were last asked about it.")
    found: int = Field(description="Differences to the target that were found then.")
    seen: str = Field(description="These figures; sign off with them, and nothing else than these is signed.")
    sign_off: SignOff | None


class Account(Model):
    """What was posted on one account."""

    account: str
    currency: str
    debit: Money
    credit: Money


class Difference(Model):
    """A document that somebody has to look at."""

    kind: str = Field(examples=["twice in the target"])
    key: str
    number: str
    party: str
    date: dt.date | None
    amount: Money | None
    currency: str
    why: str
    target_id: str | None
    record_id: UUID | None


class PeriodDetail(Model):
    """A flow in a period."""

    figures: PeriodFlow
    state: str = Field(description="As of the figures; here it is known, too, whether what was posted is otherwise.")
    found: list[Difference] = Field(description="The worst first, 200 at most.")
    accounts: list[Account] = Field(description="What was posted, of journals.")
    accounts_later: bool = Field(description="Whether accounts are added up by the next comparison only.")
    history: list[SignOff] = Field(description="All sign-offs of the period, the newest first.")
    subject: str = Field(description="How the audit trail calls it.")


class PeriodDocument(Model):
    """A document of a period, by its newest version."""

    record_id: UUID
    key: str
    version: int
    figure: str = Field(description="Where it is counted.")
    number: str
    party: str
    party_name: str
    date: dt.date
    amount: Money | None
    currency: str
    state: str
    hold: str | None
    why: str
    reason: str
    open_letter: bool
    in_doubt: bool
    target_key: str | None
    target_id: str | None
    named: bool


class Part(Model):
    """A document as it stood."""

    key: str
    version: int
    figure: str
    currency: str
    amount: Money | None
    target_id: str


class Change(Model):
    """A document that stands otherwise; null: it was not of the period, or is not any more."""

    key: str
    before: Part | None
    now: Part | None
    posted: str = Field(description="What was posted otherwise.")
    what: str = Field(description="What changed, in words.")


class Sum(Model):
    """How many documents, and what they amount to."""

    documents: int
    amount: Money


class FigureChange(Model):
    """A figure that is not what was signed."""

    figure: str
    currency: str
    before: Sum
    now: Sum


class Posted(Model):
    """Debit and credit."""

    debit: Money
    credit: Money


class AccountChange(Model):
    """An account on which something else was posted."""

    account: str
    currency: str
    before: Posted
    now: Posted


class Since(Model):
    """A sign-off that stands, and what is otherwise by now."""

    flow: str
    sign_off: SignOff
    anything: bool = Field(description="Whether anything is otherwise.")
    changes: list[Change]
    figures: list[FigureChange]
    accounts: list[AccountChange]
    left_out: bool = Field(description="Whether it was not looked up what was posted.")
    untold: int = Field(description="Documents whose postings retention has removed: they are in no account here.")


class Meant(Asking):
    """Of what."""

    of: str = Field(
        min_length=1,
        max_length=200,
        description="A flow; or an integration: its flows that are on or have documents of the period.",
        examples=["acme"],
    )


class Signing(Meant):
    """What is signed off."""

    why: str = Field(default="", max_length=500, description="Why, where something is open; a remark otherwise.")
    seen: dict[str, str] | None = Field(
        default=None,
        description="`seen` of the figures that were looked at, by flow; nothing is signed where they changed since.",
    )


def figures(one: Any, about: Any, left_open: str) -> PeriodFlow:  # noqa: ANN401 - of operations
    """Tell where a flow stands."""
    totals, because = [], []
    for figure in sorted({each.figure for each in one.counted}):
        for currency, total in one.by_currency(figure).items():
            totals.append(Total(figure=figure, currency=currency, documents=total.documents, amount=total.amount))
        because += [Because(figure=figure, reason=why, documents=many) for why, many in one.reasons(figure)]
    return PeriodFlow(
        flow=one.flow.full_name,
        title=one.title,
        enabled=one.flow.enabled,
        timezone=one.flow.timezone,
        first=about.first,
        last=about.last,
        state=one.state,
        over=one.over,
        as_of=one.as_of,
        kept=one.kept,
        documents=one.documents,
        unnamed=one.unnamed,
        sums=totals,
        reasons=because,
        in_doubt=one.in_doubt,
        differences=one.differences,
        left_open=left_open,
        compared_at=None if one.comparison is None else one.comparison.compared_at,
        found=one.found,
        seen=one.seen,
        sign_off=None if one.sign_off is None else SignOff.told(one.sign_off),
    )
