from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
import yaml

from connector.domain.errors import ConfigurationError, UnknownName
from connector.reading.names import Basis
from connector.systems.qad import documents
from connector.systems.qad.adaptive.names import names
from connector.systems.qad.documents import cost_objects, expense_payments, receipts
from connector.systems.qad.shapes import SHAPES

_KINDS: dict[str, tuple[type[documents.Document], type[documents.Document] | None]] = {
    "suppliers": (documents.Supplier, None),
    "accounts": (documents.GLAccount, None),
    "orders": (documents.PurchaseOrder, documents.OrderLine),
    "invoices": (documents.SupplierInvoice, documents.InvoiceLine),
    "payments": (documents.InvoicePayments, documents.Payment),
    "cost_objects": (cost_objects.CostObject, None),
    "receipts": (receipts.Receipts, receipts.ReceiptLine),
    "expense_payments": (expense_payments.ExpensePayments, documents.Payment),
}


def _leaves(tree: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(tree, dict) and tree.keys() != {"name", "basis"}:
        return [leaf for key, value in tree.items() for leaf in _leaves(value, f"{path}.{key}")]
    return [(path, tree)]


def test_every_name_says_where_it_comes_from() -> None:
    tree = yaml.safe_load(resources.files("connector.systems.qad").joinpath("entities.yaml").read_text("utf-8"))
    words = (".answers.", ".already_there")
    given = [(path, leaf) for path, leaf in _leaves(tree) if leaf is not None and not any(one in path for one in words)]
    assert len(given) > 100
    for path, leaf in given:
        assert Basis(leaf["basis"]) in (Basis.DOCUMENTED, Basis.SEEN_IN_CODE, Basis.ASSUMED), path


@pytest.mark.parametrize("entity", SHAPES)
def test_our_fields_are_exactly_those_of_the_documents(entity: str) -> None:
    known, (document, line) = names({}).entity(entity), _KINDS[entity]
    ours = (
        set(known.fields)
        | set(known.shape.unfilled)
        | known.shape.optional
        | {known.shape.key}
        | ({known.shape.lines} if known.shape.lines else set())
    )
    detail = known.detail
    if detail is not None:
        ours |= set(detail.fields) | ({"remit_to"} if detail.remit_to else set())
        assert set(detail.remit_fields) == set(documents.RemitTo.model_fields)
    assert ours - {"modified_date", "modified_time"} == set(document.model_fields)
    assert set(known.lines) == (set(line.model_fields) if line else set())
    assert known.shape.key == document.KEY


def test_a_connection_overrides_one_name_and_keeps_the_others() -> None:
    known = names({"invoices": {"browse": "urn:browse:mfg:xvbr012", "fields": {"reference": "CInvoice.Ref"}}})
    assert known.entity("invoices").browse == "urn:browse:mfg:xvbr012"
    assert known.entity("invoices").basis is Basis.SET
    assert known.entity("invoices").fields["reference"] == "CInvoice.Ref"
    assert known.entity("invoices").fields["invoice_id"] == "CInvoice.CInvoice_ID"
    assert names({}).entity("invoices").fields["reference"] == "CInvoice.CInvoiceReference"


def test_a_field_the_instance_does_not_have_is_left_out_with_null() -> None:
    assert "phone" not in names({"suppliers": {"fields": {"phone": None}}}).entity("suppliers").fields


def test_a_field_that_had_no_column_gets_one() -> None:
    assert (
        names({"suppliers": {"fields": {"email": "ad_mstr.ad_email"}}}).entity("suppliers").fields["email"]
        == "ad_mstr.ad_email"
    )


def test_the_detail_read_and_its_address_can_be_left_out() -> None:
    assert names({"suppliers": {"detail": None}}).entity("suppliers").detail is None
    kept = names({"suppliers": {"detail": {"remit_to": None}}}).entity("suppliers").detail
    assert kept is not None
    assert kept.remit_to is None


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            {"invoices": {"fields": {"refrence": "x"}}},
            "entities.invoices.fields.refrence is not known. Did you mean 'reference'?",
        ),
        ({"invoices": None}, "entities.invoices cannot be left out; write only what differs in it."),
        ({"invoices": {"lines": None}}, "entities.invoices.lines cannot be left out; write only what differs in it."),
        ({"invoices": {"browse": None}}, "entities.invoices needs the name of a browse or of a bdoc to read from."),
        (
            {"accounts": {"fields": {"account": None}}},
            "entities.accounts.fields.account names the key of accounts and cannot be left out.",
        ),
        (
            {"cost_objects": {"fields": {"kind": None}}},
            "entities.cost_objects.fields.kind names the key of cost_objects and cannot be left out.",
        ),
        (
            {"invoices": {"fields": {"approved": None}}},
            "entities.invoices.fields.approved cannot be left out: to guess it could pay an invoice.",
        ),
        (
            {"journal_entries": {"search": {"fields": {"key": None}}}},
            "entities.journal_entries.search.fields.key cannot be left out; write the name this instance uses.",
        ),
        (
            {"supplier_invoices": {"fields": {"correlation": None}}},
            "entities.supplier_invoices.fields.correlation is left out, so",
        ),
        (
            {"supplier_invoices": {"lines": {"taxes": {"collection": None}}}},
            "entities.supplier_invoices.lines.taxes.collection cannot be left out",
        ),
        ({"paths": {"token": None}}, "entities.paths.token cannot be left out; write the name this instance uses."),
        ({"lookup": None}, "entities.lookup cannot be left out; write only what differs in it."),
        (
            {"suppliers": {"fields": {"email": 5}}},
            "entities.suppliers.fields.email must be a name as text, or null to leave it out.",
        ),
        (
            {"suppliers": {"detail": {"view": None}}},
            "entities.suppliers.detail.view cannot be left out; write the name this instance uses.",
        ),
        (
            {"orders": {"modified_operator": ">="}},
            "entities.orders.modified_operator must be the instance's filter operator in small letters",
        ),
    ],
)
def test_each_wrong_override_has_its_sentence(overrides: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        names(overrides)
    assert error.value.message.startswith(sentence)


def test_a_collection_the_instance_does_not_take_is_left_out_with_null() -> None:
    known = names({"supplier_invoices": {"lines": {"matching": None}}}).posting("supplier_invoices")
    assert set(known.lines) == {"lines", "taxes", "orders"}


def test_an_unknown_posting_is_told_with_those_that_exist() -> None:
    with pytest.raises(UnknownName, match=r"There is no posting of QAD 'journals'"):
        names({}).posting("journals")


def test_an_unknown_entity_is_told_with_those_that_exist() -> None:
    with pytest.raises(
        UnknownName, match=r"There is no QAD entity 'invoice'. Did you mean 'invoices'\? Known: accounts"
    ):
        names({}).entity("invoice")


def test_a_column_that_is_left_out_says_what_nobody_checks_without_it() -> None:
    off = {"invoices": {"fields": {"hold_amount": None}, "lines": {"receiver": None}}}
    assert names(off).entity("invoices").unchecked() == (
        "entities.invoices.fields.hold_amount is null: nobody checks whether a part of it is on hold.",
        "entities.invoices.lines.receiver is null: nobody checks whether each of its lines has a receiver.",
    )
    assert not names({}).entity("invoices").unchecked()
    assert not names({"orders": {"fields": {"buyer": None}}}).entity("orders").unchecked()
