"""What commands do at the end of a month, done on the ledger itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.cli.session import current_operator

if TYPE_CHECKING:
    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Figure, Kept
    from connector.operations.work.closing import Signed
    from connector.operations.work.since_signing import Since
    from connector.store.audit.recomputing import Report


class LedgerPeriods:
    """What commands do, done here."""

    def __init__(self) -> None:
        self._operator = current_operator()

    def sign_off(self, named: str, period: Period, why: str, *, report: Report) -> list[Signed]:
        """Sign a period off; nothing of it is signed where ``report`` raises."""
        from connector.operations.work import closing_job  # noqa: PLC0415 - for those who use it

        return closing_job.sign(self._operator, named, period, why, report=report)

    def withdraw(self, flow: str, period: Period, why: str) -> None:
        """Take a sign-off back."""
        from connector.operations.work import closing  # noqa: PLC0415 - for those who use it

        closing.withdraw(self._operator, flow, period, why)

    def listed(self, named: str | None, *, most: int) -> list[Signed]:
        """The newest sign-offs."""
        from connector.operations.work import closing  # noqa: PLC0415 - for those who use it

        return closing.listed(self._operator, named, most=most)

    def changes(self, flow: str, period: Period, *, report: Report) -> tuple[Since, int]:
        """What is otherwise than when it was signed off, and how many documents are."""
        from connector.operations.work import since_signing  # noqa: PLC0415 - for those who use it

        found = since_signing.find(self._operator, flow, period, report=report)
        return found, len(found.changes)

    def documents(self, flow: str, period: Period, figure: Figure, *, most: int) -> tuple[list[Kept], int]:
        """The first documents of a figure, and how many there are."""
        from connector.operations.work import reconciling  # noqa: PLC0415 - for those who use it

        return reconciling.listed(self._operator, flow, period, figure, most=most)
