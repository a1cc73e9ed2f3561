"""A listed supplier is completed by its component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.errors import Malformed
from connector.systems.qad import documents
from tests.systems.qad.listed import SUPPLIERS, listing, supplier

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.exchange import Row
    from connector.ports import Source

DETAIL = {
    "supplierCode": "S1",
    "addressName": "Supplier One Inc",
    "addressSearchName": "ONE",
    "isActive": False,
    "currencyCode": "USD",
    "creditTermsCode": "",
    "supplierTypeCode": "TRAD",
    "street1": "2 Road",
    "street2": None,
    "street3": "Back yard",
    "city": "Town",
    "stateCode": "CA",
    "zipCode": "90001",
    "countryCode": "US",
    "telephone": "555-1",
    "EMail": "ap@one.example",
    "taxIDFiscalCode": "12-345",
    "lastModifiedDate": "2026-11-20T00:00:00.000Z",
    "lastModifiedTime": 7,
    "remitSupplierContactV2s": [{"addressName": "Bank of One", "city": "Vault"}],
}


def test_a_supplier_is_completed_by_its_component(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(SUPPLIERS, supplier("S1"))
    instance.components["supplierV2s"] = {"S1": DETAIL}
    reader = source()
    ((row,),) = (page.rows for page in listing(reader, "suppliers"))
    assert row.payload["active"] is True
    whole = reader.complete("suppliers", row)
    assert instance.asked("supplierV2s")[0].query == {
        "sharedSetCode": "CORP",
        "supplierCode": "S1",
        "viewUri": "urn:be:com.qad.base.supplier.ISupplierV2",
    }
    assert whole["active"] is False
    assert (whole["name"], whole["street1"], whole["street3"]) == ("Supplier One Inc", "2 Road", "Back yard")
    assert whole["credit_terms"] == "N30"
    assert whole["tax_id"] == "12-345"
    assert whole["modified"] == "2026-11-20T00:00:07+00:00"
    assert whole["remit_to"]["name"] == "Bank of One"
    assert documents.parse(documents.Supplier, canonical.loads(canonical.dumps(whole))).email == "ap@one.example"


def test_a_supplier_changed_on_another_day_is_read_again_although_its_row_says_the_same(
    instance: Any, source: Callable[..., Source]
) -> None:
    def listed(day: str) -> Row:
        instance.hold(SUPPLIERS, supplier("S1", **{"vd_mstr.vd_mod_date": day}))
        ((row,),) = (page.rows for page in listing(source(), "suppliers"))
        return row

    def without(row: Row) -> dict[str, Any]:
        return {name: value for name, value in row.payload.items() if name != "modified"}

    assert without(listed("2026-11-19")) != without(listed("2026-11-20"))


def test_a_supplier_its_component_does_not_know_becomes_a_record_that_says_so(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(SUPPLIERS, supplier("S1"))
    instance.components["supplierV2s"] = {}
    reader = source()
    ((row,),) = (page.rows for page in listing(reader, "suppliers"))
    with pytest.raises(Malformed, match='S1" cannot be understood: active is "not in supplierV2s of CORP"'):
        documents.parse(documents.Supplier, reader.complete("suppliers", row))


def test_without_the_detail_read_a_listed_supplier_counts_as_active(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(SUPPLIERS, supplier("S1"))
    reader = source({"suppliers": {"detail": None}})
    ((row,),) = (page.rows for page in listing(reader, "suppliers"))
    assert reader.complete("suppliers", row) is row.payload
    assert row.payload["active"] is True
    assert "listed_modified" not in row.payload
