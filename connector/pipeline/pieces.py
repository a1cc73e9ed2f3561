"""Cutting what a run has listed into pieces, and looking into one.

A piece is sealed for its own row, and each document in it says which flow and key it belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain import canonical, payload
from connector.domain.exchange import Row
from connector.domain.identity import new_id
from connector.domain.piece import Listed, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.piece import PieceClaim
    from connector.domain.run import RunClaim
    from connector.pipeline.world import World

#: documents of a piece: three times as many as are usually read at a time, and no more than one message of map names
MOST_DOCUMENTS = 48


def cut(world: World, run: RunClaim, listed: Sequence[Listed], *, alone: bool = False) -> list[Piece]:
    """These documents in pieces; ``alone``: each in one of its own."""
    most = 1 if alone else MOST_DOCUMENTS
    return [_piece(world, run, listed[start : start + most]) for start in range(0, len(listed), most)]


def unreadable(keys: Sequence[str], prints: Sequence[str], error: str) -> Piece:
    """What is left of documents that cannot be read, whoever tries."""
    return Piece(piece_id=new_id(), keys=tuple(keys), prints=tuple(prints), rows=b"", error=error)


def look_into(world: World, piece: PieceClaim) -> list[Listed]:
    """The documents of a piece; raises ConfigurationError where they are another flow's, or sealed under a lost key."""
    rows = canonical.loads(world.vault.open(piece.rows, _identity(piece.piece_id)))
    return [_listed(piece.run, row) for row in rows]


def _piece(world: World, run: RunClaim, part: Sequence[Listed]) -> Piece:
    piece_id = new_id()
    rows = [_written(run, one) for one in part]
    return Piece(
        piece_id=piece_id,
        keys=tuple(one.key for one in part),
        prints=tuple(one.fingerprint for one in part),
        rows=world.vault.seal(canonical.dumps(rows), _identity(piece_id)),
    )


def _written(run: RunClaim, one: Listed) -> dict[str, Any]:
    return {
        "key": one.key,
        "fingerprint": one.fingerprint,
        "version": one.version,
        "owed": one.row.owed,
        "corrects": one.row.corrects,
        "payload": payload.labelled(one.row.payload, flow_id=run.flow_id, key=one.key),
    }


def _listed(run: RunClaim, written: dict[str, Any]) -> Listed:
    document = payload.of(written["payload"], flow_id=run.flow_id, key=written["key"])
    return Listed(
        key=written["key"],
        row=Row(payload=document, owed=written["owed"], corrects=written["corrects"]),
        fingerprint=written["fingerprint"],
        version=written["version"],
    )


def _identity(piece_id: UUID) -> str:
    """The place a piece is sealed for."""
    return f"pieces:{piece_id}:rows"
