"""What becomes of a posting with each answer of QXtend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    IF_THERE,
    AlreadyThere,
    ConfigurationError,
    CredentialsRefused,
    Refused,
    SourceLies,
    Unanswered,
    Unavailable,
)
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad.posted import invoice
from tests.systems.qad_ee.posting import ASKED, TAKEN, target_of, there
from tests.systems.qad_ee.standing_in import PASSWORD, connected, fault, message, said

if TYPE_CHECKING:
    from connector.ports import Target
    from tests.systems.qad_ee.standing_in import Site


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            said("bcinvoice", "error", message("Period 11 is closed")),
            Refused,
            "Period 11 is closed, and did not post it",
        ),
        (
            said("bcinvoice", "error", message("TransactionException001: Tax unknown")),
            Refused,
            "took bcinvoice back whole",
        ),
        (said("bcinvoice", "error", message("TransactionException007")), Unanswered, "may still come"),
        (said("bcinvoice", "error", message("Timeout: ProcessException009")), Unanswered, "may still come"),
        (said("bcinvoice", "error", message("no record", number="OE-91")), Unanswered, "may still come"),
        (said("bcinvoice", "error", message("no session", number="ProcessException001")), Unavailable, "did not begin"),
        (said("bcinvoice", "error", message("ProcessException001: invalid user")), CredentialsRefused, "Rotate"),
        (fault("Server", "trouble"), Unanswered, "may still come"),
        (fault("Client", "no such API"), ConfigurationError, "did not take bcinvoice at all"),
        ("<html><title>Sign in</title></html>", Unanswered, "is no SOAP envelope"),
        ("", Unanswered, "may have taken effect"),
        (TAKEN[:-40], Unanswered, "is not well-formed"),
        (TAKEN.replace("bcinvoiceResponse", "bsomethingResponse"), Unanswered, "holds bsomethingResponse"),
        (said("bcinvoice", ""), Unanswered, "has no result"),
    ],
)
def test_what_becomes_of_an_answer_when_nothing_is_there(
    site: Site, target: Target, answer: str, kind: type[Exception], words: str
) -> None:
    site.answer("bcinvoice", answer)
    with pytest.raises(kind, match=words) as raised:
        target.write(invoice())
    assert type(raised.value) is kind


@pytest.mark.parametrize("status", [400, 500])
def test_a_fault_is_read_whatever_status_it_comes_with(site: Site, target: Target, status: int) -> None:
    site.answer("bcinvoice", fault("Client", "Receiver QADERP does not know bcinvoice"), status=status)
    with pytest.raises(ConfigurationError, match="does not know bcinvoice"):
        target.write(invoice())


@pytest.mark.parametrize(
    "answer",
    [
        said("bcinvoice", "error", message("tx2d_totamt is mandatory")),
        said("bcinvoice", "error", message("x", number="TransactionException007")),
        said("bcinvoice", "error", message("x", number="ProcessException009")),
        said("bcinvoice", "success", message("tx2d_totamt is mandatory")),
        fault("Server", "trouble"),
    ],
)
def test_what_is_posted_although_an_error_was_answered_is_found_and_shown_to_a_person(
    site: Site, target: Target, answer: str
) -> None:
    site.answer("bcinvoice", answer)
    site.answer("queryPosted", there())
    written = target.write(invoice())
    assert written.target_id == "2026/APINV/12"
    assert written.warning.startswith("it is posted although QAD answered with an error, maybe in part only")


def test_that_it_was_answered_with_an_error_is_shown_where_nothing_carries_our_id_too(site: Site) -> None:
    search = {**ASKED["supplier_invoices"]["search"], "fields": {"correlation": None}}
    config = connected(site, {"supplier_invoices": {"search": search}}, posted={"supplier_invoices": "query_qdoc"})
    site.answer("bcinvoice", said("bcinvoice", "error", message("TransactionException007")))
    site.answer("queryPosted", there())
    assert "maybe in part only" in SYSTEM.target(config).write(invoice()).warning


def test_whoever_is_not_let_in_has_posted_nothing_where_nobody_can_ask_either(site: Site) -> None:
    refused = message("Login failed for user mfg")
    site.answer("bcinvoice", said("bcinvoice", "error", refused))
    with pytest.raises(CredentialsRefused, match="Rotate"):
        target_of(site, posted={}).write(invoice())
    for more in ({"data": "<BCInvoice><tCInvoice/></BCInvoice>"}, {}):
        messages = (refused,) if more else (refused, message("tx2d_totamt is mandatory"))
        site.answer("bcinvoice", said("bcinvoice", "error", *messages, **more))
        with pytest.raises(Unanswered):
            target_of(site, posted={}).write(invoice())


def test_voucher_zero_is_no_number(site: Site, target: Target) -> None:
    zero = TAKEN.replace("<CInvoiceVoucher>12<", "<CInvoiceVoucher>0<")
    site.answer("bcinvoice", zero)
    site.answer("queryPosted", there())
    assert target.write(invoice()).target_id == "2026/APINV/12"
    written = target_of(site, posted={}).write(invoice())
    assert (written.target_id, written.facts["document_number"]) == (invoice().key, invoice().key)
    assert written.warning == "QAD gave no number for it"


def test_no_sentence_repeats_a_password_that_an_answer_repeats(site: Site) -> None:
    site.answer("queryPosted", said("queryPosted", "warning", message(f"{PASSWORD} ignored", "warning", PASSWORD)))
    with pytest.raises(SourceLies) as raised:
        target_of(site).find(invoice())
    assert PASSWORD not in f"{raised.value}"


def test_a_no_is_not_believed_while_qxo_may_still_push_the_posting(site: Site) -> None:
    site.answer("bcinvoice", said("bcinvoice", "error", message("tx2d_totamt is mandatory")))
    with pytest.raises(Unanswered, match="may still come"):
        target_of(site, posted={"supplier_invoices": "qxo"}).write(invoice())


@pytest.mark.parametrize("asked", [said("queryPosted", "success"), said("queryPosted", "error", message("busy"))])
def test_who_finds_it_later_is_told_what_was_answered(site: Site, target: Target, asked: str) -> None:
    site.answer("bcinvoice", said("bcinvoice", "error", message("x", number="TransactionException007")))
    site.answer("queryPosted", asked)
    with pytest.raises(Unanswered) as raised:
        target.write(invoice())
    warning = str(raised.value.evidence[IF_THERE])
    assert warning.startswith("it is posted although QAD answered with an error, maybe in part only: TransactionExc")


def test_what_was_dropped_is_told_to_who_finds_it_later(site: Site, target: Target) -> None:
    site.answer("bcinvoice", said("bcinvoice", "warning", message("Field X is not used: 5", "warning")))
    with pytest.raises(Unanswered, match="without a number") as raised:
        target.write(invoice())
    assert raised.value.evidence[IF_THERE] == "a part of what was sent is not in QAD: Field X is not used: 5"


def test_what_is_there_in_part_is_no_posting_of_ours(site: Site, target: Target) -> None:
    site.answer("bcinvoice", said("bcinvoice", "error", message("x", number="TransactionException007")))
    site.answer("queryPosted", there(CInvoiceOriginalCreditTC="60.00"))
    with pytest.raises(AlreadyThere):
        target.write(invoice())
    found = target.find(invoice())
    assert found is not None
    assert found.difference == "its total is 60.00 USD there and 110.00 USD here."


def test_while_the_books_cannot_be_asked_nothing_is_certain(site: Site, target: Target) -> None:
    site.answer("bcinvoice", said("bcinvoice", "error", message("Period 11 is closed")))
    site.answer("queryPosted", said("queryPosted", "error", message("busy", number="OE-1")))
    with pytest.raises(Unanswered, match="could not be asked"):
        target.write(invoice())


def test_a_request_whose_answer_is_lost_is_in_doubt(site: Site, target: Target) -> None:
    site.silent.add("bcinvoice")
    with pytest.raises(Unanswered):
        target.write(invoice())


def test_a_success_without_a_number_is_looked_into(site: Site, target: Target) -> None:
    site.answer("bcinvoice", said("bcinvoice", "success"))
    with pytest.raises(Unanswered, match=r"took .* without a number"):
        target.write(invoice())
    site.answer("queryPosted", there())
    assert target.write(invoice()).target_id == "2026/APINV/12"


def test_a_success_without_a_number_is_believed_where_nobody_can_ask(site: Site) -> None:
    site.answer("bcinvoice", said("bcinvoice", "success"))
    written = target_of(site, posted={}).write(invoice())
    assert (written.target_id, written.warning) == (invoice().key, "QAD gave no number for it")


def test_data_that_was_dropped_is_no_plain_success(site: Site, target: Target) -> None:
    dropped = message("Field CInvoiceVoucherX is not used: 5", "warning")
    site.answer("bcinvoice", TAKEN.replace("<ns1:result>success</ns1:result>", f"<ns1:result>warning</ns1:result>"
    f"<ns3:dsExceptions>{dropped}</ns3:dsExceptions>"))  # fmt: skip
    written = target.write(invoice())
    assert written.target_id == "2026/APINV/12"
    assert written.warning == "a part of what was sent is not in QAD: Field CInvoiceVoucherX is not used: 5"
