"""Who signed which period of a flow off, and as what; and who took that back.

A row is authenticated, and the newest event of its period in the trail must tell of it: who writes into the database
signs nothing, and takes nothing back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.identity import new_id
from connector.store.binding.account_binding import SIGN_OFF, Bonds
from connector.store.operator import audit
from connector.store.operator.bindings import vault_of
from connector.store.operator.comparisons import subject
from connector.store.postgres.text import storable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

SIGNED, WITHDREW = "operator.signed_off", "operator.withdrew_sign_off"
#: of a sign-off, but for what is sealed
COLUMNS = """
id, flow_id, first, last, signed_at, actor, why, documents, digest, fingerprint, withdrawn_at, withdrawn_by,
withdrawn_why, bound
"""
_OF = f"""
SELECT {COLUMNS} FROM sign_offs WHERE flow_id = ANY(:flows) AND first = :first AND last = :last
"""  # noqa: S608  constant parts only
_STANDING = f"{_OF} AND withdrawn_at IS NULL"
_EVERY = f"""
SELECT {COLUMNS} FROM sign_offs WHERE flow_id = ANY(:flows)
   AND (CAST(:id AS uuid) IS NULL OR (first, last, id) < (CAST(:first AS date), CAST(:last AS date), CAST(:id AS uuid)))
 ORDER BY first DESC, last DESC, id DESC LIMIT :most
