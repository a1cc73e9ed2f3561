from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    PermissionMissing,
    Refused,
)
from tests.systems.concur.asked import CHILDREN, words, writes
from tests.systems.concur.conftest import Connection, query_of, tells
from tests.systems.concur.outgoing import item

if TYPE_CHECKING:
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server


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
