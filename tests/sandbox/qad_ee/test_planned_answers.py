"""Answers that do not say what happened: all of them are documented or were seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.qad_ee.conftest import INVOICE
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.qad_ee.conftest import Qxi


def copies(qxi: Qxi, reference: str = "A1") -> int:
    posted = qxi.state("holds")["supplier_invoices"]
    return int(posted.get(f"10USACO|S10001|{reference}|INVOICE", {"copies": 0})["copies"])


@pytest.mark.parametrize(
    ("rule", "result", "number", "posted"),
    [
        ({"kind": "error_posted"}, "error", "7019", 1),
        ({"kind": "warned"}, "warning", "", 1),
        ({"kind": "rolled_back"}, "error", "TransactionException001", 0),
        ({"kind": "partly"}, "error", "TransactionException007", 1),
        ({"kind": "unposted"}, "success", "", 0),
        ({"kind": "runtime"}, "error", "OE-2624", 0),
        ({"kind": "runtime", "posted": True}, "error", "OE-2624", 1),
        ({"kind": "exception", "code": "TransactionException002"}, "error", "TransactionException002", 0),
        ({"kind": "session"}, "error", "ProcessException001", 0),
    ],
)
def test_an_answer_goes_wrong_once(reader: Qxi, rule: dict[str, Any], result: str, number: str, posted: int) -> None:
    reference = f"{rule['kind']}{posted}".upper()
    reader.sandbox.set_options(answers=[{"api": "bcinvoice", "count": 1, **rule}])
    answer = reader.invoice(CInvoiceReference=reference)
    assert (answer.result, answer.said("nbr"), copies(reader, reference)) == (result, number, posted)
    assert reader.state("struck")[rule["kind"]] >= 1
    assert reader.invoice(CInvoiceReference=reference).result in {"success", "warning"}
    assert copies(reader, reference) == posted + 1


def test_a_fault_or_nothing_at_all_may_come_although_it_was_posted(qxi: Qxi) -> None:
    answers = [{"kind": "fault", "code": "Server", "posted": True, "count": 1}, {"kind": "blank", "count": 1}]
    qxi.sandbox.set_options(answers=answers)
    assert qxi.invoice().fault.startswith("Server")
    assert qxi.invoice().body == b""
    assert copies(qxi) == 1


def test_what_timed_out_is_posted_later(qxi: Qxi) -> None:
    qxi.sandbox.set_options(answers=[{"kind": "late", "seconds": 3600, "count": 1}])
    assert qxi.invoice().said("nbr") == "ProcessException009"
    assert (qxi.posted(reference="A 1"), qxi.state("uncommitted")) == ([], 1)
    qxi.sandbox.set_options(commit=True)
    assert (len(qxi.posted(reference="A 1")), qxi.state("uncommitted")) == (1, 0)


def test_screens_slower_than_the_message_allows_go_on_without_it(qxi: Qxi) -> None:
    qxi.sandbox.set_options(seconds_per_message=0.02)
    sent = {"dsQuery": {"ttQuery": {"tt_domain": "10USA"}}}
    given_up = qxi.send("querySuppliers", sent, "CUST_1", timeoutLimit="0.01")
    assert given_up.said("nbr") == "ProcessException009"
    until(lambda: qxi.state("uncommitted") == 0, "the message to be done all the same")


def test_a_receiver_takes_one_message_at_a_time(qxi: Qxi) -> None:
    qxi.sandbox.set_options(answers=[{"kind": "slow", "seconds": 0.2, "count": 1}])
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(qxi.invoice)
        until(lambda: qxi.state("messages").get("bcinvoice"), "the slow message to be taken")
        waited = qxi.invoice()
    first, second = (answer.rows("tCInvoice")[0]["CInvoiceVoucher"] for answer in (slow.result(), waited))
    assert int(first) < int(second)


def test_one_transaction_backs_out_of_everything(qxi: Qxi) -> None:
    invoices = [INVOICE, {**INVOICE, "tcCreditorCode": "S999"}]
    sent = {"BCInvoice": {"tCInvoice": invoices}}
    answer = qxi.send("bcinvoice", sent, scopeTransaction="true")
    assert (answer.complaints[-1]["tt_msg_nbr"], copies(qxi)) == ("TransactionException001", 0)
    assert (qxi.send("bcinvoice", sent).result, copies(qxi)) == ("error", 1)


def test_an_error_may_come_without_saying_that_it_is_one(reader: Qxi) -> None:
    reader.sandbox.set_options(bare_errors=True)
    assert "tt_msg_sev" not in reader.invoice(tcCreditorCode="S999").complaints[0]


def test_what_is_no_answer_is_refused_by_the_control(qxi: Qxi) -> None:
    with pytest.raises(ValueError, match="its kind is one of error_posted"):
        qxi.sandbox.set_options(answers=[{"kind": "odd"}])
    with pytest.raises(ValueError, match="needs a code"):
        qxi.sandbox.set_options(answers=[{"kind": "fault"}])
