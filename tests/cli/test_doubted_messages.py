"""A message about which nobody can tell whether it is the last word: a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import letters
from tests.cli.office import Office, alerts, opened, set_up, statuses
from tests.letters import letter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.fixture
def acme(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    letters.installed(monkeypatch)
    return set_up(terminal, monkeypatch)


@pytest.fixture
def office(acme: Terminal) -> Iterator[Office]:
    with opened() as found:
        yield found


@pytest.fixture
def doubted(acme: Terminal, office: Office) -> dict[str, str]:
    """The numbers of an invoice, its correction, and a delete by a clock that is late, which all were taken."""
    at = "2026-11-20T{}:00"
    office.post(letter("invoice", about="INV-1", at=at.format("10"), text="a"))
    office.post(letter("correction", about="INV-1", at=at.format("12"), text="b"))
    assert office.post(letter("delete", about="INV-1", at=at.format("11"), text="c")) == 200
    return {one["message_id"]: str(one["number"]) for one in acme.json("message", "list")}


def test_what_came_last_and_is_not_the_latest_by_its_clock_waits_for_a_person_who_may_have_it_count(
    acme: Terminal, doubted: dict[str, str], built: Application
) -> None:
    assert statuses(acme) == {"invoice": "overtaken", "correction": "readable", "delete": "quarantined"}
    (waiting,) = acme.json("message", "list", "--quarantined")
    assert f"`ml-connector message restore {doubted['delete']}`" in waiting["problem"]
    assert "2026-11-20 11:00:00 UTC" in waiting["problem"]
    assert [name for name, _ in alerts(built)] == ["inbox.quarantined"]
    assert acme.json("audit", "show", f"message:{doubted['delete']}")[0]["detail"]["problem"] == waiting["problem"]
    assert acme.json("message", "retry", doubted["delete"])[0]["status"] == "quarantined", "nobody knows more now"

    acme.ok("message", "restore", doubted["delete"])

    assert statuses(acme) == {"invoice": "overtaken", "correction": "discarded", "delete": "readable"}
    (read,) = built.inbox("post").read("invoices")
    assert read.id == "delete"
    given_way = acme.json("audit", "show", f"message:{doubted['correction']}")[-1]
    assert (given_way["name"], given_way["detail"]["why"]) == (
        "operator.discarded",
        f"message {doubted['delete']} counts in its place",
    )
    assert alerts(built) == []
    assert acme("message", "restore", doubted["delete"]).code != 0, "it counts already"
    assert built.store.verify() == []


def test_what_is_doubted_may_be_discarded_or_read_once_nothing_speaks_against_it(
    acme: Terminal, doubted: dict[str, str], built: Application
) -> None:
    acme.ok("message", "discard", doubted["delete"], "--why", "its clock is late")
    assert statuses(acme) == {"invoice": "overtaken", "correction": "readable", "delete": "discarded"}
    acme.ok("message", "restore", doubted["delete"])
    assert statuses(acme)["delete"] == "quarantined", "as it was before"
    acme.ok("message", "discard", doubted["correction"], "--why", "it never was one")
    acme.ok("message", "retry", doubted["delete"])
    assert statuses(acme) == {"invoice": "overtaken", "correction": "discarded", "delete": "readable"}
    assert alerts(built) == []


@pytest.mark.parametrize("wrong", ["delete", "invoice"])
def test_what_was_taken_back_before_it_came_counts_once_a_person_says_so(
    acme: Terminal, office: Office, built: Application, wrong: str
) -> None:
    office.post(letter("delete", about="INV-9", to="invoice", text="a"))
    assert office.post(letter("invoice", about="INV-1", text="b")) == 200
    numbers = {one["message_id"]: str(one["number"]) for one in acme.json("message", "list")}
    (waiting,) = acme.json("message", "list", "--quarantined")
    assert waiting["problem"].startswith(f"Message {numbers['delete']} was here before this one, and changes it")
    assert acme.json("message", "retry", numbers["invoice"])[0]["status"] == "quarantined", "nobody knows more now"

    if wrong == "delete":
        acme.ok("message", "discard", numbers["delete"], "--why", "another one was meant")
        acme.ok("message", "retry", numbers["invoice"])
    else:
        acme.ok("message", "restore", numbers["invoice"])

    assert statuses(acme)["invoice"] == "readable"
    assert "invoice" in [one.id for one in built.inbox("post").read("invoices")]
    assert alerts(built) == []


def test_what_cannot_be_read_cannot_count(acme: Terminal, office: Office) -> None:
    office.post(b"<letter")
    (listed,) = acme.json("message", "list")
    said = acme("message", "restore", str(listed["number"]))
    assert said.code != 0
    assert "cannot be read, so it cannot count" in said.err
