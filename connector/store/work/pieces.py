"""Pieces of runs: what was listed, until each of its documents was read and stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.piece import PieceClaim
from connector.store.postgres.text import storable
from connector.store.schema.conditions import HELD, OPEN
from connector.store.work.ending import end_if_over
from connector.store.work.runs import OF_RUN, from_row
from connector.store.work.settling import QUEUED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.piece import Piece
    from connector.domain.run import RunClaim
    from connector.store.postgres.transaction import Transaction

#: of a flow's pieces so many are on the queue at most: no customer's long list keeps others waiting behind it
WINDOW = 8

_INSERT = sa.text("""
INSERT INTO pieces (id, run_id, flow_id, keys, prints, rows, tries, why, due_at, error)
VALUES (:id, :run, :flow, CAST(:keys AS text[]), CAST(:prints AS text[]), :rows, :tries, :why,
        now() + CAST(:due_in AS interval), :error)
""")
_LISTED = sa.text("""
SELECT l.key, l.print FROM pieces p CROSS JOIN LATERAL unnest(p.keys, p.prints) AS l (key, print)
WHERE p.run_id = :run AND p.keys && CAST(:keys AS text[]) AND l.key = ANY(CAST(:keys AS text[]))
""")
_QUEUE = sa.text(f"""
WITH open AS MATERIALIZED (
    SELECT DISTINCT p.flow_id FROM pieces p
    WHERE p.{OPEN} AND (CAST(:flow AS uuid) IS NULL OR p.flow_id = CAST(:flow AS uuid))
      AND NOT {HELD.format(flow="p.flow_id")}
),
due AS (
    SELECT e.id, o.flow_id, row_number() OVER (PARTITION BY o.flow_id ORDER BY e.due_at, e.id) AS turn
    FROM open o CROSS JOIN LATERAL (
        SELECT p.id, p.due_at FROM pieces p
        WHERE p.flow_id = o.flow_id AND p.{OPEN} AND p.due_at <= now() AND p.lease_owner IS NULL
          AND (p.queued_until IS NULL OR p.queued_until <= now())
        ORDER BY p.due_at, p.id
        LIMIT greatest(0, :window - (SELECT count(*) FROM pieces q
                                     WHERE q.flow_id = o.flow_id AND q.{OPEN} AND q.queued_until > now()))
        FOR UPDATE OF p SKIP LOCKED) e
),
sent AS (
    UPDATE pieces SET queued_until = now() + CAST(:queued AS interval)
    FROM (SELECT * FROM due ORDER BY turn, flow_id LIMIT :most) d
    WHERE pieces.id = d.id
    RETURNING pieces.id, d.turn, d.flow_id
)
SELECT id FROM sent ORDER BY turn, flow_id
""")  # noqa: S608  constant parts only
_CLAIM = f"""
WITH piece AS (
    UPDATE pieces
    SET lease_owner = :worker, leased_at = now(), fence = fence + 1, queued_until = NULL
    WHERE id = {{which}} AND {OPEN} AND lease_owner IS NULL AND due_at <= now()
      AND NOT {HELD.format(flow="flow_id")}
    RETURNING *
),
mine AS (SELECT r.* FROM runs r JOIN piece p ON p.run_id = r.id)
SELECT p.id AS piece_id, p.fence AS piece_fence, p.tries AS piece_tries, p.crashes AS piece_crashes,
       p.keys AS documents, p.prints, p.rows, run.*
FROM piece p CROSS JOIN ({OF_RUN}) run
"""  # noqa: S608  constant parts only
_CLAIM_THIS = sa.text(_CLAIM.format(which=":piece"))
_NEXT = f"""(
    SELECT p.id FROM pieces p
    WHERE p.flow_id = :flow AND p.run_id = :run AND p.{OPEN} AND p.lease_owner IS NULL AND p.due_at <= now()
      AND p.tries = 0 AND p.crashes = 0 AND cardinality(p.keys) > 1
      AND {{queued}} coalesce(p.queued_until > now(), false)
      AND NOT EXISTS (
        SELECT FROM pieces o
        WHERE o.flow_id <> :flow AND o.{OPEN} AND o.lease_owner IS NULL AND o.queued_until > now())
    ORDER BY {{order}} LIMIT 1 FOR UPDATE OF p SKIP LOCKED)"""  # noqa: S608  constant parts only
# What is on no queue first; else the last of what is: the first have a worker that comes for them.
_CLAIM_NEXT = sa.text(
    _CLAIM.format(
        which=f"coalesce({_NEXT.format(queued='NOT', order='p.due_at, p.id')}, "
        f"{_NEXT.format(queued='', order='p.due_at DESC, p.id DESC')})"
    )
)
_PAUSE = sa.text("""
UPDATE pieces
SET lease_owner = NULL, leased_at = NULL, queued_until = NULL, why = :why, due_at = now() + CAST(:due_in AS interval),
    tries = tries + CAST(:failed AS integer)
