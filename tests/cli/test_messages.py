"""What systems sent to us, as an operator finds it, looks at it, and decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from connector.bootstrap import REOPEN_SECONDS
from connector.config import load_settings
from connector.domain.errors import StoreUnavailable
from connector.inbound.receiving import NobodyError
from connector.operations.operator import Operator
from connector.operations.work.receiving import NAMES_SECONDS, Doors
from connector.points import COMMIT, watched
from connector.ports import EmptyInbox
from tests import letters
from tests.cli.office import FLOW, Office, alerts, opened, set_up, statuses
from tests.console.post import Clock
from tests.console.receiver import Serving
from tests.letters import Letters, letter
from tests.waiting import HANG_SECONDS
from workers import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Letters:
    return letters.installed(monkeypatch)


@pytest.fixture
def acme(terminal: Terminal, system: Letters, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A connection that is sent letters, and a flow that reads the invoices among them."""
    return set_up(terminal, monkeypatch)


@pytest.fixture
def office(acme: Terminal) -> Iterator[Office]:
    with opened() as found:
        yield found


def queued(terminal: Terminal) -> list[Any]:
    return [(run["flow"], run["requested_by"]) for run in terminal.json("run", "list")]


def test_a_message_is_listed_shown_and_read_soon_by_the_flow_that_wants_it(acme: Terminal, office: Office) -> None:
    assert office.post(letter("1", about="INV-1", text="\x9b2J canary text")) == 200
    (listed,) = acme.json("message", "list", "--connection", "post")
    told = {"connection": "post", "entity": "invoices", "key": "INV-1", "status": "readable", "sender": "the postman"}
    assert told.items() <= listed.items()
    assert queued(acme) == [(FLOW, "inbox")]
    number = str(listed["number"])
    assert "canary" not in acme.ok("message", "show", number).out
    shown = acme.ok("message", "show", number, "--payload").out
    assert "canary text" in shown
    assert "\x9b" not in shown, "harmless where it leaves"
    assert "operator.read_payload" in acme.ok("audit", "export").out, "and it is known who looked"
    (event,) = acme.json("audit", "show", f"message:{number}")
    assert event["name"] == "message.received"
    assert acme("message", "show", "99").err.startswith("There is no message 99;")
    assert acme("message", "list", "--connection", "pots").code != 0


def test_a_body_that_is_no_text_is_shown_in_base64(acme: Terminal, office: Office) -> None:
    office.post(b"\xff\x00")
    (listed,) = acme.json("message", "list")
    assert acme.json("message", "show", str(listed["number"]), "--payload")["body_base64"] == "/wA="


def test_what_cannot_be_read_waits_for_a_person_and_is_read_once_that_is_repaired(
    acme: Terminal, office: Office, system: Letters, built: Application
) -> None:
    assert office.post(b'<parcel id="p1" about="INV-2" of="invoices"/>') == 200
    (listed,) = acme.json("message", "list", "--quarantined")
    number = str(listed["number"])
    assert listed["problem"] == "Nobody knows a parcel."
    assert queued(acme) == []
    ((name, found),) = alerts(built)
    assert (name, "1 that nobody reads" in found) == ("inbox.quarantined", True)
    assert "inbox of post" in acme("doctor", "--json").out

    assert acme.json("message", "retry", number)[0]["status"] == "quarantined", "nothing has changed"
    system.known.add("parcel")
    assert acme.json("message", "retry", "--connection", "post") == [
        {"number": int(number), "status": "readable", "why": ""}
    ]
    assert statuses(acme) == {"p1": "readable"}
    assert queued(acme) == [(FLOW, acme.json("audit", "show", f"message:{number}")[-1]["actor"])]
    assert alerts(built) == []
    assert office.post(b'<parcel id="p1" about="INV-2" of="invoices"/>') == 200, "it is still the same message"
    assert len(statuses(acme)) == 1
    assert built.store.verify() == []


def test_what_reads_as_another_message_after_all_stays_for_a_person(
    acme: Terminal, office: Office, system: Letters
) -> None:
    office.post(b'<parcel id="1" of="invoices"/>')
    office.post(letter("1"))
    system.known.add("parcel")
    (waiting,) = acme.json("message", "list", "--quarantined")
    said = acme("message", "retry", str(waiting["number"]))
    assert said.code == 1
    assert "was sent another one of that id" in said.err
    number = str(waiting["number"])
    acme.ok("message", "discard", number, "--why", "the same once more")
    assert acme.json("message", "list", "--quarantined") == []
    assert f"Message {number} of post is quarantined again" in acme.ok("message", "restore", number).out


def test_a_discarded_message_is_read_by_nobody_and_the_one_before_it_counts_again(
    acme: Terminal, office: Office, built: Application
) -> None:
    office.post(letter("good", about="INV-1", at="2026-11-20T10:00"))
    before = built.inbox("post").read("invoices")[-1].at
    office.post(letter("wrong", about="INV-1", at="2026-11-20T11:00"))
    assert statuses(acme) == {"good": "overtaken", "wrong": "readable"}
    wrong = str(next(one["number"] for one in acme.json("message", "list") if one["message_id"] == "wrong"))

    assert acme("message", "discard", wrong, "--why", " ").code != 0
    acme.ok("message", "discard", wrong, "--why", "sent by mistake")
    assert statuses(acme) == {"good": "readable", "wrong": "discarded"}
    (again,) = built.inbox("post").read("invoices")
    assert (again.id, again.at > before) == ("good", True), "flows that have read past it read it again"
    assert acme("message", "discard", wrong, "--why", "twice").err.startswith(f"Message {wrong} is discarded already")
    assert "restore" in acme("message", "retry", wrong).err
    assert office.post(letter("wrong", about="INV-1", at="2026-11-20T11:00")) == 200
    assert statuses(acme)["wrong"] == "discarded", "sending it again changes nothing"

    assert f"Message {wrong} of post counts: it is readable." in acme.ok("message", "restore", wrong).out
    assert statuses(acme) == {"good": "overtaken", "wrong": "readable"}
    assert acme("message", "restore", wrong).code != 0
    names = [event["name"] for event in acme.json("audit", "show", f"message:{wrong}")]
    assert names == ["message.received", "operator.discarded", "operator.restored"]


