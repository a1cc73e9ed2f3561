"""A piece: some of the documents that a run has listed, to be read one by one and stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.exchange import Row
    from connector.domain.run import RunClaim


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A document that is new or has changed, as its source listed it."""

    #: under which the ledger files it
    key: str
    row: Row
    fingerprint: str
    #: the newest version the ledger had when it was listed; 0 without any
    version: int


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Documents that are read and stored together, ready to be written down."""

    piece_id: UUID
    #: source keys and the fingerprints of what was listed under them
    keys: tuple[str, ...]
    prints: tuple[str, ...]
    #: the documents as they were listed, sealed; nothing where they could not be read for good
    rows: bytes
    #: failures in a row, why it waits, and for how long
    tries: int = 0
    why: str = ""
    due_in: dt.timedelta = dt.timedelta(0)
    #: why they cannot be read, whoever tries
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class PieceClaim:
    """A piece as the worker that claimed it sees it."""

    piece_id: UUID
    fence: int
    tries: int
    crashes: int
    keys: tuple[str, ...]
    prints: tuple[str, ...]
    rows: bytes
    #: the run that listed it
    run: RunClaim
