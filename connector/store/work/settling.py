"""Settling records: one statement writes what outcomes do, their audit events, and what they set free."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.record import Hold
from connector.store.binding.link_binding import Link
from connector.store.postgres.text import findable, json, storable
from connector.store.postgres.waking import wake_after
from connector.store.work import releasing, settlement, versions
from connector.store.work.tried import earliest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.journey import Change
    from connector.domain.record import Claim
    from connector.domain.together import Settlement
    from connector.store.binding.steering import Steering
    from connector.store.postgres.transaction import Transaction

#: for so long a message is believed to be on its way, before it is sent again
QUEUED = dt.timedelta(seconds=30)

_BIND_LINK = sa.text("UPDATE documents SET bound = :fresh WHERE id = :document AND bound = :bound")
_BIND_FACTS = sa.text("UPDATE records SET result = CAST(:result AS jsonb) WHERE id = :record")


def link_of(claim: Claim, change: Change) -> Link:
    """The link that a change makes, as it will stand in the ledger."""
    return Link(
        document_id=claim.document_id,
        flow_id=claim.flow_id,
        source_key=claim.source_key,
        target_id=findable(change.target_id or ""),
        target_key=findable(change.target_key) if change.target_key is not None else None,
    )


class LedgerOutcomes:
    """Implements ports.Outcomes in one transaction."""

    def __init__(self, tx: Transaction, steering: Steering | None = None) -> None:
        self._tx = tx
        self._steering = steering

    def _bind_anew(self, claim: Claim, change: Change, bound: bytes | None) -> None:
        """What was bound a moment ago is bound once more: the ledger has another key since this process read it."""
        assert self._steering is not None  # noqa: S101 - it bound it
        if bound is not None:
            fresh = self._steering.bound(link_of(claim, change))
            self._tx.run(_BIND_LINK, document=claim.document_id, bound=bound, fresh=fresh)
        if change.result is not None:
            result = self._steering.facts((claim.record_id, claim.document_id), change.result)
            self._tx.run(_BIND_FACTS, record=claim.record_id, result=json(result))

    def settle(self, settlements: Sequence[Settlement], *, actor: str) -> set[UUID]:
        """Write changes and their audit events; returns the records of which it did.

        Of the others nothing is written: the fence or the trail's head is old.
        """
        bound = [self._bound(one) for one in settlements]
        rows = [settlement.row(place, one, link, actor=actor) for place, (one, link) in enumerate(bound)]
        links = any(row["links"] for row in rows)
        statement = settlement.statement(
            waits=any(row["waits_for"] for row in rows),
            links=links,
            ends=any(row["ends"] for row in rows),
            letter=any(row["letter"] for row in rows),
            maps=any(row["target"] for row in rows),
        )
        arriving = [row for row in rows if row["links"] or row["ends"]]
        released = {
            "links": [row["link"] for row in arriving],
            "integrations": list({row["integration"] for row in arriving}),
            "at_once": releasing.AT_ONCE,
        }
        since = {"since": earliest(one.claim.first_read for one in settlements)} if links else {}
        given = {"given": json(rows), "many": len(rows), "actor": storable(actor), "queued": QUEUED}
        written = self._tx.rows(statement, **given, **(released if arriving else {}), **since)
        settled = {row.id: row for row in written}
        changes = [one.change for one in settlements]
        wake_after(self._tx, [change.due_in for change in changes if change.hold is Hold.RETRY and change.due_in])
        for one, link in bound:
            row = settled.get(one.claim.record_id)
            if row is None:
                continue
            if self._steering is not None and (link or one.change.result) and self._steering.key_changed(row.key):
                self._bind_anew(one.claim, one.change, link)
            if row.older_dead:
                versions.resolve_older(self._tx, one.claim, actor=actor, at=one.at)
        return set(settled)

    def _bound(self, one: Settlement) -> tuple[Settlement, bytes | None]:
        """Bind the link and the facts of a change, where this process can; with what binds the link."""
        claim, change, bound = one.claim, one.change, None
        if self._steering is not None and change.target_id is not None:
            bound = self._steering.bound(link_of(claim, change))
        if self._steering is not None and change.result is not None:
            change = replace(change, result=self._steering.facts((claim.record_id, claim.document_id), change.result))
        return replace(one, change=change), bound