def test_what_was_another_tenants_stays_and_is_not_read(
    acme: Terminal, office: Office, built: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.post(letter("1", about="INV-1"))
    number = str(acme.json("message", "list")[0]["number"])
    acme.ok("connection", "rotate", "post", "--config", acme.file("new.yaml", "word: env:LETTERS_WORD\n"))
    assert [one.id for one in _reopened(built).read("invoices")] == ["1"], "a new word is no new tenant"
    acme.ok("connection", "rotate", "post", "--config", acme.file("new.yaml", "owner: OTHER\n"))
    assert _reopened(built).read("invoices") == []
    assert statuses(acme) == {"1": "of another tenant"}
    assert "another tenant's" in acme("message", "retry", number).err
    acme.ok("connection", "rotate", "post", "--config", acme.file("new.yaml", "owner: ACME\n"))
    assert [one.id for one in _reopened(built).read("invoices")] == ["1"]


def _reopened(built: Application) -> Any:
    """The inbox of the connection as it is by now."""
    for held in built._open.values():
        held.looked_at -= REOPEN_SECONDS
    return built.inbox("post")


def test_a_connection_whose_system_sends_nothing_or_that_takes_nothing_is_unknown(
    acme: Terminal, office: Office
) -> None:
    shut = acme.file("shut.yaml", f"{letters.CONFIG}closed: true\n")
    acme.ok("connection", "add", "shut", "--system", "letters", "--config", shut)
    for name in ("qad", "shut", "nobody"):
        answer = requests.post(f"{office.page.url}/receive/{name}", data=b"", timeout=HANG_SECONDS)
        assert (answer.status_code, answer.text) == (401, "Refused: this address does not know you.\n")


def test_however_many_names_are_guessed_the_ledger_is_asked_for_them_once_in_a_while(
    acme: Terminal, built: Application
) -> None:
    clock = Clock()
    doors = Doors(Operator(application=built, actor="inbox"), clock=clock)
    with pytest.raises(NobodyError):
        doors.opened("late")
    acme.ok("connection", "add", "late", "--system", "letters", "--config", acme.file("late.yaml", letters.CONFIG))
    with pytest.raises(NobodyError):
        doors.opened("late")
    clock.now += NAMES_SECONDS
    assert doors.opened("late").name == "late"


class Lost:
    """A commit whose outcome nobody hears of; or one that does not happen."""

    def __init__(self, *, happens: bool) -> None:
        self.happens, self.seen = happens, 0

    def before(self, what: str) -> None:
        self._strike(what, now=not self.happens)

    def after(self, what: str) -> None:
        self._strike(what, now=self.happens)

    def _strike(self, what: str, *, now: bool) -> None:
        if now and what == COMMIT and not self.seen:
            self.seen += 1
            raise StoreUnavailable("Nobody knows whether it was committed.")


@pytest.mark.parametrize("happens", [True, False])
def test_a_document_whose_commit_nobody_heard_of_is_sent_again_and_there_once(
    acme: Terminal, office: Office, built: Application, *, happens: bool
) -> None:
    with watched(Lost(happens=happens)):
        assert office.post(letter("1")) == 503
    assert len(built.inbox("post").read("invoices")) == int(happens)
    assert office.post(letter("1")) == 200
    assert [one.id for one in built.inbox("post").read("invoices")] == ["1"]
    assert len(acme.json("audit", "show", "message:" + str(acme.json("message", "list")[0]["number"]))) == 1


def test_a_connection_that_is_removed_takes_its_messages_along_and_says_how_many(
    acme: Terminal, office: Office
) -> None:
    acme.ok("connection", "add", "other", "--system", "letters", "--config", acme.file("o.yaml", letters.CONFIG))
    assert office.post(letter("1"), to="other") == 200
    assert acme.ok("connection", "remove", "other").out == "Removed other, with 1 message that it was sent.\n"
    assert acme.json("message", "list") == []
    assert acme.json("audit", "show", "connection:other")[-1]["detail"]["messages"] == 1


def test_without_the_setting_there_is_no_such_address(acme: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_RECEIVE_DOCUMENTS", "false")
    with Serving(console.create(load_settings())) as page:
        assert Office(page).post(letter("1")) == 404


def test_a_connection_that_is_in_no_ledger_yet_has_an_empty_inbox() -> None:
    assert EmptyInbox().read("invoices") == EmptyInbox().about("invoices", "K1") == ()


def test_messages_are_chosen_by_when_they_came_and_a_list_that_is_cut_says_so(acme: Terminal, office: Office) -> None:
    for number in "123":
        assert office.post(letter(number, about=f"INV-{number}")) == 200

    assert "2 of 3; --limit shows more." in acme.ok("message", "list", "--limit", "2").err
    assert [one["key"] for one in acme.json("message", "list", "--since", "1h")] == ["INV-3", "INV-2", "INV-1"]
    assert acme.json("message", "list", "--until", "1h") == []
