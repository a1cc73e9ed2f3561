"""Everything Concur has of what we write: its documentation has lists of vendors and of items, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.ports import Listing
from tests.systems.concur.conftest import LISTS, Connection, tells
from tests.systems.concur.outgoing import below, item, vendor

if TYPE_CHECKING:
    from connector.domain.exchange import Held
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server


def everything(target: Target, entity: str) -> list[Held] | None:
    assert isinstance(target, Listing)
    found = target.everything(entity)
    return None if found is None else sorted(found, key=lambda one: one.names)


def test_every_vendor_record_is_listed_page_by_page_approved_or_not(sandbox: SandboxServer, target: Target) -> None:
    for number in range(30):  # more than a page has where nobody says how many
        target.write(vendor(f"V{number:02}"))
    target.write(vendor("V00", "A2", Approved="false"))

    found = everything(target, "vendors")

    assert found is not None
    assert [one.names for one in found[:3]] == [("V00|A1",), ("V00|A2",), ("V01|A1",)]
    assert len(found) == 31
    assert [one.names for one in found if not one.active] == [("V00|A2",)]


def test_every_item_is_listed_below_one_another_by_its_place_and_none_that_was_deleted(sandbox: SandboxServer) -> None:
    connected = "aaaaaaaa-0004-4000-8000-000000000004"
    target = Connection(
        url=sandbox.url, overrides={"list_items": {"lists": {**LISTS, "connected": connected}}}
    ).target()
    for document in (item("4000"), item("4001"), item("4001", deleted=True), item("4000", kind="cost_centres")):
        target.write(document)
    target.write(below("10", ""))
    target.write(below("120", "10"))
    target.write(below("P1", "10/120"))

    found = everything(target, "list_items")

    assert found is not None
    assert [one.names for one in found] == [
        ("10",),
        ("10/120",),
        ("10/120/P1",),
        ("accounts|4000",),
        ("cost_centres|4000",),
    ]


def test_an_item_that_is_listed_as_deleted_is_none(home: Server, logged_in: Connection) -> None:
    there, gone = {"id": "i1", "shortCode": "1"}, {"id": "i2", "shortCode": "2", "isDeleted": True}
    for list_id, content in zip(LISTS.values(), ([there, gone], []), strict=True):
        home.on(f"/list/v4/lists/{list_id}/children", tells({"content": content, "page": {"totalPages": 1}}))
    found = everything(logged_in.target(), "list_items")
    assert found is not None
    assert [one.names for one in found] == [("accounts|1",)]


@pytest.mark.parametrize("entity", ["purchase_orders", "receipts", "payment_confirmations"])
def test_nothing_else_has_a_list(unasked: Connection, entity: str) -> None:
    assert everything(unasked.target(), entity) is None
