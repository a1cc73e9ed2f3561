from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    Malformed,
    Refused,
    Unanswered,
)
from tests.systems.concur.asked import RECEIPTS, writes
from tests.systems.concur.conftest import Connection, query_of, tells
from tests.systems.concur.outgoing import order, position, receipt, vendor

if TYPE_CHECKING:
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server


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


def test_a_receipt_that_is_refused_in_part_is_not_refused(sandbox: SandboxServer, ordered: Target) -> None:
    both = receipt(position("1"), position("7", "3"))
    with pytest.raises(Unanswered, match=r"1 positions of .* are written, and the next is not: Concur refuses it"):
        ordered.write(both)
    with pytest.raises(Refused):
        ordered.write(both)
    assert ordered.find(both) is not None, "so that a refusal of the second try says nothing about the first"
    assert [outcome for _, outcome in writes(sandbox, "receipts")].count("created") == 1


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
