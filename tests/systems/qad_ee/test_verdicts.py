"""What each documented answer of QXtend is taken to say, and each mixture of them."""

from __future__ import annotations

import pytest

from connector.systems.qad_ee.verdicts import Said, Verdict, fault, judge

DROPPING = ("unused", "truncated", "is not used")


def says(text: str = "", severity: str = "error", number: str = "") -> Said:
    return Said(text=text, severity=severity, number=number)


@pytest.mark.parametrize(
    ("result", "said", "verdict"),
    [
        ("success", [], Verdict.DONE),
        ("SUCCESS ", [], Verdict.DONE),
        ("warning", [says("Reference exists", "warning")], Verdict.DONE),
        ("warning", [says("Reference exists", "")], Verdict.DONE),
        ("success", [says("Posted as 12", "informational")], Verdict.DONE),
        # it says one thing and means another
        ("success", [says("tx2d_totamt is mandatory", "error")], Verdict.IN_DOUBT),
        ("warning", [says("tx2d_totamt is mandatory", "error")], Verdict.IN_DOUBT),
        ("success", [says("stack trace", "warning", "OE-1234")], Verdict.IN_DOUBT),
        ("warning", [says("TransactionException007", "warning")], Verdict.IN_DOUBT),
        # no, in its own words
        ("error", [], Verdict.SAYS_NO),
        ("error", [says("Period is closed")], Verdict.SAYS_NO),
        ("error", [says("Period is closed", "")], Verdict.SAYS_NO),
        ("error", [says("Reference exists", "warning")], Verdict.SAYS_NO),
        # transactions
        ("error", [says("x", number="TransactionException001")], Verdict.ROLLED_BACK),
        ("error", [says("TransactionException001: rolled back"), says("Period is closed")], Verdict.ROLLED_BACK),
        ("error", [says("x", number="TransactionException002")], Verdict.IN_DOUBT),
        ("error", [says("x", number="TransactionException006")], Verdict.IN_DOUBT),
        ("error", [says("x", number="TransactionException007")], Verdict.IN_DOUBT),
        ("error", [says("x", number="TransactionException011")], Verdict.IN_DOUBT),
        ("error", [says("", number="TransactionException001"), says("TransactionException007")], Verdict.IN_DOUBT),
        # events and the process
        ("error", [says("x", number="EventException001")], Verdict.IN_DOUBT),
        ("error", [says("x", number="ProcessException001")], Verdict.NOT_BEGUN),
        ("error", [says("x", number="ProcessException001"), says("Period is closed")], Verdict.NOT_BEGUN),
        ("error", [says("x", number="ProcessException002")], Verdict.IN_DOUBT),
        ("error", [says("x", number="ProcessException003")], Verdict.IN_DOUBT),
        ("error", [says("x", number="ProcessException005")], Verdict.IN_DOUBT),
        ("error", [says("x", number="ProcessException007")], Verdict.IN_DOUBT),
        ("error", [says("Timeout (ProcessException009)")], Verdict.IN_DOUBT),
        ("error", [says("x", number="ProcessException001"), says("ProcessException009")], Verdict.IN_DOUBT),
        # wherever it stands, and however it is written
        ("error", [Said(text="trouble", severity="error", more="ProcessException009")], Verdict.IN_DOUBT),
        ("error", [Said(text="trouble", severity="error", data="TransactionException: 007")], Verdict.IN_DOUBT),
        ("error", [says("TransactionException [001]"), says("TransactionException [007]")], Verdict.IN_DOUBT),
        ("error", [says("TransactionException: rolled back")], Verdict.IN_DOUBT),
        ("error", [says("TransactionException: 001")], Verdict.ROLLED_BACK),
        # it has not ended
        ("error", [says("ERROR: the session Timed Out")], Verdict.IN_DOUBT),
        ("error", [says("TransactionException001: timed out")], Verdict.ROLLED_BACK),
        # runtime errors are none of the document's
        ("error", [says("x", number="OE-8026")], Verdict.IN_DOUBT),
        ("error", [says("(OE-91) no record")], Verdict.IN_DOUBT),
        ("error", [says("x", number="TransactionException001"), says("y", number="OE-91")], Verdict.IN_DOUBT),
        # nothing that means anything
        ("", [], Verdict.IN_DOUBT),
        ("ok", [], Verdict.IN_DOUBT),
    ],
)
def test_what_an_answer_says(result: str, said: list[Said], verdict: Verdict) -> None:
    assert judge(result, said, dropping=DROPPING, unfinished=["timed out"]).verdict is verdict


@pytest.mark.parametrize(
    ("code", "text", "verdict"),
    [
        ("soapenv:Client", "message malformed", Verdict.NOT_BEGUN),
        ("Client.Authentication", "who are you", Verdict.NOT_BEGUN),
        ("env:Sender", "message malformed", Verdict.NOT_BEGUN),
        ("VersionMismatch", "", Verdict.NOT_BEGUN),
        ("soapenv:MustUnderstand", "", Verdict.NOT_BEGUN),
        ("soapenv:Server", "processing trouble", Verdict.IN_DOUBT),
        ("Server", "ProcessException001: no session", Verdict.NOT_BEGUN),
        ("Client", "ProcessException009: timeout", Verdict.IN_DOUBT),
        ("Client", "timed out", Verdict.IN_DOUBT),
        ("", "no code", Verdict.IN_DOUBT),
    ],
)
def test_what_a_fault_says(code: str, text: str, verdict: Verdict) -> None:
    assert fault(code, text, unfinished=["timed out"]) is verdict


def test_a_warning_that_data_was_dropped_is_told_from_others() -> None:
    said = [
        says("Reference exists", "warning"),
        says("CInvoiceFoo is not used: 5", "warning", "7"),
        says("Posted", "informational"),
    ]
    judged = judge("warning", said, dropping=DROPPING)
    assert judged.warnings == ("Reference exists", "7: CInvoiceFoo is not used: 5")
    assert judged.dropped == ("7: CInvoiceFoo is not used: 5",)


def test_a_success_without_warnings_has_nothing_for_a_person() -> None:
    judged = judge("success", [says("Posted as 2026/APINV/12", "informational")], dropping=DROPPING)
    assert (judged.warnings, judged.dropped) == ((), ())


def test_what_says_that_data_was_dropped_is_shown_whatever_it_calls_itself() -> None:
    judged = judge("success", [says("CInvoiceFoo is not used", "informational")], dropping=DROPPING)
    assert judged.warnings == judged.dropped == ("CInvoiceFoo is not used",)
