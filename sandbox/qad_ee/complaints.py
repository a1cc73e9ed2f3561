"""What an answer complains about: rows of ``temp_err_msg``, and SOAP faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Severity = Literal["informational", "warning", "error"]
Result = Literal["success", "warning", "error"]

FAULTS: Final = ("Client", "Server", "VersionMismatch", "MustUnderstand")
#: the process and transaction exceptions that are documented, in our words
EXCEPTIONS: Final = {
    "ProcessException001": "The session could not be initialized",
    "ProcessException002": "Sending data to the application failed",
    "ProcessException003": "Sending an action to the application failed",
    "ProcessException005": "The application waits at a pause",
    "ProcessException007": "The encoding is not the one that was declared",
    "ProcessException009": "Timed out while waiting for the application",
    "TransactionException001": "The transaction was rolled back",
    "TransactionException002": "The message could not be routed",
    "TransactionException006": "The transaction could not be completed",
    "TransactionException007": "The transaction was rolled back in part",
}


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One row of temp_err_msg."""

    desc: str
    nbr: str = ""
    sev: Severity = "error"
    field: str = ""
    data: str = ""
    context: str = ""
    keys: str = ""


class FaultError(Exception):
    """Answered by a SOAP fault, before anything was done."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class RefusedError(Exception):
    """Answered by ``result`` error with these complaints."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("; ".join(one.desc for one in complaints))
        self.complaints = complaints


def exception(code: str) -> Complaint:
    """Return the row of a process or transaction exception."""
    return Complaint(nbr=code, desc=f"ERROR: {code}: {EXCEPTIONS.get(code, 'The message failed')}.")


def result_of(complaints: Sequence[Complaint]) -> Result:
    """An answer is as bad as its worst row."""
    if any(one.sev == "error" for one in complaints):
        return "error"
    return "warning" if any(one.sev == "warning" for one in complaints) else "success"
