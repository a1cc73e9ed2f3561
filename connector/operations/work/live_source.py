"""``reconcile --live``: what a source lists of a period now, against what the ledger has read of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.exchange import Query
from connector.domain.identity import apart
from connector.domain.reconciliation import Kind, Listed, against_source, differing
from connector.domain.schedule import zone
from connector.operations.setup.stopping import usable
from connector.operations.work.asked import Asked, title
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.exchange import Row
    from connector.domain.flow import Flow
    from connector.domain.reconciliation import Difference, Kept
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report

#: a document may be dated so long after its source last changed it; what was changed before is not listed again
EARLIER = dt.timedelta(days=31)


class LiveSource:
    """Reads the lists of one flow's source, page by page, and remembers no more of them than their keys."""

    def __init__(self, operator: Operator, row: ledger.flows.Flow, period: Period, report: Report) -> None:
        self._operator, self._row, self._period, self._report = operator, row, period, report
        self._flow: Flow[Any] = registry.flow(row.name)
        self._keys: set[str] = set()
        self.asked = Asked(system=title(operator, row.source))

    def differences(self) -> Iterator[Difference]:
        """What is listed, and was not read as it is listed. What cannot be asked stands in ``asked``."""
        since = self._period.begins(zone(self._row.timezone)) - EARLIER
        self.asked.everything = True
        try:
            usable(self._operator, self._row.source)
            for page in self._operator.application.source(self._row.source).pages(
                Query(entity=self._flow.source.entity, since=since)
            ):
                self.asked.everything &= page.everything
                yield from self._page(page.rows)
        except ConnectorError as error:
            self.asked.why, self.asked.everything = error.message, False

    def unlisted(self, kept: Iterable[Kept]) -> Iterator[Difference]:
        """Those that the ledger has and the source does not list any more, where it lists everything."""
        if self.asked.everything:
            why = "The source listed it once, and does not any more: it was closed or deleted there."
            yield from (differing(one, Kind.UNLISTED, why) for one in kept if one.key not in self._keys)

    def _page(self, rows: Sequence[Row]) -> Iterator[Difference]:
        read = [(row, one) for row in rows if (one := self._read(row)) is not None]
        keys = {one.key: self._beside(row, one.key) for row, one in read}
        with self._operator.transaction() as tx:
            known = ledger.reckoning.known(tx, self._row, [*keys, *filter(None, keys.values())])
        # one of several documents about one thing has a key of its own in the ledger
        listed = [replace(one, key=keys[one.key]) if keys[one.key] in known else one for _, one in read]
        for one in listed:
            self._keys.add(one.key)
            total = self.asked.sums[one.currency]
            total.documents, total.amount = total.documents + 1, total.amount + (one.amount or 0)
        self.asked.asked += len(listed)
        self._report(f"{self._row.full_name}: in {self.asked.system}", self.asked.asked, self.asked.asked)
        ours = {one.key: known[one.key] for one in listed if one.key in known}
        yield from against_source(self._row.full_name, listed, ours)

    def _beside(self, row: Row, key: str) -> str:
        identity = row.payload.get(self._flow.identity_field) if self._flow.identity_field else None
        return apart(key, str(identity)) if identity else ""

    def _read(self, row: Row) -> Listed | None:
        """A document of the period, or one without a day of its own; None of one of another period."""
        key = self._flow.key_of(row.payload)
        self._keys.add(key)
        try:
            summary = self._flow.summary(self._flow.parse(row.payload), key)
        except ConnectorError as error:
            return Listed(key=key, fingerprint=row.fingerprint, unreadable=error.message)
        if summary.date is not None and summary.date not in self._period:
            return None
        return Listed(
            key=key,
            fingerprint=row.fingerprint,
            number=summary.number,
            party=summary.party,
            date=summary.date,
            amount=summary.amount,
            currency=summary.currency,
        )
