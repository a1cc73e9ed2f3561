from __future__ import annotations

import pytest

from tests.sandbox.jaggaer_xml.conftest import ORDERS, SUPPLIERS, Client, supplier

REVISION = "<DistributeRevision>false</DistributeRevision>"


def test_suppliers_are_created_and_updated_by_their_number(client: Client) -> None:
    answer = client.suppliers(supplier("V1", Active="No"), supplier("V2", CountryOfOrigin="US"))
    assert answer.status == (
        "200",
        (
            "Success (Counts:  Total documents attempted=2, Total documents completed=2.  "
            "Documents successful without warnings=2)"
        ),
    )
    state = client.sandbox.state()
    assert {key: held["status"] for key, held in state["holds"]["companies"].items()} == {
        "V1": "INACTIVE",
        "V2": "ACTIVE",
    }
    assert state["creates"]["companies"] == {"V1": 1, "V2": 1}


def test_one_supplier_that_will_not_do_is_named_and_the_others_are_taken(client: Client) -> None:
    answer = client.suppliers(supplier("V2", CountryOfOrigin="USA"), supplier("V3"))
    assert (answer.http, answer.status[0]) == (200, "406")
    assert answer.text("SupplierErrors/SupplierRef/ERPNumber") == "V2"
    assert answer.texts("SupplierErrors/ErrorMessage") == ["USA is no country code of 2 letters."]
    assert set(client.sandbox.state()["holds"]["companies"]) == {"V1", "V3"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            "<Name>Acme</Name><ERPNumber>V2</ERPNumber>",
            'The content of element type "Supplier" must match "(ERPNumber?,',
        ),
        ("<ERPNumber>V2</ERPNumber><foo/>", 'Element type "foo" must be declared. at line 1'),
        ("<ERPNumber><Name>x</Name></ERPNumber>", 'The content of element type "ERPNumber" must match "(#PCDATA)"'),
    ],
)
def test_another_order_of_elements_is_not_read_at_all(client: Client, content: str, complaint: str) -> None:
    answer = client.suppliers(supplier("V3"), content)
    assert (answer.http, answer.status[0]) == (200, "500")
    assert answer.status[1].startswith("Error while parsing the input / All documents failed.")
    assert complaint in " ".join(answer.texts("Status/Errors/ErrorMessage"))
    assert set(client.sandbox.state()["holds"]["companies"]) == {"V1"}


def test_what_is_no_xml_or_another_message_is_answered_in_xml(client: Client) -> None:
    for body in ("{}", "<PurchaseOrderMessage/>"):
        answer = client.raw(SUPPLIERS, body)
        assert answer.status_code == 200
        assert "<StatusCode>\n      500" in answer.text


def test_an_order_is_new_once_then_changed_then_cancelled(client: Client) -> None:
    assert client.order().status == ("200", "Success")
    assert client.order(attributes=' type="update"', before=REVISION).status == ("200", "Success")
    assert client.order(attributes=' type="cancel"', before=REVISION).status == ("200", "Success")
    held = client.sandbox.state()["holds"]["orders"]["PO1"]
    assert (held["status"], held["messages"], held["currency"]) == ("Cancelled", 3, "EUR")


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"supplier": "V9"}, "Supplier V9 could not be found."),
        ({"attributes": ' type="update"', "before": REVISION}, "Purchase order PO1 does not exist."),
        ({"before": REVISION}, "DistributeRevision is for update and cancel, and only for these."),
        ({"attributes": ' type="cancel"'}, "DistributeRevision is for update and cancel, and only for these."),
    ],
)
def test_a_refused_order_is_a_failure_with_its_reason_inside_the_status(
    client: Client, parts: dict[str, str], complaint: str
) -> None:
    answer = client.order(**parts)
    assert (answer.http, answer.status) == (200, ("406", "Failure"))
    assert answer.texts("Status/Errors/ErrorMessage") == [complaint]


def test_a_new_order_sent_twice_is_refused_or_doubled(client: Client) -> None:
    client.order()
    assert client.order().texts("Status/Errors/ErrorMessage") == ["PONumber PO1 needs to be unique."]
    client.sandbox.set_options(order_new_twice="double")
    assert client.order().status[0] == "200"
    assert client.sandbox.state()["creates"]["orders"] == {"PO1": 2}


