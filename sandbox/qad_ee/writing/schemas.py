"""The schemas of what can be posted: tables, fields, and the longest values of those that have a known length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.qad_ee.writing.rows import Table

if TYPE_CHECKING:
    from collections.abc import Mapping


def _fields(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROW: Final = "tc_Rowid tc_ParentRowid "
_CODING: Final = "tcGLCode tcDivisionCode tcCostCentreCode tcProjectCode "

# Proven for a bcreditor, a bcinvoice and an import of exchange rates.
CONTEXT: Final = Table(
    fields=_fields(
        "tcCompanyCode tcCBFVersion tcActivityCode tlPartialUpdate tcPartialUpdateExceptionList tcAction tiPriority"
        " ttRequestStartDate tiRequestStartTime tcComment tcComponentVersion"
    )
)

# Proven, but for those that are only documented: CInvoiceOriginalDebitTC, CInvoiceVatTC, CInvoicePoNbr, and the terms.
_INVOICE: Final = (
    _ROW + "CInvoicePostingDate CInvoiceType CInvoiceDate CInvoiceReference CInvoiceDescription"
    " CInvoiceOriginalCreditTC CInvoiceOriginalDebitTC CInvoiceAllocationStatus CInvoicePostingPeriod"
    " CInvoicePostingYear CInvoicePostingYearPeriod CInvoiceIsTaxable CInvoiceDayBookSetCode CInvoiceCreationDate"
    " tcCreditorCode CInvoicePoDomain tcBusinessRelationCode tcDivisionCode tcJournalCode tcCurrencyCode"
    " tcReasonAllocationStatus tcReasonCode CInvoiceDueDate tcCostCentreCode CInvoiceCommentNote CustomLong1"
    " CInvoiceVoucher CInvoiceVatTC CInvoicePoNbr tcNormalPaymentConditionCode CInvoiceIsInitialStatus"
    " CInvoiceIsInvoiceApproved CInvoiceIsLockPayment CInvoiceIsLogisticMatching tcCompanyCode "
)
_LONGEST: Final = {
    "tcCreditorCode": 8,
    "tcJournalCode": 8,
    "tcCurrencyCode": 3,
    "tcReasonCode": 20,
    "CInvoiceReference": 40,
    "CInvoiceDescription": 40,
    "tcNormalPaymentConditionCode": 8,
    "tcGLCode": 8,
    "tcDivisionCode": 8,
    "tcCostCentreCode": 4,
    "tcProjectCode": 8,
    "PostingText": 40,
    "PostingLineText": 40,
    "tcDescription": 40,
    "CInvoicePoNbr": 8,
    "CInvoicePOPoNbr": 8,
    "tcPurchaseOrderNumber": 8,
}
_INVOICE_POSTING_LINE: Final = (
    _ROW + _CODING + "PostingLineDebitTC PostingLineCreditTC PostingLineDebitLC PostingLineCreditLC PostingLineText"
    " tcVatCode tcCurrencyCode "
)
_VAT: Final = _fields(
    _ROW + "TxclTaxCls TxuTaxUsage TxenvTaxEnv TxtyTaxType tcVatCode tcDomainCode CInvoiceVatVatBaseDebitTC"
    " CInvoiceVatVatDebitTC CInvoiceVatVatBaseCreditTC CInvoiceVatVatCreditTC CInvoiceVatTaxTrType tcVatInOut"
    " tcNormalTaxGLCode CInvoiceVatSequence"
)
_PO: Final = _fields(_ROW + "CInvoicePOPoDomain CInvoicePOPoNbr")
_BANK: Final = _fields(
    _ROW + "tcOwnBankNumber tcPayFormatTypeCode tcPayFormatTypePayInstrument tlValidatePayment tcBankNumber"
    " tcBankNumberFormatted tcBankNumberValidation tcOwnGLCode tcOwnBankCurr"
)


def _table(fields: str | frozenset[str], *below: str) -> Table:
    return Table(fields=_fields(fields) if isinstance(fields, str) else fields, longest=_LONGEST, below=below)


BCINVOICE: Final[Mapping[str, Table]] = {
    "tContextInfo": CONTEXT,
    "tCInvoice": _table(_INVOICE, "tCInvoiceBank", "tCInvoiceVat", "tCInvoicePO", "tPosting"),
    "tCInvoiceBank": _table(_BANK),
    "tCInvoiceVat": _table(_VAT),
    "tCInvoicePO": _table(_PO),
    "tPosting": _table(_ROW + "PostingText PostingDate PostingYear PostingPeriod tcJournalCode", "tPostingLine"),
    "tPostingLine": _table(_INVOICE_POSTING_LINE),
}
MATCHING: Final[Mapping[str, Table]] = {
    "tContextInfo": CONTEXT,
    "tCInvoiceCIAPM": _table(
        _INVOICE + "tcAPMatchingJournalCode tlAPMatchingIsStatusFinal",
        "tCInvoiceVat",
        "tCInvoicePO",
        "tAPMatchingCIAPM",
        "tAPMatchingCostCIAPM",
    ),
    "tCInvoiceVat": _table(_VAT),
    "tCInvoicePO": _table(_PO),
    "tAPMatchingCIAPM": _table(
        _ROW + _CODING + "tcPurchaseOrderNumber tiPurchaseOrderLineNumber tcReceiverNumber tdMatchQty tdMatchUnitPrice"
        " tlIsPvodFinished tcDescription"
    ),
    "tAPMatchingCostCIAPM": _table(
        _ROW + _CODING + "tdPostingLineDebitTC tdPostingLineCreditTC tcDescription tcVatCode"
    ),
}
JOURNAL: Final[Mapping[str, Table]] = {
    "tContextInfo": CONTEXT,
    "tPosting": _table(
        _ROW + "PostingDate PostingText PostingYear PostingPeriod PostingVoucher tcJournalCode tcCurrencyCode"
        " tcLayerCode CustomShort0 CustomLong0 CustomLong1",
        "tPostingLine",
    ),
    "tPostingLine": _table(
        _INVOICE_POSTING_LINE
        + "tcCreditorCode CustomShort0 CustomShort1 PostingLineExchangeRate PostingLineRateScale tcReasonCode"
    ),
}
RECEIVE: Final[Mapping[str, Table]] = {
    "purchaseOrderReceive": _table("ordernum effDate fillAll move yn yn1", "lineDetail"),
    "lineDetail": _table("line lotserialQty site location lotserial lotref multiEntry"),
}
MAINTAIN: Final[Mapping[str, Table]] = {
    "purchaseOrder": Table(
        fields=_fields("operation poNbr poVend poShip poDueDate poSite poCurr poRmks poCrTerms poBuyer poOrdDate"),
        longest={"poNbr": 8, "poVend": 8, "poShip": 8, "poSite": 8, "poCrTerms": 8},
        below=("lineDetail",),
    ),
    "lineDetail": Table(
        fields=_fields(
            "operation line yn yn1 podSite podPart podQtyOrd podPurCost podUm podDesc podDueDate podAcct podCc"
        ),
        longest={"podSite": 8, "podPart": 18},
    ),
}
