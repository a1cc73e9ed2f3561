"""The connection to QAD Enterprise Edition against its simulator, over HTTP: what is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import AlreadyThere, Refused, Unanswered, Unavailable
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad.posted import FULL, entry, held, invoice
from tests.systems.qad_ee.simulated import connection, documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer


@pytest.mark.parametrize("prefixes", ["common", "split", "weird"])
def test_prefixes_mean_nothing(sandbox: SandboxServer, prefixes: str) -> None:
    sandbox.set_options(prefixes=prefixes)
    assert documents(connection(sandbox), "orders")
    assert SYSTEM.target(connection(sandbox)).write(invoice()).target_id.startswith("2026/APINV/")


@pytest.mark.parametrize("make", [entry, invoice, lambda: invoice(**FULL)], ids=["entry", "initial", "full"])
def test_a_posting_is_there_once_and_found_again(sandbox: SandboxServer, make: Callable[[], Outgoing]) -> None:
    target, document = SYSTEM.target(connection(sandbox)), make()
    assert target.find(document) is None
    written = target.write(document)
    assert written.warning == ""
    found = target.find(document)
    assert found is not None
    assert (found.target_id, found.difference, found.correlation) == (written.target_id, "", "corr-1")
    assert held(sandbox, document.entity)[document.key]["copies"] == 1


WSA_SEARCH = {
    "supplier_invoices": {
        "search": {
            "record": "tempRow",
            "wsa": {
                "operation": "SDI_getPostedInvoices",
                "namespace": "urn:services-sdi:wsa",
                "parameters": {
                    "parDomain": "{domain}",
                    "parSupplier": "{supplier_code}",
                    "parReference": "{reference}",
                    "parCorrelation": "{correlation}",
                },
            },
            "fields": {
                "entity": "t_tcCompanyCode",
                "supplier_code": "t_tcCreditorCode",
                "reference": "t_CInvoiceReference",
                "invoice_type": "t_CInvoiceType",
                "currency": "t_tcCurrencyCode",
                "credit_total": "t_CInvoiceOriginalCreditTC",
                "debit_total": "t_CInvoiceOriginalDebitTC",
                "daybook": "t_tcJournalCode",
                "fiscal_year": "t_CInvoicePostingYear",
                "voucher": "t_CInvoiceVoucher",
                "posting_date": "t_CInvoicePostingDate",
                "correlation": "t_CustomLong1",
            },
        }
    }
}


@pytest.mark.parametrize("way", ["browse", "wsa"])
def test_a_posting_is_asked_back_in_other_ways_as_well(sandbox: SandboxServer, way: str) -> None:
    sandbox.set_options(browse=True)
    urls = {"browse_url": f"{sandbox.url}/clouderp", "wsa_url": f"{sandbox.url}/wsa/wsa1"}
    entities = WSA_SEARCH if way == "wsa" else {}
    target = SYSTEM.target(connection(sandbox, entities=entities, posted={"supplier_invoices": way}, **urls))
    assert target.find(invoice()) is None
    written = target.write(invoice())
    for corrected in (invoice(), invoice(reference="INV 2")):
        found = target.find(corrected)
        assert found is not None
        assert (found.target_id, found.correlation) == (written.target_id, "corr-1")


def target_of(sandbox: SandboxServer, **rule: Any) -> Target:
    sandbox.set_options(answers=[rule])
    return SYSTEM.target(connection(sandbox))


@pytest.mark.parametrize("make", [entry, invoice])
@pytest.mark.parametrize("kind", ["error_posted", "partly", "runtime", "exception", "fault", "blank"])
def test_an_error_that_was_posted_is_posted_once(
    sandbox: SandboxServer, kind: str, make: Callable[[], Outgoing]
) -> None:
    rule = {"exception": {"code": "ProcessException003"}, "fault": {"code": "Server"}}.get(kind, {})
    target, document = target_of(sandbox, kind=kind, count=1, posted=True, **rule, api=_api(make())), make()
    try:
        written = target.write(document)
    except Unanswered:
        if kind == "partly":
            assert target.find(document) is None, "rolled back, as far as anybody can see"
            return
        assert kind == "blank"
    else:
        assert "although QAD answered with an error" in written.warning
    found = target.find(document)
    assert found is not None
    assert found.difference == ""


def _api(document: Outgoing) -> str:
    return "bcinvoice" if document.entity == "supplier_invoices" else "bjournalentry"


def test_what_was_rolled_back_is_refused(sandbox: SandboxServer) -> None:
    with pytest.raises(Refused, match="took bcinvoice back whole"):
        target_of(sandbox, kind="rolled_back", count=1, api="bcinvoice").write(invoice())


def test_a_late_commit_is_found_when_it_is_asked_again(sandbox: SandboxServer) -> None:
    target = target_of(sandbox, kind="late", seconds=600, count=1, api="bcinvoice")
    with pytest.raises(Unanswered, match="may still come"):
        target.write(invoice())
    assert target.find(invoice()) is None
    sandbox.set_options(commit=True)
    found = target.find(invoice())
    assert found is not None
    assert found.correlation == "corr-1"


@pytest.mark.parametrize(("kind", "error"), [("unposted", Unanswered), ("session", Unavailable)])
def test_what_never_happened_is_not_taken_for_done(sandbox: SandboxServer, kind: str, error: type[Exception]) -> None:
    target = target_of(sandbox, kind=kind, count=1, api="bcinvoice")
    with pytest.raises(error):
        target.write(invoice())
    assert target.find(invoice()) is None
    assert target.write(invoice()).target_id


def test_business_reasons_are_qads_own_words(sandbox: SandboxServer) -> None:
    sandbox.set_options(closed_periods=["2026/11"])
    with pytest.raises(Refused, match=r"(?i)period"):
        SYSTEM.target(connection(sandbox)).write(invoice())


def test_a_reference_that_is_there_already_is_only_warned_of(sandbox: SandboxServer) -> None:
    target = SYSTEM.target(connection(sandbox))
    target.write(invoice())
    assert "reference" in target.write(invoice("corr-2")).warning.lower()


def test_an_element_that_qad_does_not_use_is_no_plain_success(sandbox: SandboxServer) -> None:
    to = connection(sandbox)
    renamed = {**to.overrides["supplier_invoices"], "fields": {"description": "CInvoiceDescripton"}}
    to = connection(sandbox, entities={"supplier_invoices": renamed})
    assert SYSTEM.target(to).write(invoice()).warning.startswith("a part of what was sent is not in QAD")


def test_another_documents_posting_under_the_key_is_told(sandbox: SandboxServer) -> None:
    target = target_of(sandbox, kind="error_posted", count=1, api="bcinvoice")
    target.write(invoice("corr-0"))
    sandbox.set_options(answers=[{"kind": "exception", "code": "TransactionException002", "api": "bcinvoice"}])
    with pytest.raises(AlreadyThere):
        target.write(invoice("corr-1"))
