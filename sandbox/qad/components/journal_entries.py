"""journalEntries. The object exists in QAD (documented); its REST path and field names are assumed.

Every entry that balances is kept, however often it comes: QAD knows no key that would tell a second one.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.qad.books import now
from sandbox.qad.components import envelope
from sandbox.qad.components.checks import Checks, children_of
from sandbox.qad.components.envelope import Problem, Record
from sandbox.qad.entries import Entry, EntryLine
from sandbox.qad.tenant import items, route, workspace
from sandbox.qad.wire import json_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.journal import Outcome
    from sandbox.qad.tenant import Served, Tenant

COLLECTION: Final = "journalEntries"
VIEW: Final = "urn:be:com.qad.financials.generalledger.journalentry.IJournalEntry"
_MANDATORY: Final = ("companyCode", "postingDate", "daybookCode", "postingText", "currencyCode")
_LIMITS: Final = {"daybookCode": 8, "postingText": 40, "currencyCode": 3}
#: query parameter -> what of an entry it is compared with
_ASKED: Final = {
    "daybookCode": "daybook",
    "postingText": "text",
    "customShort0": "reference",
    "customLong0": "key",
    "customLong1": "correlation",
}


class JournalEntries:
    """The component."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def route(self) -> Served:
        """Serve it."""
        return route(self._tenant, f"/api/erp/{COLLECTION}", entity="journal_entries", get=self._read, post=self._save)

    async def _read(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        asked = {ours: request.query_params[name] for name, ours in _ASKED.items() if name in request.query_params}
        entries = self._tenant.ledgers[workspace(request)].entries if asked else ()
        same = [one for one in entries if all(getattr(one, name) == value for name, value in asked.items())]
        return envelope.found(COLLECTION, [_record(one) for one in same])

    async def _save(self, request: Request) -> Response:
        envelope.check_view(request, VIEW)
        record = items(await json_body(request), COLLECTION)[0]
        entry, problems = self.post(record, workspace(request))
        if entry is None:
            return envelope.complained(problems)
        return envelope.posted(self._tenant.options, COLLECTION, _record(entry))

    def post(self, record: Record, name: str, *, keep: bool = True) -> tuple[Entry | None, list[Problem]]:
        """Check a record and keep it in the books of workspace ``name``; answer the entry, or why there is none.

        ``keep``: False = only look whether it could be kept.
        """
        key = str(record.get("customLong0") or record.get("postingText") or "")
        problems = self._problems(record, Checks(tenant=self._tenant, entity=name.partition("_")[2]))
        if keep or problems:
            outcome: Outcome = "refused" if problems else "created"
            self._tenant.journal.record(entity="journal_entries", key=key, outcome=outcome)
        if problems or not keep:
            return None, problems
        books = self._tenant.ledgers[name]
        entry = _entry(record, voucher=len(books.entries) + 1)
        books.put_entry(entry)
        return entry, []

    def _problems(self, record: Record, checks: Checks) -> list[Problem]:
        lines = children_of(record, "journalEntryLines")
        problems = envelope.missing(record, _MANDATORY) + envelope.too_long(record, _LIMITS) + checks.head(record)
        balance: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            currency = str(line.get("currencyCode") or record.get("currencyCode") or "")
            supplier = str(line.get("supplierCode") or "")
            problems += checks.supplier(supplier)
            if line.get("glCode") or not supplier:
                problems += checks.coding(line)
            problems += checks.fine(line, ("debitTC", "creditTC"), currency)
            balance[currency] += envelope.amount(line, "debitTC") - envelope.amount(line, "creditTC")
        if not lines:
            problems.append(Problem(message="A journal entry needs at least one line.", code="BALANCE"))
        for currency, difference in balance.items():
            if difference:
                message = f"Debit and credit differ by {difference} {currency}; they do not balance."
                problems.append(Problem(message=message, code="BALANCE"))
        return problems


def _entry(record: Record, *, voucher: int) -> Entry:
    posted_on = envelope.day(record, "postingDate") or now().date()
    currency = str(record["currencyCode"])
    return Entry(
        entity=str(record["companyCode"]),
        daybook=str(record["daybookCode"]),
        year=posted_on.year,
        voucher=voucher,
        posted_on=posted_on,
        text=str(record["postingText"]),
        reference=str(record.get("customShort0") or ""),
        key=str(record.get("customLong0") or ""),
        correlation=str(record.get("customLong1") or ""),
        currency=currency,
        modified=now(),
        lines=tuple(_line(line, currency) for line in children_of(record, "journalEntryLines")),
    )


def _line(line: Record, currency: str) -> EntryLine:
    def text(name: str) -> str:
        return str(line.get(name) or "")

    return EntryLine(
        account=text("glCode"),
        sub_account=text("subAccountCode"),
        cost_centre=text("costCentreCode"),
        project=text("projectCode"),
        currency=text("currencyCode") or currency,
        debit=envelope.amount(line, "debitTC"),
        credit=envelope.amount(line, "creditTC"),
        text=text("postingLineText"),
        supplier=text("supplierCode"),
        party_type=text("customShort0"),
        party=text("customShort1"),
    )


def _record(entry: Entry) -> Record:
    return {
        "companyCode": entry.entity,
        "daybookCode": entry.daybook,
        "postingYear": entry.year,
        "voucher": entry.voucher,
        "postingDate": envelope.stamp(entry.posted_on),
        "postingText": entry.text,
        "currencyCode": entry.currency,
        "customShort0": entry.reference,
        "customLong0": entry.key,
        "customLong1": entry.correlation,
        "journalEntryLines": [
            {
                "lineNumber": place,
                "glCode": line.account,
                "costCentreCode": line.cost_centre,
                "projectCode": line.project,
                "debitTC": line.debit,
                "creditTC": line.credit,
            }
            for place, line in enumerate(entry.lines, start=1)
        ],
    }
