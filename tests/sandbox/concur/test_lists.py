from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client, Json

ACCOUNTS = "aaaaaaaa-0001-4000-8000-000000000001"
NOWHERE = "aaaaaaaa-0009-4000-8000-000000000009"
CHILDREN = f"/list/v4/lists/{ACCOUNTS}/children"
BULK = f"/list/v4/lists/{ACCOUNTS}/bulk"


def create(client: Client, code: str, value: str = "Travel", status: int = 201, **more: str) -> Json:
    body = {"listId": ACCOUNTS, "shortCode": code, "value": value, **more}
    return client.call("POST", "/list/v4/items", body, status=status)


def codes(client: Client, **params: str) -> list[str]:
    return [one["shortCode"] for one in client.call("GET", CHILDREN, params=params)["content"]]


def test_every_company_begins_with_four_empty_lists(strict: Client) -> None:
    told = strict.call("GET", "/list/v4/lists")["content"]
    assert {one["value"]: one["id"] for one in told}["accounts"] == ACCOUNTS
    assert {one["value"] for one in told} == {"accounts", "cost_centres", "projects", "connected"}
    assert strict.call("GET", f"/list/v4/lists/{ACCOUNTS}")["levelCount"] == 1
    assert [one["value"] for one in strict.call("GET", "/list/v4/lists", params={"value": "projects"})["content"]] == [
        "projects"
    ]
    assert codes(strict) == []


def test_an_item_is_created_read_changed_and_deleted(client: Client) -> None:
    made = create(client, "6200")
    path = f"/list/v4/items/{made['id']}"
    assert client.call("GET", path) == made
    assert (made["code"], made["level"], made["isDeleted"]) == ("6200", 1, False)
    changed = client.call("PUT", path, {"shortCode": "6201", "value": "Journeys"})
    assert (changed["id"], changed["code"], changed["value"]) == (made["id"], "6201", "Journeys")
    client.send("DELETE", path, status=204)
    assert client.call("GET", path)["isDeleted"] is True
    assert (codes(client), codes(client, isDeleted="true")) == ([], ["6201"])


def test_an_item_can_be_deleted_from_the_one_list(client: Client) -> None:
    made = create(client, "6200")
    client.send("DELETE", f"/list/v4/lists/{NOWHERE}/items/{made['id']}", status=404)
    client.send("DELETE", f"/list/v4/lists/{ACCOUNTS}/items/{made['id']}", status=204)
    assert client.state("holds")["list_items"] == {"accounts|6200": {"value": "Travel", "deleted": True}}


def test_a_code_is_there_once_until_it_is_deleted_and_then_comes_back(client: Client) -> None:
    made = create(client, "6200")
    refused = create(client, "6200", status=400)
    assert "already" in refused["validationErrors"][0]["message"]
    client.send("DELETE", f"/list/v4/items/{made['id']}", status=204)
    assert create(client, "6200", "Back")["id"] == made["id"]
    assert client.state("counts")["list_items"] == {"accounts|6200": 3}


def test_an_item_may_be_below_another(client: Client) -> None:
    top = create(client, "10")
    by_id = create(client, "1", parentId=top["id"])
    by_code = create(client, "2", parentCode="10")
    assert [(one["code"], one["level"], one["parentId"]) for one in (by_id, by_code)] == [
        ("10-1", 2, top["id"]),
        ("10-2", 2, top["id"]),
    ]
    for path in (f"/list/v4/items/{top['id']}/children", f"/list/v4/lists/{ACCOUNTS}/items/{top['id']}/children"):
        assert [one["shortCode"] for one in client.call("GET", path)["content"]] == ["1", "2"]
    assert client.call("GET", f"/list/v4/items/{top['id']}")["lists"][0]["hasChildren"] is True
    assert client.call("GET", f"/list/v4/lists/{ACCOUNTS}")["levelCount"] == 2
    create(client, "3", status=400, parentCode="77")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"listId": ACCOUNTS, "value": "x"}, 400),
        ({"listId": ACCOUNTS, "shortCode": "1"}, 400),
        ({"listId": ACCOUNTS, "shortCode": "x" * 65, "value": "x"}, 400),
        ({"listId": NOWHERE, "shortCode": "1", "value": "x"}, 404),
        ([], 400),
    ],
)
def test_an_item_that_is_not_right_is_refused_with_the_published_shape(strict: Client, body: Json, status: int) -> None:
    told = strict.call("POST", "/list/v4/items", body, status=status)
    assert set(told) == {"error", "httpStatus", "path", "timestamp", "validationErrors"}
    assert told["path"] == "/list/v4/items"
    assert told["httpStatus"].startswith(str(status))


def test_what_does_not_exist_is_not_found(strict: Client) -> None:
    strict.send("GET", f"/list/v4/items/{NOWHERE}", status=404)
    strict.send("GET", f"/list/v4/lists/{NOWHERE}/children", status=404)
    strict.send("GET", "/list/v4/lists/accounts/children", status=400)
    strict.send("GET", "/list/v4/categories/none/lists", status=404)


def test_items_are_found_by_code_and_value_and_sorted(client: Client) -> None:
    for code, value in (("1", "Z"), ("2", "Y"), ("3", "X")):
        create(client, code, value)
    assert codes(client) == ["3", "2", "1"]
    assert codes(client, sortBy="shortcode") == ["1", "2", "3"]
    assert codes(client, sortBy="shortcode", sortDirection="desc") == ["3", "2", "1"]
    assert codes(client, shortCode="2") == ["2"]
    assert codes(client, value="X") == ["3"]
    assert codes(client, shortCodeOrValue="Z") == ["1"]