"""  # noqa: S608  likewise
_INSERT = """
INSERT INTO sign_offs (id, flow_id, first, last, signed_at, actor, why, documents, digest, fingerprint, signed, bound)
VALUES (:id, :flow_id, :first, :last, :signed_at, :actor, :why, :documents, :digest, :fingerprint, :signed, :bound)
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(:about, 7304118006))"
_WITHDRAW = """
UPDATE sign_offs SET withdrawn_at = :at, withdrawn_by = :by, withdrawn_why = :why, bound = :bound WHERE id = :id
"""
_TOLD = """
SELECT newest.subject, newest.name, newest.detail ->> 'sign_off' AS sign_off
  FROM unnest(CAST(:subjects AS text[])) AS asked (subject) CROSS JOIN LATERAL (
       SELECT e.subject, e.name, e.detail FROM audit_events e
        WHERE e.subject = asked.subject AND e.name IN ('operator.signed_off', 'operator.withdrew_sign_off')
        ORDER BY e.id DESC LIMIT 1) newest
"""


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """One of them."""

    id: UUID
    flow_id: UUID
    first: dt.date
    last: dt.date
    signed_at: dt.datetime
    actor: str
    why: str
    documents: int
    digest: str
    fingerprint: str
    withdrawn_at: dt.datetime | None
    withdrawn_by: str
    withdrawn_why: str
    #: whether it is what the product wrote, and the trail tells of it
    genuine: bool


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is signed of a flow."""

    #: what the figures say
    stated: Mapping[str, Any]
    #: over the documents, as ``sign_off.digest``
    digest: str
    documents: int
    #: all of it, as it is sealed
    packed: bytes


def standing(tx: OperatorTransaction, flows: Sequence[Flow], period: Period) -> dict[UUID, SignOff]:
    """Those that stand of a period, by flow."""
    rows = tx.mappings(_STANDING, flows=[flow.id for flow in flows], first=period.first, last=period.last)
    if not rows:
        return {}
    bonds, told = Bonds(tx, vault_of(tx)), _told(tx, flows, period)
    return {row["flow_id"]: read(bonds, row, told=told.get(row["flow_id"]) == (SIGNED, str(row["id"]))) for row in rows}


def lost(tx: OperatorTransaction, flows: Sequence[Flow], period: Period, there: Mapping[UUID, SignOff]) -> set[UUID]:
    """Flows whose sign-off the trail tells of, and that is not among those that are there: its row was removed."""
    return {flow for flow, (name, _) in _told(tx, flows, period).items() if name == SIGNED and flow not in there}


def listed(
    tx: OperatorTransaction, flows: Sequence[Flow], *, after: tuple[dt.date, dt.date, UUID] | None = None, most: int
) -> list[SignOff]:
    """The newest periods first, also those that were withdrawn; those behind ``after``, by its days and id."""
    first, last, number = after or (None, None, None)
    given = {"first": first, "last": last, "id": number, "most": most}
    rows = tx.mappings(_EVERY, flows=[flow.id for flow in flows], **given)
    bonds = Bonds(tx, vault_of(tx)) if rows else None
    return [read(bonds, row, told=True) for row in rows if bonds is not None]


def history(tx: OperatorTransaction, flow: Flow, period: Period) -> list[SignOff]:
    """All of one period, the newest first."""
    rows = tx.mappings(f"{_OF} ORDER BY id DESC", flows=[flow.id], first=period.first, last=period.last)
    bonds = Bonds(tx, vault_of(tx)) if rows else None
    return [read(bonds, row, told=True) for row in rows if bonds is not None]


def lock(tx: OperatorTransaction, flow: Flow, period: Period) -> None:
    """Let nobody else sign this period, or take a sign-off back, before the transaction ends."""
    tx.run(_LOCK, about=subject(flow, period))


def insert(
    tx: OperatorTransaction, flow: Flow, period: Period, moment: dt.datetime, *, why: str, figures: Figures
) -> UUID:
    """Sign a period that is not signed, with what the figures were at this moment."""
    number = new_id()
    row = {
        "id": number,
        "flow_id": flow.id,
        "first": period.first,
        "last": period.last,
        "signed_at": moment,
        "actor": tx.actor,
        "why": storable(why),
        "documents": figures.documents,
        "digest": figures.digest,
        "fingerprint": canonical.fingerprint(figures.stated),
        "withdrawn_at": None,
        "withdrawn_by": "",
        "withdrawn_why": "",
    }
    bound = Bonds(tx, vault_of(tx)).of(SIGN_OFF, *_statement(row))
    given = {name: value for name, value in row.items() if not name.startswith("withdrawn")}
    tx.run(_INSERT, **given, signed=vault_of(tx).seal(figures.packed, identity(number)), bound=bound)
    detail = {"sign_off": str(number), "fingerprint": row["fingerprint"], "documents": figures.documents, "why": why}
    audit.note(tx, subject(flow, period), SIGNED, detail)
    return number


def withdraw(tx: OperatorTransaction, flow: Flow, period: Period, one: SignOff, why: str) -> None:
    """Take one back."""
    row = {name: getattr(one, name) for name in SignOff.__dataclass_fields__}
    row |= {"withdrawn_at": tx.now, "withdrawn_by": tx.actor, "withdrawn_why": storable(why)}
    bound = Bonds(tx, vault_of(tx)).of(SIGN_OFF, *_statement(row))
    tx.run(_WITHDRAW, id=one.id, at=tx.now, by=tx.actor, why=row["withdrawn_why"], bound=bound)
    detail = {"sign_off": str(one.id), "fingerprint": one.fingerprint, "signed_by": one.actor, "why": why}
    audit.note(tx, subject(flow, period), WITHDREW, detail)


def note_lost(tx: OperatorTransaction, flow: Flow, period: Period, why: str) -> None:
    """Take one back that is nowhere but in the trail."""
    audit.note(tx, subject(flow, period), WITHDREW, {"lost": True, "why": why})


def _told(tx: OperatorTransaction, flows: Sequence[Flow], period: Period) -> dict[UUID, tuple[str, str]]:
    """What the trail last tells of each: signed or withdrawn, and which."""
    about = {subject(flow, period): flow.id for flow in flows}
    rows = tx.mappings(_TOLD, subjects=list(about))
    return {about[row["subject"]]: (row["name"], row["sign_off"]) for row in rows}


def read(bonds: Bonds | None, row: Mapping[str, Any], *, told: bool) -> SignOff:
    """One of them from its row; ``told``: whether the trail tells of it."""
    genuine = told and bonds is not None and bonds.fits(row["bound"], SIGN_OFF, *_statement(row))
    return SignOff(**{name: value for name, value in row.items() if name != "bound"}, genuine=genuine)


def _statement(row: Mapping[str, Any]) -> tuple[object, ...]:
    moments = [row["signed_at"], row["withdrawn_at"]]
    return (
        row["id"],
        row["flow_id"],
        row["first"],
        row["last"],
        *(None if at is None else at.timestamp().hex() for at in moments),
        row["actor"],
        row["why"],
        row["documents"],
        row["digest"],
        row["fingerprint"],
        row["withdrawn_by"],
        row["withdrawn_why"],
    )


def identity(number: UUID) -> str:
    """The place of what was signed, for the vault."""
    return f"sign_offs:{number}:signed"
