"""``bjournalentry``: the class is documented, the API is inferred from the rule that names others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.qad.components.journal_entries import JournalEntries
from sandbox.qad.wire import RefusalError
from sandbox.qad_ee.writing import schemas
from sandbox.qad_ee.writing.posting import Posted, complaint, context_of, error, unreadable
from sandbox.qad_ee.writing.rows import Dataset, Row

if TYPE_CHECKING:
    from lxml import etree

    from sandbox.qad.entries import Entry
    from sandbox.qad.tenant import Tenant
    from sandbox.qad_ee.complaints import Complaint
    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.spelling import Spelling
    from sandbox.qad_ee.writing.posting import How


@dataclass(frozen=True, kw_only=True)
class Entries:
    """The API. A part of an entry is no entry: a posting that does not balance cannot be."""

    tenant: Tenant
    options: Options
    spelling: Spelling

    def __call__(self, message: Message, workspace: str, how: How) -> Posted:
        """Post every entry of a message."""
        top = ("tContextInfo", "tPosting")
        dataset = Dataset(name="BJournalEntry", tables=schemas.JOURNAL, top=top, spelling=self.spelling)
        found = dataset.read(message.body)
        rows = found.of("tPosting")
        if not rows:
            return Posted(complaints=[*dataset.warnings, error("The dataset BJournalEntry has no tPosting.")])
        posted = Posted(complaints=list(dataset.warnings), data=self.spelling.element("BJournalEntry"))
        context = context_of(found)
        company = (context["tcCompanyCode"] if context else "") or workspace.partition("_")[2]
        for row in rows:
            problems = self._base_amounts(row) if not message.partial else []
            if not problems:
                entry, problems = self._post(row, company, workspace, how)
                if entry is not None and posted.data is not None:
                    posted.data.append(self._row(entry))
            posted.complaints += problems
        return posted

    def _post(self, row: Row, company: str, workspace: str, how: How) -> tuple[Entry | None, list[Complaint]]:
        try:
            entry, problems = JournalEntries(self.tenant).post(_record(row, company), workspace, keep=how == "whole")
        except (RefusalError, ArithmeticError, ValueError) as refusal:
            return None, [unreadable(refusal)]
        return entry, [complaint(one, {"postingDate": "PostingDate"}) for one in problems]

    def _base_amounts(self, row: Row) -> list[Complaint]:
        """Without a partial update the caller gives amounts in base currency (documented)."""
        if not self.options.base_amounts:
            return []
        lines = row.of("tPostingLine")
        if all(line["PostingLineDebitLC"] or line["PostingLineCreditLC"] for line in lines):
            return []
        return [error("A posting line has no amount in base currency.", "PostingLineDebitLC")]

    def _row(self, entry: Entry) -> etree._Element:
        return self.spelling.row(
            "tPosting",
            (
                ("tcCompanyCode", entry.entity),
                ("tcJournalCode", entry.daybook),
                ("PostingYear", entry.year),
                ("PostingVoucher", entry.voucher),
                ("PostingText", entry.text),
                ("CustomLong1", entry.correlation),
                ("tc_Rowid", "1"),
            ),
        )


def _record(row: Row, company: str) -> dict[str, Any]:
    return {
        "companyCode": company,
        "postingDate": row["PostingDate"],
        "daybookCode": row["tcJournalCode"],
        "postingText": row["PostingText"],
        "currencyCode": row["tcCurrencyCode"],
        "customShort0": row["CustomShort0"],
        "customLong0": row["CustomLong0"],
        "customLong1": row["CustomLong1"],
        "journalEntryLines": [
            {
                "glCode": line["tcGLCode"],
                "subAccountCode": line["tcDivisionCode"],
                "costCentreCode": line["tcCostCentreCode"],
                "projectCode": line["tcProjectCode"],
                "currencyCode": line["tcCurrencyCode"],
                "debitTC": line["PostingLineDebitTC"],
                "creditTC": line["PostingLineCreditTC"],
                "postingLineText": line["PostingLineText"],
                "supplierCode": line["tcCreditorCode"],
                "customShort0": line["CustomShort0"],
                "customShort1": line["CustomShort1"],
            }
            for line in row.of("tPostingLine")
        ],
    }
