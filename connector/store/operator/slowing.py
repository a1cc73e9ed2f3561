"""Sign-ins that fail: whoever fails often waits longer and longer, whether there is such an account or not.

A try counts as failed before it is looked at, and is taken back when it was right: so a hundred tries at once are a
hundred.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.store.operator.transaction import OperatorTransaction

#: after so long without one, failures are forgotten
FORGOTTEN = dt.timedelta(hours=1)
_LEFT_ALONE = dt.timedelta(days=1)
_DOUBLINGS = 12

_HELD = """
SELECT max(extract(epoch FROM free_at - clock_timestamp())) AS seconds FROM (
    SELECT free_at FROM sign_in_failures WHERE of_digest = ANY(:digests) ORDER BY of_digest FOR UPDATE) held
"""
_COUNT = """
INSERT INTO sign_in_failures AS s (of_digest, failures, failed_at, free_at)
VALUES (:digest, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (of_digest) DO UPDATE
   SET failures = CASE WHEN s.failed_at < now() - CAST(:forgotten AS interval) THEN 1 ELSE s.failures + 1 END,
       failed_at = clock_timestamp()
RETURNING failures
"""
_HOLD = """
UPDATE sign_in_failures SET free_at = clock_timestamp() + CAST(:wait AS interval) WHERE of_digest = :digest
"""
_TAKE_BACK = "UPDATE sign_in_failures SET failures = failures - 1, free_at = now() WHERE of_digest = :digest"
_SWEEP = """
DELETE FROM sign_in_failures WHERE of_digest IN (
    SELECT of_digest FROM sign_in_failures WHERE failed_at < now() - CAST(:alone AS interval)
     LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """Whose failures are counted together: after ``free`` of them each next one costs twice the wait, up to a most."""

    what: str
    free: int
    most: dt.timedelta

    @property
    def digest(self) -> bytes:
        """Under which they are kept."""
        return hashlib.sha256(self.what.encode("utf-8", "surrogatepass")).digest()

    def wait(self, failures: int) -> dt.timedelta:
        """How long nobody is listened to after so many."""
        over = min(failures - self.free, _DOUBLINGS)
        return dt.timedelta(0) if over <= 0 else min(dt.timedelta(seconds=2.0**over), self.most)


def take(tx: OperatorTransaction, watched: Sequence[Watched]) -> int:
    """Count a try; returns how many seconds nobody is listened to yet, and then it does not count."""
    ordered = sorted(watched, key=lambda one: one.digest)
    held = tx.mapping(_HELD, digests=[one.digest for one in ordered])
    seconds = math.ceil((held or {}).get("seconds") or 0)
    if seconds > 0:
        return seconds
    for one in ordered:
        counted = tx.mapping(_COUNT, digest=one.digest, forgotten=FORGOTTEN)
        assert counted is not None  # noqa: S101 - the statement returns its row
        if wait := one.wait(counted["failures"]):
            tx.run(_HOLD, digest=one.digest, wait=wait)
    tx.run(_SWEEP, alone=_LEFT_ALONE)
    return 0


def succeeded(tx: OperatorTransaction, watched: Sequence[Watched], forgiven: Watched) -> None:
    """The try was right: it was no failure, and what that very one had failed before is forgotten."""
    for one in sorted({*watched} - {forgiven}, key=lambda one: one.digest):
        tx.run(_TAKE_BACK, digest=one.digest)
    tx.run("DELETE FROM sign_in_failures WHERE of_digest = :digest", digest=forgiven.digest)
