"""One function that turns an error into an outcome: what an answer means, apart from how long to wait.

A failure of our own Postgres is no answer: it passes through.
"""

from __future__ import annotations

import datetime as dt

from connector.domain import errors
from connector.domain.doubt import SETTLE_SECONDS
from connector.domain.outcome import Bury, Outcome, Pause, Reject, Retry

#: after a lost answer the target may still be working on the request: do not ask sooner than this
SETTLE = dt.timedelta(seconds=SETTLE_SECONDS)
#: a stopped connection is looked at again this often; rotating its credentials frees it
STOPPED_RECHECK = dt.timedelta(minutes=1)
#: a missing permission is not noticed by us when it is granted, so look again
PERMISSION_RECHECK = dt.timedelta(minutes=10)


def outcome_of(error: errors.ConnectorError, *, ask_after: dt.timedelta = SETTLE) -> Outcome:
    """What to do with a record whose step failed with this error; ``ask_after`` a lost answer."""
    match error:
        case errors.StoreUnavailable():
            raise error  # nobody's fault but ours: what we hold comes back to us by itself
        case errors.RateLimited():
            return Retry(why=error.message, at_least=_seconds(error.retry_after), counts=False)
        case errors.Transient():
            return Retry(why=error.message, at_least=_seconds(error.retry_after))
        case errors.SourceLies():
            return Retry(why=error.message)
        case errors.Unanswered():
            return Retry(why=f"In doubt: {error.message}", at_least=ask_after)
        case errors.PermissionMissing():
            return Pause(why=error.message, due=PERMISSION_RECHECK)
        case errors.StopConnection() | errors.ConfigurationError():
            return Pause(why=error.message, due=STOPPED_RECHECK)
        case errors.Refused():
            return Reject(reason=error.message)
        case _:
            return _for_good(error)


def _for_good(error: errors.ConnectorError) -> Bury:
    """What no further try helps."""
    match error:
        case errors.Malformed():
            return Bury(
                code="malformed",
                reason=error.message,
                suggestion="Correct the document in its source; the corrected version is read by itself.",
            )
        case errors.DocumentRemoved():
            return Bury(
                code="document_removed",
                reason=error.message,
                suggestion="If it still matters, change it in its source: the new version is read by itself. Else "
                "discard this.",
            )
        case _:
            return unexpected(error)


def unexpected(error: Exception) -> Bury:
    """A mistake of ours: the record is kept as a dead letter and its neighbours go on."""
    return Bury(
        code="unexpected",
        reason=f"The connector itself failed on this document ({type(error).__name__}).",
        suggestion="Look for this record in the worker's log, report it, and requeue after an update.",
    )


def _seconds(retry_after: float | None) -> dt.timedelta:
    return dt.timedelta(seconds=retry_after or 0)
