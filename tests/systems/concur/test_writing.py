from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    Malformed,
    NotYet,
    PermissionMissing,
    Refused,
    SourceLies,
    Unanswered,
    Unavailable,
    UnknownName,
)
from connector.domain.exchange import Query, Result, Safety
from tests.http.misbehaving import resets, says
from tests.systems.concur.conftest import FIS, LISTS, Connection, json_of, query_of, tells
from tests.systems.concur.outgoing import item, order, payment, position, receipt, vendor

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server

ENTITIES = ("vendors", "list_items", "purchase_orders", "receipts", "payment_confirmations")
VENDORS = "/api/v3.1/invoice/vendors"
ORDERS = "/api/v3.0/invoice/purchaseorders"
RECEIPTS = "/api/v3.0/invoice/purchaseorderreceipts"
CHILDREN = f"/list/v4/lists/{LISTS['accounts']}/children"


@pytest.fixture
def target(connection: Connection) -> Target:
    return connection.target()


def writes(sandbox: SandboxServer, entity: str) -> list[tuple[str, str]]:
    made = sandbox.state("writes")["writes"]
    return [(write["key"], write["outcome"]) for write in made if write["entity"] == entity]


def words(answer: str) -> str:
    return answer.partition(" (correlation id ")[0]


@pytest.mark.parametrize("entity", ENTITIES)
def test_sending_again_is_harmless_by_the_keys_of_concur(unasked: Connection, entity: str) -> None:
    assert unasked.target().safety(entity) is Safety.NATIVE_KEY


def test_an_unknown_entity_has_its_sentence(unasked: Connection) -> None:
    with pytest.raises(UnknownName, match="There is no entity of Concur 'vendor'"):
        unasked.target().safety("vendor")


def test_a_vendor_is_created_changed_and_left_alone(sandbox: SandboxServer, target: Target) -> None:
    assert target.find(vendor()) is None
    created = target.write(vendor())
    assert words(created.answer) == "created"
    found = target.find(vendor())
    assert found is not None
    assert (found.difference, found.target_id) == ("", found.target_id)

    changed = vendor(VendorName="Acme Corp", City="Reno")
    found = target.find(changed)
    assert found is not None
    assert found.difference == "City, VendorName in Concur are not what is sent."
    assert words(target.write(changed).answer) == "changed"
    assert target.write(changed).answer == "Concur has it like this already"
    assert writes(sandbox, "vendors") == [("V1|A1", "created"), ("V1|A1", "updated")]


def test_each_address_of_a_vendor_is_a_record_of_its_own(sandbox: SandboxServer, target: Target) -> None:
    target.write(vendor())
    assert target.find(vendor(address="A2")) is None
    target.write(vendor(address="A2"))

    assert writes(sandbox, "vendors") == [("V1|A1", "created"), ("V1|A2", "created")]


@pytest.mark.parametrize("shape", ["Items", "Vendor"])
def test_vendors_are_found_under_either_name_of_the_list(sandbox: SandboxServer, target: Target, shape: str) -> None:
    sandbox.set_options(vendor_list=shape)
    target.write(vendor())

    assert target.find(vendor()) is not None


def test_what_concur_says_about_a_vendor_inside_200_is_a_refusal(target: Target) -> None:
    with pytest.raises(Refused, match=r"^Concur refuses it: CountryCode USA is not an ISO code \(1\) \(correlation id"):
        target.write(vendor(CountryCode="USA"))


def test_a_search_for_a_vendor_that_is_not_heeded_is_read_to_its_end(home: Server, logged_in: Connection) -> None:
    others = [{"VendorCode": "V0", "AddressCode": str(number)} for number in range(3)]
    ours = {"VendorCode": "V1", "AddressCode": "A1", "ID": "77"}
    home.on(
        VENDORS,
        tells({"Items": others, "NextPage": "https://elsewhere.example/vendors?limit=3&offset=abc"}),
        tells({"Items": [ours], "NextPage": ""}),
    )

    found = logged_in.target().find(vendor())

    assert found is not None
    assert found.target_id == "77"
    assert [query_of(heard).get("offset") for heard in home.heard] == [None, "abc"]
    assert query_of(home.heard[0]) == {"vendorCode": "V1", "addressCode": "A1", "searchType": "exact", "limit": "1000"}


