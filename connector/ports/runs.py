"""What poll and extract ask of the ledger: runs, and the pieces that a run is cut into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from connector.domain.gate import LinkNeed
    from connector.domain.piece import Piece, PieceClaim
    from connector.domain.run import RunClaim


class Runs(Protocol):
    """Runs and cursors."""

    def claim(self, run_id: UUID, worker: UUID) -> RunClaim | None:
        """Claim a queued run; None when it is gone, taken, or its flow is already running."""
        ...

    def progress(
        self,
        run: RunClaim,
        *,
        read: int,
        new: int,
        cursor: dt.datetime | None,
        position: Mapping[str, Any] | None,
        cut: int = 0,
    ) -> bool:
        """Move the counts, the position and (never backwards) the flow's cursor; False when the fence is old.

        ``cut`` of the rows are in pieces: whether they are new shows when those are stored.
        """
        ...

    def pause(self, run: RunClaim, due_in: dt.timedelta, why: str = "") -> None:
        """Give the run back to be continued from its position; with a reason it counts as a failure in a row."""
        ...

    def finish(self, run: RunClaim, *, failed: str = "", warning: str = "", cursor: dt.datetime | None = None) -> None:
        """End the run, with the sentence that explains a failure or a warning; the flow's cursor moves if it is done.

        A run with pieces has listed everything, and ends when these have.
        """
        ...

    def demand(self, integration_id: UUID, needs: Iterable[LinkNeed], *, actor: str) -> None:
        """Ask for single documents to be read soon; asking twice changes nothing."""
        ...


class Pieces(Protocol):
    """Pieces of runs as workers hold them."""

    def insert(self, run: RunClaim, pieces: Sequence[Piece]) -> None:
        """Write down what a run has listed and nobody has read yet."""
        ...

    def listed(self, run_id: UUID, keys: Sequence[str]) -> Mapping[str, str]:
        """Those of these keys that are in pieces of the run, each with the fingerprint of what was listed."""
        ...

    def queue(self, flow_id: UUID) -> Sequence[UUID]:
        """Mark pieces of the flow that are due as sent, as many as there is room for on the queue; returns them."""
        ...

    def claim(self, piece_id: UUID, worker: UUID) -> PieceClaim | None:
        """Claim a piece; None when it is gone, taken or not due."""
        ...

    def claim_next(self, piece: PieceClaim, worker: UUID) -> PieceClaim | None:
        """Claim another piece of the same run that is due and was never tried; None while other flows' pieces wait.

        Not one of a single document: one that may be to blame for a crash is held alone.
        """
        ...

    def pause(self, piece: PieceClaim, due_in: dt.timedelta, why: str, *, counts: bool) -> None:
        """Give it back as it is, to be tried again; ``counts`` as a failure in a row."""
        ...

    def end(self, piece: PieceClaim, rest: Sequence[Piece], *, read: int = 0, new: int = 0) -> bool:
        """It is stored but for the ``rest``, which takes its place; ends the run when nothing is left of it.

        Of ``read`` documents ``new`` became records. False, and nothing of all this, when the fence is old.
        """
        ...
