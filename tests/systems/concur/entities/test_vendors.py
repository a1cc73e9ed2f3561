from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    Refused,
    SourceLies,
    Unanswered,
)
from tests.http.misbehaving import resets, says
from tests.systems.concur.asked import VENDORS, words, writes
from tests.systems.concur.conftest import Connection, json_of, query_of, tells
from tests.systems.concur.outgoing import vendor

if TYPE_CHECKING:
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server


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