def test_items_come_in_pages_counted_from_one(client: Client) -> None:
    client.server.set_options(list_page_size=2)
    for code in "abc":
        create(client, code, code)
    assert (codes(client), codes(client, page="2"), codes(client, page="3")) == (["a", "b"], ["c"], [])
    told = client.call("GET", CHILDREN)
    assert told["page"] == {"number": 1, "size": 2, "totalElements": 3, "totalPages": 2}
    assert [one["rel"] for one in told["links"]] == ["self", "next"]
    client.send("GET", CHILDREN, status=400, params={"page": "0"})


def bulk(client: Client, *requests: Json, method: str = "POST", status: int = 201) -> Json:
    return client.call(method, BULK, {"requests": list(requests)}, status=status)


def test_many_items_are_created_at_once_and_those_that_fail_are_told(client: Client) -> None:
    rows = [{"shortCode": str(n), "value": f"Value {n}"} for n in range(250)]
    assert bulk(client, *rows)["recordsSucceeded"] == 250
    told = bulk(client, rows[0], {"shortCode": "new", "value": "New"}, status=206)
    assert (told["status"], told["recordsSucceeded"], told["recordsFailed"]) == ("PARTIAL_SUCCESS", 1, 1)
    assert told["errors"][0]["listItem"] == rows[0]
    assert bulk(client, rows[0], status=206)["status"] == "FAILURE"


def test_more_than_250_at_once_are_refused(strict: Client) -> None:
    bulk(strict, *({"shortCode": str(n), "value": "x"} for n in range(251)), status=400)
    assert codes(strict) == []


def test_many_items_are_changed_deleted_and_brought_back_by_code(client: Client) -> None:
    bulk(client, {"shortCode": "1", "value": "One"}, {"shortCode": "2", "value": "Two"})
    told = bulk(client, {"code": "1", "value": "Uno"}, {"code": "2", "deleted": True}, method="PATCH", status=200)
    assert told["status"] == "SUCCESS"
    assert client.state("holds")["list_items"] == {
        "accounts|1": {"value": "Uno", "deleted": False},
        "accounts|2": {"value": "Two", "deleted": True},
    }
    bulk(client, {"code": "2", "deleted": False}, method="PATCH", status=200)
    assert codes(client, sortBy="shortcode") == ["1", "2"]


BAD, GOOD = {"shortCode": "", "value": "x"}, {"shortCode": "1", "value": "One"}


def test_an_error_shows_its_item_in_any_of_the_ways_it_may(client: Client) -> None:
    create(client, "10")
    below = {"shortCode": "7", "value": "x" * 3, "parentCode": "10"}
    bulk(client, below)
    client.server.set_options(bulk_error_item="read")
    shown = bulk(client, below, status=206)["errors"][0]["listItem"]
    assert (shown["code"], shown["shortCode"]) == ("10-7", "7")
    client.server.set_options(bulk_error_item="none")
    assert "listItem" not in bulk(client, below, status=206)["errors"][0]


def test_not_every_failure_is_told_and_one_may_have_all_refused(client: Client) -> None:
    client.server.set_options(bulk_errors=1)
    told = bulk(client, BAD, BAD, GOOD, status=206)
    assert (told["recordsFailed"], len(told["errors"])) == (2, 1)
    client.server.set_options(bulk_refuses="request")
    told = bulk(client, {"shortCode": "2", "value": "Two"}, BAD, status=400)
    assert told["validationErrors"][0]["message"] == "shortCode is required."
    assert codes(client) == ["1"]


@pytest.mark.parametrize("request_", [{"code": "9"}, {"code": "1", "value": 7}, {"code": "1", "deleted": "yes"}])
def test_a_change_that_is_not_right_is_told(client: Client, request_: Json) -> None:
    create(client, "1")
    told = bulk(client, request_, method="PATCH", status=206)
    assert told["errors"][0]["listItem"] == request_


def test_a_read_only_list_cannot_be_changed(client: Client) -> None:
    made = create(client, "1")
    client.server.set_options(read_only_lists=["accounts"])
    assert client.call("GET", f"/list/v4/lists/{ACCOUNTS}")["isReadOnly"] is True
    create(client, "2", status=403)
    bulk(client, {"shortCode": "2", "value": "x"}, status=403)
    client.send("DELETE", f"/list/v4/items/{made['id']}", status=403)


def test_a_list_can_be_made_renamed_and_deleted(client: Client) -> None:
    made = client.call("POST", "/list/v4/lists", {"value": "regions", "searchCriteria": "CODE"}, status=201)
    path = f"/list/v4/lists/{made['id']}"
    client.call("POST", "/list/v4/items", {"listId": made["id"], "shortCode": "N", "value": "North"}, status=201)
    assert client.call("PUT", path, {"value": "areas"})["searchCriteria"] == "CODE"
    client.send("DELETE", path, status=204)
    client.send("GET", path, status=404)
    assert client.state("holds")["list_items"] == {}
    client.send("POST", "/list/v4/lists", {"value": ""}, status=400)
    client.send("POST", "/list/v4/lists", {"value": "x", "searchCriteria": "COLOUR"}, status=400)
