"""What is read for the postings that come from Concur: cost objects, receipts, payments of expenses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, Malformed
from connector.domain.exchange import Query
from connector.systems.qad import documents
from connector.systems.qad.documents import cost_objects, expense_payments, receipts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.ports import Source

COST_OBJECTS, RECEIPTS, EXPENSES = "urn:browse:mfg:xxgl02", "urn:browse:mfg:xxpo01", "urn:browse:mfg:xxap03"


def cost_object(kind: str, code: Any, **changes: Any) -> dict[str, Any]:
    columns = {"Kind": kind, "Code": code, "Description": "It", "IsActive": True, "LastModifiedDate": "2026-11-20"}
    return {f"CostObject.{name}": value for name, value in ({"LastModifiedTime": 60} | columns | changes).items()}


def receipt(order: str, receiver: str | None, line: int | None, quantity: Any) -> dict[str, Any]:
    columns = {"receiver": receiver, "line": line, "part": "BOLT", "um": "EA", "rcp_date": "11/02/26", "rcvd": quantity}
    there = columns if receiver else dict.fromkeys(columns)
    return {f"prh_hist.prh_{name}": value for name, value in ({"nbr": order, "vend": "S1"} | there).items()}


def payment(reference: str, number: int, **changes: Any) -> dict[str, Any]:
    columns = {"Year": 2026, "Type": "Transfer", "Number": number, "Status": "Paid", "Reference": f"P{number}"}
    document = {f"CDocument.CDocument{name}": value for name, value in (columns | {"Date": "2026-11-19"}).items()}
    expense = {"Reference": reference, "EmployeeCode": "E7", "Currency": "EUR", "Total": Decimal("30.50")}
    return (
        {f"Expense.{name}": value for name, value in expense.items()}
        | document
        | {"CDocument.AllocatedAmountTC": Decimal("15.25"), "CDocument.LastModifiedDate": "2026-11-19"}
        | {"CDocument.LastModifiedTime": number}
        | changes
    )


def read(source: Source, entity: str, key: str | None = None) -> list[Mapping[str, Any]]:
    return [row.payload for page in source.pages(Query(entity=entity, key=key)) for row in page.rows]


def test_a_cost_object_is_known_by_kind_and_code(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(
        COST_OBJECTS,
        cost_object("Account", "4000"),
        cost_object("Cost Centre", "4000", IsActive=False),
        cost_object("project", 7),
    )
    found = read(source(), "cost_objects")
    assert found[1] == {
        "cost_object": "cost_centre|4000",
        "kind": "cost_centre",
        "code": "4000",
        "description": "It",
        "active": False,
        "deleted": False,
        "modified": "2026-11-20T00:01:00+00:00",
    }
    assert [one["cost_object"] for one in found] == ["account|4000", "cost_centre|4000", "project|7"]
    for payload in found:
        assert documents.parse(cost_objects.CostObject, payload).cost_object == payload["cost_object"]


def test_one_cost_object_is_asked_for_by_its_code_and_its_namesakes_are_left_out(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(COST_OBJECTS, cost_object("account", "4000"), cost_object("project", "4000"))
    assert [one["kind"] for one in read(source(page_size=1), "cost_objects", "project|4000")] == ["project"]
    assert instance.asked(COST_OBJECTS)[0].query["filter"] == "CostObject.Code,eq,4000,"
    assert read(source(), "cost_objects", "cost_centre|4000") == []


def test_a_flag_for_deleted_ones_can_be_named(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(COST_OBJECTS, cost_object("account", "4000", Gone="yes"))
    named = source({"cost_objects": {"fields": {"deleted": "CostObject.Gone"}}})
    assert [one["deleted"] for one in read(named, "cost_objects")] == [True]


def test_a_cost_object_without_code_is_read_and_cannot_be_understood(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(COST_OBJECTS, cost_object("account", ""))
    found = read(source(), "cost_objects")
    assert [one["cost_object"] for one in found] == [None]
    with pytest.raises(Malformed, match="cost object"):
        documents.parse(cost_objects.CostObject, found[0])


def test_receipts_are_gathered_by_order(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(
        RECEIPTS,
        receipt("PO1", "RC1", 1, 5),
        receipt("PO1", "RC1", 2, Decimal("2.50")),
        receipt("PO1", "RV9", 1, -1),
        receipt("PO2", "RC3", 1, 5),
    )
    for size in (1, 500):
        found = [
            documents.parse(receipts.Receipts, one) for one in read(source(page_size=size, dates="mdy"), "receipts")
        ]
        assert [one.order_number for one in found] == ["PO1", "PO2"]
        assert [(line.receiver, line.line, str(line.quantity)) for line in found[0].lines] == [
            ("RC1", 1, "5"),
            ("RC1", 2, "2.5"),
            ("RV9", 1, "-1"),
        ]
        assert str(found[0].lines[0].receipt_date) == "2026-11-02"


def test_two_receipts_of_one_receiver_and_line_are_both_kept(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(RECEIPTS, receipt("PO1", "RC1", 1, 5), receipt("PO1", "RC1", 1, 2))
    [found] = read(source(), "receipts")
    assert [str(line["quantity"]) for line in found["lines"]] == ["5", "2"]


def test_payments_of_an_expense_are_gathered_by_its_reference(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(EXPENSES, payment("R1", 1), payment("R1", 2), payment("R2", 3))
    found = read(source(), "expense_payments")
    assert found[0]["modified"] == "2026-11-19T00:00:02+00:00"
    known = documents.parse(expense_payments.ExpensePayments, found[0])
    assert (known.reference, known.employee_code, known.currency, str(known.total)) == ("R1", "E7", "EUR", "30.5")
    assert [(one.number, str(one.amount)) for one in known.payments] == [("1", "15.25"), ("2", "15.25")]


def test_a_browse_the_instance_does_not_have_is_told(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(EXPENSES)
    with pytest.raises(ConfigurationError, match=r"correct entities\.expense_payments\.browse"):
        read(source(), "expense_payments")