def test_a_vendor_somebody_else_created_meanwhile_is_changed(home: Server, logged_in: Connection) -> None:
    there = {"Code": 8, "Message": "Vendor already exists", "Type": "ERROR"}
    home.on(
        VENDORS,
        tells({"Items": []}),
        tells({"Vendor": [{**vendor().body, "StatusList": [there]}]}),
        tells({"Vendor": {**vendor().body, "StatusList": {"Code": 0, "Message": "ok", "Type": "SUCCESS"}}}),
    )

    assert words(logged_in.target().write(vendor()).answer) == "changed"
    assert [heard.method for heard in home.heard] == ["GET", "POST", "PUT"]
    assert json_of(home.heard[1]) == {"Vendor": [vendor().body]}


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ({"Code": 7, "Message": "Bad", "Type": "Error"}, True),
        ({"Code": 7, "Message": "Bad"}, True),
        ({"Code": "7", "Message": "Bad", "Type": "VALIDATION FAILED"}, True),
        ({"Code": 0, "Message": "Success"}, False),
        ({"Code": 12, "Message": "Bank is unknown", "Type": "Warning"}, False),
        ({"Code": 1, "Message": "Created", "Type": "SUCCESS"}, False),
    ],
)
def test_the_type_of_a_status_or_else_its_code_decides(
    home: Server, logged_in: Connection, status: dict[str, object], *, refused: bool
) -> None:
    home.on(VENDORS, tells({"Items": []}), tells({"Vendor": [{**vendor().body, "StatusList": [status]}]}))

    if refused:
        with pytest.raises(Refused, match="Bad"):
            logged_in.target().write(vendor())
    else:
        answer = logged_in.target().write(vendor()).answer
        assert ("with a warning: Bank is unknown (12)" in answer) is (status["Code"] == 12)


@pytest.mark.parametrize("body", [{"Vendor": []}, {}, [], {"Vendor": [{"VendorCode": "X"}, {"VendorCode": "Y"}]}])
def test_an_answer_that_does_not_name_the_vendor_leaves_it_in_doubt(
    home: Server, logged_in: Connection, body: object
) -> None:
    home.on(VENDORS, tells({"Items": []}), tells(body))

    with pytest.raises(Unanswered, match="did not say what became of vendor V1\\|A1"):
        logged_in.target().write(vendor())


@pytest.mark.parametrize("behaviour", [resets, says(500), says(200, b"<html>"), says(503)])
def test_a_write_whose_answer_is_lost_is_in_doubt_and_carries_its_id(
    home: Server, logged_in: Connection, behaviour: Any
) -> None:
    home.on(VENDORS, tells({"Items": []}), behaviour)

    with pytest.raises(Unanswered, match=r"correlation id [0-9a-f-]{36}"):
        logged_in.target().write(vendor())


