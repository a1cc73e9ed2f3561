from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    Refused,
    Unanswered,
)
from tests.http.misbehaving import says
from tests.systems.concur.asked import ORDERS, words, writes
from tests.systems.concur.conftest import Connection, tells
from tests.systems.concur.outgoing import order, vendor

if TYPE_CHECKING:
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server


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


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("taken", ""),
        ("kept", "still has it for vendor V1 and not for V2: invoices of V1 go on matching it"),
        ("refused", "The vendor of purchase order PO1 cannot change"),
    ],
)
def test_an_order_that_has_another_vendor_now_has_it_in_concur_or_a_person_is_told(
    sandbox: SandboxServer, target: Target, way: str, why: str
) -> None:
    for document in (vendor(), vendor("V2"), order()):
        target.write(document)
    sandbox.set_options(order_vendor_changes=way)
    moved = order(VendorCode="V2")

    if why:
        with pytest.raises(Refused, match=why):
            target.write(moved)
    else:
        assert words(target.write(moved).answer) == "changed"

    found = target.find(moved)
    assert found is not None
    assert bool(found.difference) is bool(why)


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
