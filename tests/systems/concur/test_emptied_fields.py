"""A field that was emptied in the source is emptied in Concur: a blank is a value like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.systems.concur import comparing
from tests.systems.concur.conftest import json_of, tells
from tests.systems.concur.outgoing import ADDRESS, order, outgoing, position, receipt, vendor

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server
    from tests.systems.concur.conftest import Connection

VENDORS = "/api/v3.1/invoice/vendors"
VENDOR = {
    "Address1": "1 Main St",
    "Address2": "Hall 2",
    "Address3": "Dock 3",
    "City": "Reno",
    "State": "NV",
    "PostalCode": "89501",
    "ContactPhoneNumber": "+1 555 0100",
    "ContactEmail": "ap@acme.example",
    "TaxID": "12-3456789",
    "PaymentTerms": "30",
}
HEADER = {"Name": "PO1", "NeededByDate": "2026-12-01", "Description": "Bolts", "RequestedBy": "mfg"}
LINE = {
    "LineNumber": "1",
    "ExternalID": "1",
    "Quantity": "10",
    "UnitPrice": "2.10",
    "AccountCode": "4000",
    "Description": "Bolt",
    "SupplierPartID": "B1",
    "UnitOfMeasureCode": "EA",
    "RequestedDeliveryDate": "2026-12-01",
    "Custom3": "120",
}
OPTIONAL_OF_A_LINE = ("Description", "SupplierPartID", "UnitOfMeasureCode", "RequestedDeliveryDate", "Custom3")


@pytest.fixture
def target(connection: Connection) -> Target:
    return connection.target()


def an_order(header: dict[str, str], line: dict[str, str], **ship_to: str) -> Outgoing:
    address = {**ADDRESS, **ship_to}
    return order(**header, LineItem=[line], ShipToAddress=address)


def arrives(target: Target, before: Outgoing, emptied: Outgoing, name: str) -> None:
    """What was emptied is empty there, and only then is it like that already."""
    target.write(before)
    assert target.write(before).answer == comparing.UNCHANGED
    found = target.find(emptied)
    assert found is not None
    assert name in found.difference
    assert target.write(emptied).answer != comparing.UNCHANGED
    assert target.write(emptied).answer == comparing.UNCHANGED
    assert (target.find(before) or found).difference, "it is not there any more"


@pytest.mark.parametrize("name", VENDOR)
def test_a_field_of_a_vendor(target: Target, name: str) -> None:
    arrives(target, vendor(**VENDOR), vendor(**{**VENDOR, name: ""}), name)


@pytest.mark.parametrize("name", HEADER)
def test_a_field_of_an_order(target: Target, name: str) -> None:
    target.write(vendor())
    arrives(target, an_order(HEADER, LINE), an_order({**HEADER, name: ""}, LINE), name)


@pytest.mark.parametrize("name", OPTIONAL_OF_A_LINE)
def test_a_field_of_a_line(target: Target, name: str) -> None:
    target.write(vendor())
    arrives(target, an_order(HEADER, LINE), an_order(HEADER, {**LINE, name: ""}), "LineItem")


def test_a_part_of_an_address(sandbox: SandboxServer, target: Target) -> None:
    sandbox.set_options(states_required=False)
    target.write(vendor())
    emptied = an_order(HEADER, LINE, StateProvince="")
    arrives(target, an_order(HEADER, LINE), emptied, "ShipToAddress.StateProvince")


@pytest.mark.parametrize("name", ["ReceivedDate", "UnitOfMeasureCode"])
def test_a_field_of_a_receipt(target: Target, name: str) -> None:
    target.write(vendor())
    target.write(an_order(HEADER, LINE))
    before = position(UnitOfMeasureCode="EA")
    arrives(target, receipt(before), receipt({**before, name: ""}), "1 of its 1 positions")


def test_only_what_there_is_to_empty_is_sent_blank(home: Server, logged_in: Connection) -> None:
    there = {**vendor().body, "Address2": "Hall 2", "State": None, "City": ""}
    ours = vendor(Address2="", State="", City="", TaxID="")
    told = tells({"Vendor": [{**vendor().body, "StatusList": []}]})
    home.on(VENDORS, tells({"Items": [there]}), told, tells({"Items": []}), told)
    target = logged_in.target()

    target.write(ours)
    assert json_of(home.heard[1]) == {"Vendor": [{**vendor().body, "Address2": ""}]}
    target.write(ours)
    assert json_of(home.heard[3]) == {"Vendor": [vendor().body]}, "a new one has nothing to empty"


def test_of_what_nobody_knows_every_blank_is_sent(home: Server, logged_in: Connection) -> None:
    refused: dict[str, Any] = {"Code": 8, "Message": "Vendor already exists", "Type": "ERROR"}
    home.on(
        VENDORS,
        tells({"Items": []}),
        tells({"Vendor": [{**vendor().body, "StatusList": [refused]}]}),
        tells({"Vendor": [{**vendor().body, "StatusList": []}]}),
    )
    ours = outgoing("vendors", "V1|A1", {**vendor().body, "Address2": ""})

    logged_in.target().write(ours)
    assert json_of(home.heard[2]) == {"Vendor": [dict(ours.body)]}
