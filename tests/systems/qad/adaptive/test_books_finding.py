"""Finding in the simulated instance what was posted there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError
from tests.systems.qad.posted import FULL, entry, invoice, line

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer


DOCUMENTS = pytest.mark.parametrize("make", [entry, invoice], ids=["entry", "invoice"])


@DOCUMENTS
def test_what_was_posted_is_found_again_with_its_number(make: Callable[..., Outgoing], target: Any) -> None:
    assert target().find(make()) is None
    written, found = target().write(make()), target().find(make())
    assert found is not None
    assert (found.target_id, found.difference, found.facts) == (written.target_id, "", written.facts)


@DOCUMENTS
def test_it_is_found_by_its_key_whatever_our_correlation_is_now(make: Callable[..., Outgoing], target: Any) -> None:
    target().write(make("corr-1"))
    assert target().find(make("corr-2")).difference == ""


@DOCUMENTS
def test_it_is_found_by_our_correlation_when_its_key_has_changed(make: Callable[..., Outgoing], target: Any) -> None:
    target().write(make())
    changed = {"supplier_code": "S10002"} if make is invoice else {"currency": "EUR"}
    found = target().find(make(key="another", **changed))
    assert found.difference == (
        "its supplier is S10001 there and S10002 here."
        if make is invoice
        else "its currency is USD there and EUR here."
    )


@DOCUMENTS
def test_of_several_with_one_key_ours_is_found_and_each_says_whose_it_is(
    make: Callable[..., Outgoing], target: Any
) -> None:
    for correlation in ("corr-1", "corr-2", "corr-3"):
        target().write(make(correlation))
    found = target().find(make("corr-2"))
    assert found.correlation == "corr-2"
    assert target().find(make("corr-9")).correlation in {"corr-1", "corr-2", "corr-3"}


def test_a_posting_says_what_the_browse_does_not_show_of_it(target: Any) -> None:
    for document, unseen in (
        (entry(), "the accounts, sides and amounts of its lines"),
        (invoice(), ""),
        (invoice(key="full", reference="inv 2", **FULL), "its lines and their accounts"),
    ):
        target().write(document)
        assert target().find(document).unseen == unseen


@DOCUMENTS
def test_another_document_is_not_found(make: Callable[..., Outgoing], target: Any) -> None:
    target().write(make())
    other = {"reference": "inv 2"} if make is invoice else {}
    assert target().find(make("corr-2", key="10USACO|R2|1", **other)) is None


def test_the_same_reference_of_another_type_or_supplier_is_another_invoice(target: Callable[..., Target]) -> None:
    target().write(invoice())
    assert target().find(invoice("corr-2", invoice_type="CREDITNOTE")) is None
    assert target().find(invoice("corr-2", supplier_code="S10002")) is None
    assert target().find(invoice("corr-2", reference="INV  1")) is None  # QAD compares what is written
    assert target().find(invoice("corr-2", reference="INV 1")) is not None


def test_an_invoice_a_person_entered_is_found_and_told_apart(target: Callable[..., Target]) -> None:
    target().write(invoice(correlation=""))
    same, other = target().find(invoice("corr-9")), target().find(invoice("corr-9", total=Decimal("110.01")))
    assert same is not None
    assert other is not None
    assert same.difference == ""
    assert other.difference == "its total is 110.00 USD there and 110.01 USD here."


def test_a_credit_note_has_its_total_on_the_other_side(target: Callable[..., Target]) -> None:
    credit = invoice(invoice_type="CREDITNOTE", daybook="APCR")
    target().write(credit)
    found = target().find(credit)
    assert found is not None
    assert found.difference == ""


def test_a_journal_entry_of_other_debits_is_told_apart(target: Callable[..., Target]) -> None:
    target().write(entry())
    lines = [line(account="6900", debit=Decimal(9)), line(account="2900", credit=Decimal(9))]
    found = target().find(entry(lines=lines))
    assert found is not None
    assert found.difference == "its total is 5.10 USD there and 9.00 USD here."


def test_a_reference_with_a_comma_is_searched_among_the_suppliers_invoices(
    target: Callable[..., Target], sandbox: SandboxServer
) -> None:
    sandbox.add_documents({"generate": {"invoices": 30}})
    target().write(invoice(reference="7,5/A"))
    found = target(page_size=2).find(invoice("corr-2", reference="7,5/a"))
    assert found is not None
    assert found.difference == ""
    assert target(page_size=2).find(invoice("corr-2", reference="7,5/b")) is None


def test_what_was_posted_into_the_wrong_entity_is_found_after_the_crosswalk_was_corrected(
    target: Callable[..., Target],
) -> None:
    both = target(workspaces=["11CAN_11CANCO"])
    both.write(entry())
    found = both.find(entry(key="11CANCO|R1|1", entity="11CANCO"))
    assert found is not None
    assert found.difference == "its entity is 10USACO there and 11CANCO here."


def test_an_entity_without_workspace_is_a_matter_of_configuration(target: Callable[..., Target]) -> None:
    with pytest.raises(ConfigurationError, match=r"posts into 10USACO only.*add DOMAIN_11CANCO to `workspaces`"):
        target().find(entry(entity="11CANCO"))


def test_nothing_is_posted_where_nobody_could_find_it_again(
    target: Callable[..., Target], sandbox: SandboxServer
) -> None:
    sandbox.set_options(renamed={"journal_entries": ""})
    with pytest.raises(
        ConfigurationError, match=r"nothing is posted; correct entities\.journal_entries\.search\.browse"
    ):
        target().find(entry())
    lacking = target({"supplier_invoices": {"search": {"fields": {"correlation": "CInvoice.CustomNote"}}}})
    with pytest.raises(ConfigurationError, match=r"has no CInvoice\.CustomNote \(entities\.supplier_invoices\.search"):
        lacking.find(invoice())


def test_where_to_look_names_the_screen_and_what_to_search_by(target: Callable[..., Target]) -> None:
    assert target().where_to_look(entry()) == (
        "Look in QAD, entity 10USACO, with Journal Entry View for daybook CONCUR with text 'Concur R1', reference R1; "
        "ours has the total 5.10 USD and corr-1 in customLong1."
    )
    invoices = "with Supplier Invoice View for supplier S10001, reference inv 1, type INVOICE; ours has the total"
    assert invoices in target().where_to_look(invoice())
