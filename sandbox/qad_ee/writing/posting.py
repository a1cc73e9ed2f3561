"""What every posting has in common: how much of it happens, what is complained about, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from sandbox.qad.wire import RefusalError
from sandbox.qad_ee.complaints import Complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from sandbox.qad.components.envelope import Problem
    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.writing.rows import Row

#: "nothing" checks only
How = Literal["whole", "part", "nothing"]


@dataclass(kw_only=True)
class Posted:
    """What came of a message. ``data``: the dataset as it stands in the books now."""

    complaints: list[Complaint] = field(default_factory=list)
    data: etree._Element | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing was posted, for reasons of business."""
        return any(one.sev == "error" for one in self.complaints)


Poster = Callable[["Message", str, How], Posted]

#: field of a record -> what it is called where it came from; a tax code's name was seen in code
_FIELDS: Final = {
    "companyCode": "tcCompanyCode",
    "supplierCode": "tcCreditorCode",
    "reference": "CInvoiceReference",
    "invoiceType": "CInvoiceType",
    "invoiceDate": "CInvoiceDate",
    "currencyCode": "tcCurrencyCode",
    "daybookCode": "tcJournalCode",
    "glCode": "tcGLCode",
    "costCentreCode": "tcCostCentreCode",
    "projectCode": "tcProjectCode",
    "taxCode": "tax code",
    "postingText": "PostingText",
    "debitTC": "PostingLineDebitTC",
    "creditTC": "PostingLineCreditTC",
    "purchaseOrderNumber": "tcPurchaseOrderNumber",
}


def complaint(problem: Problem, fields: Mapping[str, str] | None = None, *, warning: bool = False) -> Complaint:
    """Say a problem as temp_err_msg does; ``fields`` are names that depend on the document."""
    name = (fields or {}).get(problem.fieldName) or _FIELDS.get(problem.fieldName, problem.fieldName)
    return Complaint(
        nbr=problem.code,
        desc=f"{'WARNING' if warning else 'ERROR'}: {problem.message}",
        sev="warning" if warning else "error",
        field=name,
        data=problem.fieldValue,
    )


def unreadable(refusal: Exception) -> Complaint:
    """Say that a value is no date or number."""
    if isinstance(refusal, RefusalError):
        return error(json.loads(bytes(refusal.answer.body))["errors"][0])
    return error("A number cannot be read.")


def error(desc: str, field_: str = "", data: str = "") -> Complaint:
    """Complain in a sentence."""
    return Complaint(desc=f"ERROR: {desc}", field=field_, data=data)


def context_of(dataset: Row) -> Row | None:
    """Return the tContextInfo a dataset of Financials begins with."""
    return next(iter(dataset.of("tContextInfo")), None)
