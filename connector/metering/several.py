"""Tells several meters the same; one that fails keeps nobody from working, nor from telling the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from connector.domain.journey import Change
    from connector.domain.record import AttemptAnswer, Claim, Extracted
    from connector.domain.run import RunClaim
    from connector.ports import Meter

_log = logging.getLogger(__name__)


class Several:
    """Implements ports.Meter."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = meters

    def read(self, run: RunClaim, documents: Sequence[Extracted]) -> None:
        """New versions of documents were stored."""
        self._tell(lambda meter: meter.read(run, documents))

    def settled(self, claim: Claim, change: Change, elapsed: dt.timedelta) -> None:
        """A step ended and was written down."""
        self._tell(lambda meter: meter.settled(claim, change, elapsed))

    def attempted(self, flow: str, answer: AttemptAnswer) -> None:
        """A try ended."""
        self._tell(lambda meter: meter.attempted(flow, answer))

    def _tell(self, what: Callable[[Meter], None]) -> None:
        for meter in self._meters:
            try:
                what(meter)
            except Exception:  # noqa: BLE001 - the work is done and written down, whatever becomes of its figures
                _log.warning("meter.failed", exc_info=True)