def test_a_list_of_vendors_without_end_is_not_believed(
    home: Server, logged_in: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.systems.concur.entities.vendors._MOST_PAGES", 2)
    home.on(VENDORS, *(tells({"Items": [], "NextPage": f"x?offset={number}"}) for number in range(3)))

    with pytest.raises(SourceLies, match="did not end"):
        logged_in.target().find(vendor())


def test_an_item_is_created_renamed_deleted_and_brought_back(sandbox: SandboxServer, target: Target) -> None:
    assert target.find(item()) is None
    created = target.write(item())
    assert (words(created.answer), len(created.target_id)) == ("created", 36)
    assert target.write(item()).answer == "Concur has it like this already"
    renamed = item(value="Travel abroad")
    found = target.find(renamed)
    assert found is not None
    assert found.difference == "value in Concur is not what is sent."
    assert words(target.write(renamed).answer) == "changed"

    gone = item(deleted=True)
    found = target.find(gone)
    assert found is not None
    assert "still in Concur's list" in found.difference
    assert words(target.write(gone).answer) == "deleted"
    assert target.find(gone) is None
    assert target.write(gone).answer == "Concur does not have it any more"
    assert words(target.write(item()).answer) == "created"
    assert [outcome for _, outcome in writes(sandbox, "list_items")] == ["created", "updated", "updated", "created"]


def test_a_code_is_compared_to_the_letter(target: Target) -> None:
    target.write(item("40"))
    target.write(item("a1"))

    assert target.find(item("4")) is None
    assert target.find(item("A1")) is None
    assert target.find(item("40", kind="cost_centres")) is None


def test_a_list_nobody_set_has_its_sentence(unasked: Connection) -> None:
    target = unasked.target()
    with pytest.raises(
        ConfigurationError, match=r"`connection ping` shows the ids.*entities\.list_items\.lists\.projects"
    ):
        target.write(item(kind="projects"))
    with pytest.raises(ConfigurationError, match="There is no list of 'colours' in Concur"):
        target.write(item(kind="colours"))


def test_a_list_that_is_not_there_has_its_sentence(sandbox: SandboxServer) -> None:
    overrides = {"list_items": {"lists": {"accounts": "dddddddd-0001-4000-8000-000000000001"}}}
    target = Connection(url=sandbox.url, overrides=overrides).target()

    with pytest.raises(Refused, match="The list was not found"):
        target.write(item())


def test_a_list_that_is_read_only_stops_the_flow_and_not_the_document(sandbox: SandboxServer, target: Target) -> None:
    sandbox.set_options(read_only_lists=["accounts"])

    with pytest.raises(PermissionMissing, match="The list is read only"):
        target.write(item())


def test_what_is_wrong_with_an_item_is_said_in_concurs_words(target: Target) -> None:
    with pytest.raises(Refused, match="The list item is not valid; validation shortCode has at most 64 characters"):
        target.write(item("x" * 65))


def test_a_filter_that_is_not_heeded_is_read_to_its_end(home: Server, logged_in: Connection) -> None:
    others = [{"id": f"i{number}", "shortCode": f"{number}"} for number in range(100)]
    ours = {"id": "i4000", "shortCode": "4000", "value": "Travel"}
    home.on(
        CHILDREN,
        tells({"content": others, "page": {"totalPages": 2}}),
        tells({"content": [{**ours, "id": "old", "isDeleted": True}, ours], "page": {"totalPages": 2}}),
    )

    found = logged_in.target().find(item())

    assert found is not None
    assert (found.target_id, found.difference) == ("i4000", "")
    assert [query_of(heard)["page"] for heard in home.heard] == ["1", "2"]


def test_an_item_somebody_else_created_meanwhile_is_adopted(home: Server, logged_in: Connection) -> None:
    there = {"id": "i7", "shortCode": "4000", "value": "Travel"}
    refusal = {"error": {"message": "invalid"}, "validationErrors": [{"message": "The code 4000 already exists."}]}
    home.on(CHILDREN, tells({"content": []}), tells({"content": [there]}))
    home.on("/list/v4/items", tells(refusal, status=400))

    written = logged_in.target().write(item())

    assert (written.target_id, written.answer) == ("i7", "Concur has it like this already")


def test_one_they_created_with_another_name_is_renamed_with_the_next_try(home: Server, logged_in: Connection) -> None:
    home.on(CHILDREN, tells({"content": []}), tells({"content": [{"id": "i7", "shortCode": "4000", "value": "Else"}]}))
    home.on("/list/v4/items", tells({"error": {"message": "duplicate"}}, status=400))

    with pytest.raises(AlreadyThere):
        logged_in.target().write(item())


def test_an_order_is_created_changed_and_left_alone(sandbox: SandboxServer, target: Target) -> None:
    target.write(vendor())
    assert target.find(order()) is None
    assert words(target.write(order()).answer) == "created"
    assert target.write(order()).answer == "Concur has it like this already"
    found = target.find(order(quantity="12"))
    assert found is not None
    assert found.difference == "LineItem in Concur is not what is sent."
    assert words(target.write(order(quantity="12")).answer) == "changed"
    assert writes(sandbox, "purchase_orders") == [("PO1", "created"), ("PO1", "updated")]


def test_a_refused_order_says_which_line_and_field(target: Target) -> None:
    target.write(vendor())

    with pytest.raises(Refused) as refused:
        target.write(order(quantity="many"))
    assert refused.value.message.startswith(
        "Concur refuses it: Quantity must be a number (code INVALID, field Quantity, line 1, correlation id "
    )


def test_an_order_the_search_does_not_show_is_changed_when_it_is_refused_as_there(
    home: Server, logged_in: Connection
) -> None:
    home.on(f"{ORDERS}/PO%2F1", says(404, b""))
    home.on(
        ORDERS,
        tells({"Status": "FAILURE", "ErrorMessage": "Purchase order already exists"}),
        tells({"Status": "SUCCESS", "PurchaseOrderNumber": "PO/1"}),
    )

    written = logged_in.target().write(order("PO/1"))

    assert (written.target_id, words(written.answer)) == ("PO/1", "changed")
    assert [heard.method for heard in home.heard] == ["GET", "POST", "PUT"]


def test_an_order_concur_says_nothing_about_is_in_doubt(home: Server, logged_in: Connection) -> None:
    home.on(f"{ORDERS}/PO1", says(404, b""))
    home.on(ORDERS, tells({"Message": "hm"}))

    with pytest.raises(Unanswered, match="did not say whether it took purchase order PO1"):
        logged_in.target().write(order())


def test_another_order_than_asked_for_is_not_ours(home: Server, logged_in: Connection) -> None:
    home.on(f"{ORDERS}/PO1", tells({"PurchaseOrderNumber": "PO10"}))

    assert logged_in.target().find(order()) is None


@pytest.fixture
def ordered(target: Target) -> Target:
    target.write(vendor())
    lines = [
        {"LineNumber": n, "ExternalID": n, "Quantity": "10", "UnitPrice": "2", "AccountCode": "4000"}
        for n in ("1", "2")
    ]
    target.write(order(LineItem=lines))
    return target


def test_positions_are_received_corrected_and_taken_back(sandbox: SandboxServer, ordered: Target) -> None:
    both = receipt(position("1"), position("2", "3"))
    assert ordered.find(both) is None
    assert ordered.write(both).answer.startswith("2 positions created (last correlation id ")
    found = ordered.find(receipt(position("1", "5.00"), position("2", "3")))
    assert found is not None
    assert found.difference == ""

    corrected = receipt(position("1", "4"), position("2", "3"))
    found = ordered.find(corrected)
    assert found is not None
    assert found.difference == "1 of its 2 positions in Concur are not what is sent."
    assert ordered.write(corrected).answer.startswith("1 positions changed")
    back = receipt(position("1", Deleted="true"), position("2", "3"))
    assert ordered.write(back).answer.startswith("1 positions deleted")
    assert ordered.write(back).answer == "Concur has it like this already"
    assert [outcome for _, outcome in writes(sandbox, "receipts")] == ["created", "created", "updated"]


def test_a_receipt_that_broke_off_is_completed(sandbox: SandboxServer, ordered: Target) -> None:
    rule = {"match": {"method": "POST", "path": "purchaseorderreceipts"}, "kind": "reset-after", "count": 1}
    sandbox.set_faults(rule)
    both = receipt(position("1"), position("2", "3"))
    with pytest.raises(Unanswered):
        ordered.write(both)
    found = ordered.find(both)
    assert found is not None
    assert "1 of its 2 positions" in found.difference

    assert ordered.write(both).answer.startswith("1 positions created")
    assert [outcome for _, outcome in writes(sandbox, "receipts")] == ["created", "created"]


def test_a_position_of_no_order_is_refused(ordered: Target) -> None:
    with pytest.raises(Refused, match="The order has no such line"):
        ordered.write(receipt(position("9")))


def test_a_position_that_cannot_be_told_apart_is_malformed(ordered: Target) -> None:
    with pytest.raises(Malformed, match="has a position without"):
        ordered.find(receipt({"PurchaseOrderNumber": "PO1"}))


def test_a_position_somebody_else_entered_is_brought_up_to_date(home: Server, logged_in: Connection) -> None:
    home.on(
        RECEIPTS,
        tells({"Items": []}),
        tells({"Status": "FAILURE", "Message": "The receipt already exists."}),
        tells({"Status": "SUCCESS"}),
    )

    assert logged_in.target().write(receipt()).answer.startswith("1 positions changed")
    assert query_of(home.heard[0]) == {"purchaseOrderNumber": "PO1", "goodsReceiptNumber": "RC7"}


@pytest.fixture
def posted(sandbox: SandboxServer, connection: Connection) -> str:
    """The id of an expense report that was posted."""
    [doc_id] = sandbox.add_documents({"generate": {"expenses": 1}})["generate"]["expenses"]
    source: Any = connection.source()
    [page] = [page for page in source.pages(Query(entity="expenses")) if page.rows]
    source.acknowledge("expenses", [row.payload for row in page.rows])
    source.confirm("expenses", page.rows[0].payload, Result(target_id="7", facts={"company": "10USACO"}))
    return str(doc_id)


def test_a_payment_is_told_once_and_telling_it_again_is_fine(
    sandbox: SandboxServer, target: Target, posted: str
) -> None:
    assert target.find(payment(posted)) is None
    assert words(target.write(payment(posted, status="PP", amount="10.00")).answer) == "Concur has been told"
    assert words(target.write(payment(posted, status="PP", amount="10.00")).answer) == "Concur had been told before"
    assert words(target.write(payment(posted, reference="8")).answer) == "Concur has been told"
    assert words(target.write(payment(posted, status="RE", reference="9")).answer) == "Concur has been told"


def test_a_payment_of_a_report_whose_posting_is_not_known_yet_waits(sandbox: SandboxServer, target: Target) -> None:
    [doc_id] = sandbox.add_documents({"generate": {"expenses": 1}})["generate"]["expenses"]

    with pytest.raises(Unavailable, match=f"Concur has not been told yet that {doc_id} was posted"):
        target.write(payment(doc_id))


@pytest.mark.parametrize(
    ("code", "result", "kind"),
    [
        (0, "SUCCESS", None),
        (298, "NOOP", None),
        (213, "FAILURE", None),
        (298, "FAILURE", Refused),
        (99, "FAILURE", Refused),
        (216, "DOCUMENT_NOT_FOUND", Refused),
        (211, "NOT_POSTING_CONFIRMED", NotYet),
        (199, "FAILURE", NotYet),
        (None, "SYSTEM_ERROR_OCCURRED", NotYet),
    ],
)
def test_each_verdict_on_a_payment_has_its_consequence(
    home: Server, logged_in: Connection, code: int | None, result: str, kind: type[ConnectorError] | None
) -> None:
    verdict = {"code": code, "docId": "d1", "paymentConfirmationResult": result, "errorMessage": "their words"}
    home.on(f"{FIS}/expense/transactions/paymentconfirmations", tells([verdict]))
    target = logged_in.target()

    if kind is None:
        target.write(payment("d1"))
        assert b'"clearingAmount":79.10,' in home.heard[0].body
    else:
        with pytest.raises(kind, match="their words") as error:
            target.write(payment("d1"))
        assert type(error.value) is kind


def test_a_payment_nothing_was_said_about_is_told_again(home: Server, logged_in: Connection) -> None:
    home.on(f"{FIS}/expense/transactions/paymentconfirmations", tells([]))

    with pytest.raises(Unanswered, match="said nothing about document d1"):
        logged_in.target().write(payment("d1"))


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (vendor(), "vendor V1 with address code A1 (Invoice, Vendors)"),
        (item(kind="cost_centres"), "code 4000 in the list of cost centres (Administration, Lists)"),
        (order(), "purchase order PO1 (Invoice, Purchase Orders)"),
        (receipt(), "receipts RC7 of purchase order PO1 (Invoice, Purchase Orders, Receipts)"),
        (
            payment("d1"),
            "payment 2026/EFT/7 of 79.10 USD in the expense report with document id d1 (Expense, Process Reports)",
        ),
    ],
)
def test_a_person_is_told_where_to_look(unasked: Connection, document: Outgoing, place: str) -> None:
    sentence = unasked.target().where_to_look(document)

    assert sentence == f"Look in Concur for {place}."
