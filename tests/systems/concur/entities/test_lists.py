"""Lists: items below items, and many at once. What one item is told is about that item only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    ConfigurationError,
    ConnectorError,
    NotYet,
    PermissionMissing,
    RateLimited,
    Refused,
    Unanswered,
)
from connector.domain.exchange import Written
from connector.ports import TakingMany
from tests.http.misbehaving import resets
from tests.systems.concur.conftest import LISTS, Connection, json_of, tells
from tests.systems.concur.outgoing import below, item, vendor

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from connector.systems.concur.target import ConcurTarget
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server

CONNECTED = "aaaaaaaa-0004-4000-8000-000000000004"
OVERRIDES = {"list_items": {"lists": {**LISTS, "connected": CONNECTED}}}
CHILDREN = f"/list/v4/lists/{LISTS['accounts']}/children"
BULK = f"/list/v4/lists/{LISTS['accounts']}/bulk"
EMPTY = {"content": [], "page": {"totalPages": 1}}


@pytest.fixture
def target(sandbox: SandboxServer) -> ConcurTarget:
    return opened(Connection(url=sandbox.url, overrides=OVERRIDES))


def opened(connection: Connection) -> ConcurTarget:
    target = connection.target()
    assert isinstance(target, TakingMany)
    return target  # type: ignore[return-value]


def many(target: ConcurTarget, *documents: Outgoing) -> list[str]:
    """What became of each: the first words of the answer, or the kind of error."""
    told = target.write_many(documents)
    return [re.sub(r" \([^)]*\)", "", one.answer) if isinstance(one, Written) else type(one).__name__ for one in told]


def held(sandbox: SandboxServer, name: str = "accounts") -> dict[str, Any]:
    items = sandbox.state("holds")["holds"]["list_items"]
    return {
        key.partition("|")[2]: one["value"] for key, one in items.items() if key.startswith(name) and not one["deleted"]
    }


def requests(sandbox: SandboxServer) -> int:
    found: int = sandbox.state("requests")["requests"]
    return found


def test_each_item_stands_below_its_own_and_the_same_code_twice_is_two(
    sandbox: SandboxServer, target: ConcurTarget
) -> None:
    for document in (below("US", ""), below("DE", ""), below("120", "US", "DE"), below("P1", "US/120")):
        target.write(document)

    assert sorted(held(sandbox, "connected")) == ["DE", "DE-120", "US", "US-120", "US-120-P1"]
    found = target.find(below("120", "US", "DE"))
    assert found is not None
    assert (found.target_id, found.difference) == ("DE/120; US/120", "")
    assert target.find(below("P1", "DE/120")) is None
    moved = below("P1", "DE/120", gone=["US/120"])
    assert target.write(moved).target_id == "DE/120/P1"
    assert sorted(held(sandbox, "connected")) == ["DE", "DE-120", "DE-120-P1", "US", "US-120"]
    assert target.write(moved).answer == "Concur does not have it any more"


def test_an_item_whose_parent_is_not_there_is_tried_again(sandbox: SandboxServer, target: ConcurTarget) -> None:
    target.write(below("US", ""))

    with pytest.raises(NotYet, match=r"has no US/120, below which P1 belongs.*crosswalk places"):
        target.write(below("P1", "US/120"))
    assert many(target, below("P1", "US/120"), below("130", "US")) == ["NotYet", "created"]
    assert held(sandbox, "connected") == {"US": "It", "US-130": "It"}
    assert target.write(below("P1", gone=["US/120"])).answer == "Concur does not have it any more"


def test_many_items_take_one_request_and_are_compared_first(sandbox: SandboxServer, target: ConcurTarget) -> None:
    first = [item(str(number)) for number in range(250)]
    assert target.most_at_once("list_items") == len(first)
    assert many(target, item("250")) == ["created"]
    before = requests(sandbox)
    assert set(many(target, *first)) == {"created"}
    assert requests(sandbox) - before == 2, "what is there, and all items"

    changes = [item("0"), item("1", "Else"), item("2", deleted=True), item("new"), item("gone", deleted=True)]
    assert many(target, *changes) == [
        "Concur has it like this already",
        "changed",
        "deleted",
        "created",
        "Concur does not have it any more",
    ]
    assert requests(sandbox) - before == 2 + 3 + 2, "three pages; what is created, and what is changed and deleted"
    assert (held(sandbox)["1"], "2" in held(sandbox), "new" in held(sandbox)) == ("Else", False, True)


def test_each_place_of_many_items_goes_below_the_code_concur_itself_shows(
    sandbox: SandboxServer, target: ConcurTarget
) -> None:
    companies = [below("US", ""), below("DE", "")]
    assert many(target, *companies, item("4000")) == ["created"] * 3
    assert many(target, below("120", "US", "DE"), below("130", "US")) == ["created"] * 2
    assert many(target, below("120", "US", gone=["DE"], value="New")) == ["deleted; changed"]
    assert held(sandbox, "connected") == {"US": "It", "DE": "It", "US-120": "New", "US-130": "It"}


@pytest.mark.parametrize("shown", ["sent", "read", "none"])
def test_one_that_is_refused_says_nothing_of_its_neighbours(
    sandbox: SandboxServer, target: ConcurTarget, shown: str
) -> None:
    """Where the error does not say whose it is, all are asked about one by one: they may be there."""
    sandbox.set_options(bulk_error_item=shown)
    told = target.write_many([item("1"), item("x" * 65), item("3")])

    kinds = [type(one) for one in told]
    assert kinds == ([Unanswered] * 3 if shown == "none" else [Written, Refused, Written])
    assert set(held(sandbox)) == {"1", "3"}


def test_failures_that_are_not_all_told_leave_the_others_open(sandbox: SandboxServer, target: ConcurTarget) -> None:
    sandbox.set_options(bulk_errors=1)
    told = target.write_many([item("x" * 65), item("y" * 65), item("3")])

    assert [type(one) for one in told] == [Refused, Unanswered, Unanswered]


def test_a_request_that_is_refused_as_a_whole_has_each_item_sent_alone(
    sandbox: SandboxServer, target: ConcurTarget
) -> None:
    sandbox.set_options(bulk_refuses="request")
    told = target.write_many([item("1"), item("x" * 65)])

    for one in told:
        assert isinstance(one, NotYet)
        assert "Concur took none of 2 items at once" in one.message
        assert one.evidence["said_no"] is True
    assert many(target, item("x" * 65)) == ["Refused"], "one alone knows that it is meant"


def answers(home: Server, body: Any, status: int = 201) -> None:
    home.on(CHILDREN, tells(EMPTY))
    home.on(BULK, tells(body, status=status))


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({}, [Unanswered, Unanswered]),
        ([], [Unanswered, Unanswered]),
        ({"status": "SUCCESS", "recordsSucceeded": 2, "recordsFailed": 0}, [Written, Written]),
        ({"status": "SUCCESS", "recordsSucceeded": 1, "recordsFailed": 0, "errors": []}, [Unanswered, Unanswered]),
        ({"status": "FAILURE", "recordsSucceeded": 0, "recordsFailed": 2, "errors": []}, [Unanswered, Unanswered]),
        (
            {
                "status": "PARTIAL_SUCCESS",
                "recordsSucceeded": 1,
                "recordsFailed": 1,
                "errors": [{"id": "x", "message": "It already exists", "listItem": {"shortCode": "2"}}],
            },
            [Written, NotYet],
        ),
        (
            {
                "status": "PARTIAL_SUCCESS",
                "recordsSucceeded": 1,
                "recordsFailed": 1,
                "errors": [{"message": "Parent not found", "listItem": {"shortCode": "2", "value": "Travel"}}],
            },
            [Written, NotYet],
        ),
    ],
)
def test_only_an_answer_that_adds_up_is_believed(
    home: Server, logged_in: Connection, body: Any, kinds: list[type]
) -> None:
    answers(home, body)

    told = opened(logged_in).write_many([item("1"), item("2")])

    assert [type(one) for one in told] == kinds


def test_two_items_of_one_code_are_not_taken_for_each_other(home: Server, logged_in: Connection) -> None:
    parents = [{"id": "i1", "code": "A", "shortCode": "A"}, {"id": "i2", "code": "B", "shortCode": "B"}]
    there = f"/list/v4/lists/{CONNECTED}"
    home.on(f"{there}/children", tells({"content": parents, "page": {"totalPages": 1}}))
    for parent in ("i1", "i2"):
        home.on(f"{there}/items/{parent}/children", tells(EMPTY))
    failed = {"status": "PARTIAL_SUCCESS", "recordsSucceeded": 1, "recordsFailed": 1}
    by_parent = {"message": "No", "listItem": {"shortCode": "1", "value": "It", "parentCode": "B"}}
    by_code = {"message": "No", "listItem": {"shortCode": "1", "value": "It"}}
    home.on(f"{there}/bulk", tells({**failed, "errors": [by_parent]}), tells({**failed, "errors": [by_code]}))
    logged_in.overrides = OVERRIDES
    one, other = below("1", "A"), below("1", "B")

    assert many(opened(logged_in), one, other) == ["created", "Refused"]
    assert many(opened(logged_in), one, other) == ["Unanswered", "Unanswered"]


def test_an_item_keeps_its_old_place_until_it_has_the_new_one(home: Server, logged_in: Connection) -> None:
    parents = [{"id": "i1", "code": "A", "shortCode": "A"}, {"id": "i2", "code": "B", "shortCode": "B"}]
    there = f"/list/v4/lists/{CONNECTED}"
    home.on(f"{there}/children", tells({"content": parents, "page": {"totalPages": 1}}))
    old = {"id": "i3", "code": "A-1", "shortCode": "1", "value": "It"}
    home.on(f"{there}/items/i1/children", tells({"content": [old], "page": {"totalPages": 1}}))
    home.on(f"{there}/items/i2/children", tells(EMPTY))
    refused = {"message": "No", "listItem": {"shortCode": "1", "value": "It", "parentCode": "B"}}
    home.on(
        f"{there}/bulk",
        tells({"status": "PARTIAL_SUCCESS", "recordsSucceeded": 1, "recordsFailed": 1, "errors": [refused]}),
    )
    logged_in.overrides = OVERRIDES

    assert many(opened(logged_in), below("1", "B", gone=["A"]), below("2", "B")) == ["Refused", "created"]
    assert [heard.target for heard in home.heard].count(f"{there}/bulk") == 1, "nothing was deleted"


def test_a_lost_answer_leaves_every_item_of_the_request_in_doubt(home: Server, logged_in: Connection) -> None:
    home.on(CHILDREN, tells(EMPTY))
    home.on(BULK, resets)

    assert many(opened(logged_in), item("1"), item("2")) == ["Unanswered"] * 2


def test_after_a_request_for_a_pause_nothing_more_is_sent(home: Server, logged_in: Connection) -> None:
    home.on(CHILDREN, tells(EMPTY))
    home.on(BULK, tells({}, status=429))
    other = f"/list/v4/lists/{LISTS['cost_centres']}"
    home.on(f"{other}/children", tells(EMPTY))

    told = opened(logged_in).write_many([item("1"), item("2"), item("3", kind="cost_centres")])

    assert [type(one) for one in told] == [RateLimited, RateLimited, NotYet]
    assert told[0] is told[1], "one answer, which counts once"
    assert not [heard for heard in home.heard if heard.target == f"{other}/bulk"]


def test_a_list_that_is_closed_or_not_set_holds_its_own_items_only(
    sandbox: SandboxServer, target: ConcurTarget
) -> None:
    sandbox.set_options(read_only_lists=["accounts"])

    told = target.write_many([item("1"), item("1", kind="projects"), item("1", kind="cost_centres")])

    assert [type(one) for one in told] == [PermissionMissing, ConfigurationError, Written]


def test_a_company_without_that_path_is_told_how_to_do_without(home: Server, logged_in: Connection) -> None:
    home.on(CHILDREN, tells(EMPTY))

    (told, _) = opened(logged_in).write_many([item("1"), item("2")])

    assert isinstance(told, ConfigurationError)
    assert told.message.endswith("null for entities.list_items.bulk writes item by item.")
    without = Connection(url="http://127.0.0.1:9", overrides={"list_items": {"bulk": None}})
    assert opened(without).most_at_once("list_items") == 1
    assert opened(without).most_at_once("vendors") == 1
    with pytest.raises(ConnectorError, match="written in bulk"):
        opened(without).write_many([vendor()])


def test_a_large_level_is_not_read_for_a_few_items(home: Server, logged_in: Connection) -> None:
    home.on(CHILDREN, tells({"content": [], "page": {"totalPages": 40}}), tells(EMPTY), tells(EMPTY))
    done = {"status": "SUCCESS", "recordsSucceeded": 2, "recordsFailed": 0, "errors": []}
    home.on(BULK, tells(done, status=201))

    assert many(opened(logged_in), item("1"), item("2")) == ["created"] * 2
    assert len(home.heard) == 4, "the first page, each code, and the request"
    assert json_of(home.heard[-1]) == {
        "requests": [{"shortCode": "1", "value": "Travel"}, {"shortCode": "2", "value": "Travel"}]
    }