def test_an_invoice_is_taken_once(client: Client) -> None:
    assert client.invoice().status == ("200", "Success")
    assert client.invoice(number="a-1").texts("ErrorMessage") == ["duplicate supplier invoice number a-1."]
    client.sandbox.set_options(invoice_twice="double")
    assert client.invoice().status == ("200", "Success")
    state = client.sandbox.state()
    assert state["counts"]["invoices"] == {"V1|A-1|Invoice": 3}
    assert state["holds"]["invoices"]["V1|A-1|Invoice"]["lines"][0]["accounts"] == ["4000"]


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"total": "11.00"}, "GrandTotal 11.00 is not what lines and charges come to, 10.00."),
        ({"supplier": "V9"}, "Vendor is not in database."),
        ({"account": "9999"}, "Account 9999 is not a known value."),
    ],
)
def test_an_invoice_that_does_not_fit_is_refused(client: Client, parts: dict[str, str], complaint: str) -> None:
    client.sandbox.set_options(accounts=["4000"])
    assert client.invoice(**parts).texts("ErrorMessage") == [complaint]


@pytest.mark.parametrize(("how", "http", "code"), [("status", 200, "401"), ("text", 200, "500"), ("http", 401, "")])
def test_a_wrong_secret_is_turned_away_in_three_ways(client: Client, how: str, http: int, code: str) -> None:
    client.sandbox.set_options(login_failed_as=how)
    client.secret = "guessed"
    if how == "http":
        assert client.raw(ORDERS, _order("guessed")).status_code == http
        return
    answer = client.suppliers(supplier("V2"))
    assert (answer.http, answer.status[0]) == (http, code)
    assert "V2" not in client.sandbox.state()["holds"]["companies"]


def _order(secret: str) -> str:
    who = f"<Authentication><Identity>AcmeOrg</Identity><SharedSecret>{secret}</SharedSecret></Authentication>"
    head = f"<Header><MessageId>m</MessageId><Timestamp>t</Timestamp>{who}</Header>"
    item = "<Item><Description>x</Description><ProductType>Form</ProductType></Item><Quantity>1</Quantity>"
    price = '<LineCharges><UnitPrice><Money currency="EUR">1</Money></UnitPrice></LineCharges>'
    order = f"<POHeader><PONumber>1</PONumber><Supplier/></POHeader><POLine>{item}{price}</POLine>"
    return f"<PurchaseOrderMessage>{head}<PurchaseOrder>{order}</PurchaseOrder></PurchaseOrderMessage>"


@pytest.mark.parametrize(("after", "http"), [("html", 200), ("http_500", 500)])
def test_what_was_done_stays_done_whatever_the_answer_looks_like(client: Client, after: str, http: int) -> None:
    client.sandbox.set_options(after_effect=after)
    answer = client.raw(
        ORDERS,
        _order("jaggaer-xml-sandbox").replace(
            "<Supplier/>", "<Supplier><SupplierNumber>V1</SupplierNumber></Supplier>"
        ),
    )
    assert (answer.status_code, "Status" in answer.text) == (http, False)
    assert "1" in client.sandbox.state()["holds"]["orders"]


def test_ampersands_stand_alone_where_they_are_told_to(client: Client) -> None:
    client.sandbox.set_options(unescaped_ampersands=True, warn_every=1, padded=False)
    who = (
        "<Authentication><Identity>AcmeOrg</Identity><SharedSecret>jaggaer-xml-sandbox</SharedSecret></Authentication>"
    )
    head = f"<Header><MessageId>m</MessageId><Timestamp>t</Timestamp>{who}</Header>"
    inside = f"<SupplierRequestMessage><Supplier>{supplier('V2')}</Supplier></SupplierRequestMessage>"
    answer = client.raw(SUPPLIERS, f"<SupplierSyncMessage>{head}{inside}</SupplierSyncMessage>")
    assert '<ErrorMessage type="Warning">The state is not known & was kept</ErrorMessage>' in answer.text


def test_it_is_reconciled_as_jaggaer_one_and_remembers_its_messages(client: Client) -> None:
    state = client.sandbox.state()
    assert {"holds", "creates", "counts", "writes", "documents"} <= set(state)
    assert state["messages"] == [{"message": "SupplierSyncMessage", "id": "m-1"}]
    assert set(state["holds"]) == {"companies", "account_values", "orders", "invoices", "payment_status"}


def test_an_option_that_does_not_exist_is_named(client: Client) -> None:
    with pytest.raises(ValueError, match="has no option nonsense"):
        client.sandbox.set_options(nonsense=True)
    with pytest.raises(ValueError, match="is one of refuse, double"):
        client.sandbox.set_options(order_new_twice="merge")