WHERE id = :piece AND fence = :fence AND lease_owner IS NOT NULL
""")
_LOCK = sa.text("SELECT FROM runs WHERE id = :run FOR NO KEY UPDATE")
_GONE = sa.text("DELETE FROM pieces WHERE id = :piece AND fence = :fence AND lease_owner IS NOT NULL")
_COUNT = sa.text("""
UPDATE runs SET "new" = "new" + CAST(:new AS integer), unchanged = unchanged + CAST(:unchanged AS integer)
WHERE id = :run
""")


def queue(tx: Transaction, *, flow_id: UUID | None = None, most: int = WINDOW) -> list[UUID]:
    """Mark due pieces, of this flow or in fair turns of all, as sent, as many as their windows have room for."""
    return [row.id for row in tx.rows(_QUEUE, flow=flow_id, most=most, window=WINDOW, queued=QUEUED)]


class LedgerPieces:
    """Implements ports.Pieces in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def insert(self, run: RunClaim, pieces: Sequence[Piece]) -> None:
        """Write down what a run has listed and nobody has read yet."""
        for piece in pieces:
            self._tx.run(
                _INSERT,
                id=piece.piece_id,
                run=run.run_id,
                flow=run.flow_id,
                keys=list(piece.keys),
                prints=list(piece.prints),
                rows=piece.rows,
                tries=piece.tries,
                why=storable(piece.why),
                due_in=piece.due_in,
                error=storable(piece.error),
            )

    def listed(self, run_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """Those of these keys that are in pieces of the run, each with the fingerprint of what was listed."""
        return {row.key: row.print for row in self._tx.rows(_LISTED, run=run_id, keys=list(keys))} if keys else {}

    def queue(self, flow_id: UUID) -> list[UUID]:
        """Mark pieces of the flow that are due as sent, as many as there is room for on the queue; returns them."""
        return queue(self._tx, flow_id=flow_id)

    def claim(self, piece_id: UUID, worker: UUID) -> PieceClaim | None:
        """Claim a piece; None when it is gone, taken or not due."""
        return _from_row(self._tx.row(_CLAIM_THIS, piece=piece_id, worker=worker))

    def claim_next(self, piece: PieceClaim, worker: UUID) -> PieceClaim | None:
        """Claim another piece of the same run that is due and was never tried; None while other flows' pieces wait."""
        run = piece.run
        return _from_row(self._tx.row(_CLAIM_NEXT, run=run.run_id, flow=run.flow_id, worker=worker))

    def pause(self, piece: PieceClaim, due_in: dt.timedelta, why: str, *, counts: bool) -> None:
        """Give it back as it is, to be tried again; ``counts`` as a failure in a row."""
        self._tx.run(
            _PAUSE, piece=piece.piece_id, fence=piece.fence, due_in=due_in, why=storable(why), failed=int(counts)
        )

    def end(self, piece: PieceClaim, rest: Sequence[Piece], *, read: int = 0, new: int = 0) -> bool:
        """It is stored but for the ``rest``, which takes its place; ends the run when nothing is left of it.

        The run is locked: of two pieces that end at once the second one finds that it was the last.
        """
        run = piece.run.run_id
        self._tx.rows(_LOCK, run=run)
        if not self._tx.run(_GONE, piece=piece.piece_id, fence=piece.fence):
            return False
        self.insert(piece.run, rest)
        self._tx.run(_COUNT, run=run, new=new, unchanged=read - new)
        end_if_over(self._tx, run)
        return True


def _from_row(row: sa.Row[Any] | None) -> PieceClaim | None:
    if row is None:
        return None
    return PieceClaim(
        piece_id=row.piece_id,
        fence=row.piece_fence,
        tries=row.piece_tries,
        crashes=row.piece_crashes,
        keys=tuple(row.documents),
        prints=tuple(row.prints),
        rows=bytes(row.rows),
        run=from_row(row),
    )
